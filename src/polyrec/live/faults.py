"""What is said of faults where anybody may read it: no path, no id, no text."""

from __future__ import annotations

from polyrec.core.errors import (
    ConfigError,
    DataError,
    EngineError,
    MissingExtraError,
    NotFittedError,
)

WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (MissingExtraError, "something is not installed"),
    (ConfigError, "a setting cannot be used"),
    (DataError, "the data or the model cannot be used"),
    (NotFittedError, "a part has not learned"),
    (EngineError, "an engine or the database failed"),
    (MemoryError, "the memory was not enough"),
    (OSError, "a file could not be read or written"),
    (KeyboardInterrupt, "it was stopped"),
)


def words_for(error: BaseException) -> str:
    """Name the class of a fault."""
    said = next((words for kind, words in WORDS if isinstance(error, kind)), "a fault of polyrec")
    return f"{said} ({type(error).__name__})"
