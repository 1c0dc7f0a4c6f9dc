"""The reader of Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.readers.opened import as_file
from polyrec.data.readers.reader import Reader
from polyrec.data.readers.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake


ROWS_AT_ONCE = 500_000


@dataclass(frozen=True)
class Parquet(Reader):
    """Reads Parquet files; columns keep their types, and rows are numbered from 1."""

    endings = (".parquet",)

    def _batches(self, source: Path, name: str, intake: Intake, *, whole: bool) -> Iterator[Table]:
        del intake
        with as_file(source) as path:
            if whole:
                yield self._read(path, name)
                return
            n_rows = int(self._collected(path, name, pl.len()).item())
            for start in range(0, max(n_rows, 1), ROWS_AT_ONCE):
                frame = self._collected(path, name, start=start)
                yield Table(name, frame, np.arange(start + 1, start + len(frame) + 1))

    def _read(self, source: Path, name: str) -> Table:
        return Table(name, self._collected(source, name))

    def _collected(
        self, path: Path, name: str, *columns: pl.Expr, start: int | None = None
    ) -> pl.DataFrame:
        try:
            rows = pl.scan_parquet(path, glob=False)
            if columns:
                rows = rows.select(columns)
            if start is not None:
                rows = rows.slice(start, ROWS_AT_ONCE)
            return rows.collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            said = str(error).partition("\n")[0]
            raise DataError(
                f"{name} cannot be read as Parquet: {said}", hint="check that the file is whole"
            ) from error
