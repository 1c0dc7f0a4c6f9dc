"""Cells to moments: ISO 8601 or Unix time in, seconds since 1970 out."""

from __future__ import annotations

import polars as pl

from polyrec.data.readers.cells import is_empty, numbers_of, texts_of
from polyrec.data.readers.table import VALUE, Table

ISO = (
    r"^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt ](?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9])"
    r"(?::(?<second>(?:[0-5][0-9]|60)(?:[.,][0-9]+)?))?"
    r" ?(?:[Zz]|(?<sign>[+-])(?<hours>[01][0-9]|2[0-3])(?::?(?<minutes>[0-5][0-9]))?)?)?$"
)
UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Below which number Unix time is in seconds, milliseconds, microseconds, nanoseconds.

1e11 seconds are the year 5138, 1e11 milliseconds 1973, and so on. Each number is taken by itself,
so that files that differ can be read together, and one that is wrong cannot move all the others.
"""
HINT = "give ISO 8601, such as 2024-05-01 or 2024-05-01T12:00:00Z, or Unix seconds or milliseconds"


def times_of(table: Table, column: str) -> pl.Series:
    """Give a column of moments as seconds since 1970, float64.

    A date is its first moment; a time without offset is taken as UTC. A number is in seconds,
    milliseconds, microseconds or nanoseconds, as its own size says.

    Raises:
        DataError: a cell is empty or no moment.
    """
    cells = table.frame[column]
    if cells.dtype in (pl.Date, pl.Datetime):
        seconds = cells.cast(pl.Datetime("us") if cells.dtype == pl.Date else cells.dtype)
        seconds = seconds.dt.timestamp("us") / 1e6
    else:
        seconds = _unix(numbers_of(table, column))
        if seconds.has_nulls() and not cells.dtype.is_numeric():
            seconds = seconds.zip_with(seconds.is_not_null(), _iso(texts_of(table, column)))
    hint = "fill it in, or leave the column out"
    table.refuse(is_empty(table, column), column, "is empty", hint=hint)
    table.refuse(
        ~seconds.is_finite().fill_null(False), column, f"is {VALUE}, not a time", hint=HINT
    )
    return seconds


def _unix(numbers: pl.Series) -> pl.Series:
    """Scale each number to seconds; one that is no moment before the year 10000 gives null."""
    number = pl.col("number")
    seconds: pl.Expr = pl.lit(None, dtype=pl.Float64)
    for below, unit in reversed(UNITS):
        seconds = pl.when(number.abs() < below).then(number / unit).otherwise(seconds)
    seconds = pl.when(number.is_finite()).then(seconds)
    return numbers.to_frame("number").select(seconds.alias("seconds"))["seconds"]


def _iso(texts: pl.Series) -> pl.Series:
    """Read ISO 8601; a text that is none gives null."""
    read = texts.str.extract_groups(ISO).struct.unnest()
    number = {
        name: read[name].str.replace(",", ".", literal=True).cast(pl.Float64).fill_null(0.0)
        for name in ("hour", "minute", "second", "hours", "minutes")
    }
    days = read["date"].str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Float64)
    offset = number["hours"] * 3600 + number["minutes"] * 60
    offset = offset.zip_with((read["sign"] != "-").fill_null(True), -offset)
    clock = number["hour"] * 3600 + number["minute"] * 60 + number["second"]
    return days * 86400 + clock - offset
