"""The contract of what reads a whole folder: a catalog and interactions out of its files."""

from __future__ import annotations

import codecs
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers.delimited import delimited_tables
from polyrec.data.readers.json_lines import JsonLines
from polyrec.data.readers.opened import PACKED, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from polyrec.core.types import Integers
    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.layout import Layout
    from polyrec.data.readers.repeats import Repeats
    from polyrec.data.readers.table import Table


@dataclass(frozen=True)
class Found:
    """What a folder holds, not yet checked.

    Attributes:
        catalog: the items, with standard columns or usual names for them.
        interactions: who chose what, in batches that are read as they are asked for.
        repeats: what becomes of rows with the same user and item: see `to_interactions`.
    """

    catalog: Table
    interactions: Iterable[Table]
    repeats: Repeats = "sum"


class Folder(ABC):
    """Reads one kind of folder; a new one writes `takes` and `_read`."""

    @classmethod
    @abstractmethod
    def takes(cls, folder: Path) -> bool:
        """Say by the names of its files whether this is such a folder."""

    def read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        """Read a folder.

        Args:
            folder: where the files lie.
            catalog: takes bad rows and remarks of the items.
            interactions: likewise of the interactions, as they are read.

        Raises:
            ConfigError: the files by which such a folder is known are not there.
            DataError: a file is malformed.
        """
        if not folder.is_dir():
            raise DataError(f"there is no folder {folder}", hint="check the path")
        if not type(self).takes(folder):
            raise ConfigError(
                f"{type(self).__name__} does not find its files in {folder}",
                hint="see polyrec parts folder for what reads which",
            )
        return self._read(folder, catalog, interactions)

    @abstractmethod
    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        """Read a folder that this reader takes."""


def file_in(folder: Path, name: str) -> Path | None:
    """Give a file of the folder by its name, packed or not, or None where it is missing."""
    for ending in ("", *PACKED):
        path = folder / f"{name}{ending}"
        if path.is_file():
            return path
    return None


def need_file(folder: Path, name: str) -> Path:
    """Give a file of the folder by its name.

    Raises:
        DataError: it is missing.
    """
    found = file_in(folder, name)
    if found is None:
        raise DataError(f"{folder} has no file {name}", hint="put it there, packed or not")
    return found


def delimited(path: Path, layout: Layout, intake: Intake) -> Iterator[Table]:
    """Read a delimited file in batches."""
    for table in delimited_tables(path, layout, intake):
        yield replace(table, intake=intake)


def json_lines(path: Path, intake: Intake, *, whole: bool) -> Iterator[Table]:
    """Read JSON Lines, whole or in batches."""
    reader = JsonLines()
    if whole:
        yield reader.read(path, intake=intake)
    else:
        yield from reader.batches(path, intake=intake)


def encoding_of(path: Path, otherwise: str) -> str:
    """Say whether a file is UTF-8, as later releases of a dataset are, or in an older encoding.

    Takes reading the file once.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened(path) as file:
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
        except UnicodeDecodeError:
            return otherwise
    return "utf-8"


def files_below(folder: Path, *patterns: str) -> list[Path]:
    """List the files that fit a pattern, packed or not, in the order of their paths."""
    found = {
        path
        for pattern in patterns
        for ending in ("", *PACKED)
        for path in folder.glob(f"{pattern}{ending}")
        if path.is_file()
    }
    return sorted(found)


def changed(table: Table, frame: pl.DataFrame, records: Integers | None = None) -> Table:
    """Give a table other cells.

    Args:
        table: what they were made of.
        frame: the cells.
        records: which record of the table each row was made of; None for one each, in order.
    """
    if records is None:
        return replace(table, frame=frame)
    rows = np.array([table.row(i) for i in range(len(table.frame))], dtype=np.int64)
    return replace(table, frame=frame, rows=rows[records], parts=())


def with_language(table: Table, language: str) -> Table:
    """Give all texts of a table one language."""
    return changed(table, table.frame.with_columns(language=pl.lit(language)))
