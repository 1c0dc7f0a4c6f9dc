"""The reader's contract: a file or frame in, a table of cells out."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

import polars as pl

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers.table import Table, column_names


class Reader(ABC):
    """Reads one table; a new one writes `endings` (or `takes`) and `_read`."""

    endings: ClassVar[tuple[str, ...]] = ()
    """The file endings that the reader takes, in lower case; empty if it reads no files."""

    @classmethod
    def takes(cls, source: object) -> bool:
        """Say whether this reader is the one for the source, going by its type or file ending."""
        return is_path(source) and Path(source).suffix.lower() in cls.endings

    def read(self, source: Any, *, name: str = "table") -> Table:
        """Read one table.

        Args:
            source: what the reader takes; a file may have any ending.
            name: what faults call a source that has no file name.

        Returns:
            The cells under the source's column names, white space around the names stripped.
            Columns without a name are left out: they hold a saved frame's index, or nothing.

        Raises:
            ConfigError: the reader does not read such sources.
            DataError: the source is missing, empty or malformed.
        """
        if self.endings:
            source = _file(source, type(self).__name__)
            name = source.name
        table = self._read(source, name)
        names = column_names(table.frame.columns, table.name)
        columns = zip(table.frame.get_columns(), names, strict=True)
        return replace(table, frame=pl.DataFrame([c.alias(name) for c, name in columns if name]))

    @abstractmethod
    def _read(self, source: Any, name: str) -> Table:
        """Read a source; a reader with `endings` gets the `Path` of a file that is not empty."""


def is_path(source: object) -> TypeGuard[str | os.PathLike[str]]:
    """Say whether a source is the path of a file."""
    return isinstance(source, str | os.PathLike)


def _file(source: object, reader: str) -> Path:
    """Give the path of a file that is there and not empty."""
    if not is_path(source):
        raise ConfigError(
            f"{reader} reads files, not {type(source).__name__}", hint="give the path of a file"
        )
    path = Path(source)
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
