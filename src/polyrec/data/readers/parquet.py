"""The reader of Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.readers.reader import Reader
from polyrec.data.readers.table import Table

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Parquet(Reader):
    """Reads Parquet files; columns keep their types, and rows are numbered from 1."""

    endings = (".parquet",)

    def _read(self, source: Path, name: str) -> Table:
        try:
            return Table(name, pl.read_parquet(source, glob=False))
        except (pl.exceptions.PolarsError, OSError) as error:
            said = str(error).partition("\n")[0]
            raise DataError(
                f"{name} cannot be read as Parquet: {said}", hint="check that the file is whole"
            ) from error
