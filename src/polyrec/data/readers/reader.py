"""The reader's contract: a file or frame in, a table of cells out, whole or in batches."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard

import polars as pl

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers.intake import Intake
from polyrec.data.readers.joined import joined
from polyrec.data.readers.opened import STDIN, as_file, inner_name, shown_name
from polyrec.data.readers.table import Table, column_names

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reader(ABC):
    """Reads one table; a new one writes `endings` (or `takes`) and `_read`."""

    endings: ClassVar[tuple[str, ...]] = ()
    """The file endings that the reader takes, in lower case; empty if it reads no files."""

    @classmethod
    def takes(cls, source: object) -> bool:
        """Say whether this reader is the one for the source, going by its type or file ending.

        An ending behind which the file is packed, such as `.gz`, does not count.
        """
        return is_path(source) and Path(inner_name(Path(source))).suffix.lower() in cls.endings

    def read(self, source: Any, *, name: str = "table", intake: Intake | None = None) -> Table:
        """Read one table.

        Args:
            source: what the reader takes; a file may have any ending and be packed with gzip or
                zstd, and `-` is standard input.
            name: what faults call a source that has no file name.
            intake: what is done about bad rows; by default the first one raises.

        Returns:
            The cells under the source's column names, white space around the names stripped.
            Columns without a name are left out: they hold a saved frame's index, or nothing.

        Raises:
            ConfigError: the reader does not read such sources.
            DataError: the source is missing, empty or malformed.
        """
        return joined(list(self._tables(source, name, intake or Intake(), whole=True)))

    def batches(
        self, source: Any, *, name: str = "table", intake: Intake | None = None
    ) -> Iterator[Table]:
        """Read one table in batches of rows, so that little of it is held at once.

        A reader that cannot do so gives all of it as one batch. Columns and their types may differ
        between batches where the format has no columns of its own. Otherwise as `read`.
        """
        return self._tables(source, name, intake or Intake(), whole=False)

    def _tables(self, source: Any, name: str, intake: Intake, *, whole: bool) -> Iterator[Table]:
        if self.endings:
            source = _file(source, type(self).__name__)
            name = shown_name(source)
        for table in self._batches(source, name, intake, whole=whole):
            names = column_names(table.frame.columns, table.name)
            columns = zip(table.frame.get_columns(), names, strict=True)
            frame = pl.DataFrame([c.alias(name) for c, name in columns if name])
            yield replace(table, frame=frame, intake=intake)

    def _batches(self, source: Any, name: str, intake: Intake, *, whole: bool) -> Iterator[Table]:
        """Read a source in batches, or as one table if it is wanted whole; at least one table.

        A reader that overrides this opens the file itself (`opened`), which may be packed or
        standard input, and hands bad rows to the intake.
        """
        del intake, whole
        if not self.endings:
            yield self._read(source, name)
            return
        with as_file(source) as path:
            yield self._read(path, name)

    @abstractmethod
    def _read(self, source: Any, name: str) -> Table:
        """Read a source; a reader with `endings` gets the `Path` of a file that is not empty."""


def is_path(source: object) -> TypeGuard[str | os.PathLike[str]]:
    """Say whether a source is the path of a file."""
    return isinstance(source, str | os.PathLike)


def _file(source: object, reader: str) -> Path:
    """Give the path of a file that is there and not empty, or that of standard input."""
    if not is_path(source):
        raise ConfigError(
            f"{reader} reads files, not {type(source).__name__}", hint="give the path of a file"
        )
    path = Path(source)
    if path == STDIN:
        return path
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder", hint="give the path of a file")
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError:
        raise DataError(f"there is no file {path}", hint="check the path") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if empty:
        raise DataError(f"{path.name} is empty", hint="give a file with at least its column names")
    return path
