"""The reader of data frames, of polars or pandas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers.loose_column import LooseColumn
from polyrec.data.readers.reader import Reader
from polyrec.data.readers.table import Table, column_names


@dataclass(frozen=True)
class Frame(Reader):
    """Reads polars frames, lazy ones too, and pandas frames; rows are numbered from 1.

    Columns keep their types. Of a pandas frame, an index that has a name is a column too. pandas
    is never imported here, and pyarrow is not needed.
    """

    @classmethod
    def takes(cls, source: object) -> bool:
        """Say whether the source is a data frame."""
        return isinstance(source, pl.DataFrame | pl.LazyFrame) or _is_pandas(source)

    def _read(self, source: Any, name: str) -> Table:
        if isinstance(source, pl.LazyFrame):
            source = source.collect()
        if isinstance(source, pl.DataFrame):
            return Table(name, source)
        if _is_pandas(source):
            return Table(name, _from_pandas(source, name))
        raise ConfigError(
            f"Frame reads data frames, not {type(source).__name__}",
            hint="give a polars or pandas frame",
        )


def _is_pandas(source: object) -> bool:
    kind = type(source)
    return kind.__module__.partition(".")[0] == "pandas" and kind.__name__ == "DataFrame"


def _from_pandas(frame: Any, name: str) -> pl.DataFrame:
    levels = {level for level in frame.index.names if level is not None}
    if levels and not levels & set(frame.columns):
        frame = frame.reset_index()
    names = column_names(frame.columns, name)
    places = (place for place, column in enumerate(names) if column)
    return pl.DataFrame({names[i]: _column(frame.iloc[:, i], names[i], name) for i in places})


def _column(values: Any, column: str, name: str) -> pl.Series:
    """Turn a pandas column into one of polars, without pyarrow."""
    if getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    plain = isinstance(values.dtype, np.dtype)
    if plain and values.dtype.kind == "M":
        return pl.Series(values.to_numpy().astype("datetime64[us]"))
    if plain and values.dtype.kind in "iuf":
        return pl.Series(values.to_numpy(), nan_to_null=True)
    loose = LooseColumn()
    try:
        loose.add(values.astype(object).where(values.notna(), None).tolist())
    except UnicodeEncodeError:
        raise DataError(
            f"{name}: column {column} holds half of a surrogate pair", hint="give whole characters"
        ) from None
    return loose.series()
