"""Cells to values: ids, texts, languages and weights, each fault named by row and column."""

from __future__ import annotations

import polars as pl

from polyrec.core.errors import DataError, LanguageError
from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.data.readers.table import VALUE, Table


def texts_of(table: Table, column: str) -> pl.Series:
    """Give a column as text, stripped; a missing cell is the empty text.

    Whole numbers are written without a point, lists of texts with `|` between them.

    Raises:
        DataError: the column holds something that is not text.
    """
    cells = table.frame[column]
    if cells.dtype == pl.List(pl.String):
        cells = cells.list.join("|")
    elif cells.dtype.is_float():
        cells = _without_point(cells)
    elif cells.dtype.is_nested() or cells.dtype in (pl.Binary, pl.Object):
        raise DataError(f"{table.name}: {column} holds {cells.dtype}", hint="give texts")
    return cells.cast(pl.String).str.strip_chars().fill_null("")


def _without_point(cells: pl.Series) -> pl.Series:
    cell = pl.col("cell")
    whole = cell.cast(pl.Int64, strict=False)
    text = pl.when(whole == cell).then(whole.cast(pl.String)).otherwise(cell.cast(pl.String))
    return cells.to_frame("cell").select(pl.when(cell.is_not_nan()).then(text)).to_series()


def ids_of(table: Table, column: str) -> pl.Series:
    """Give a column of ids as text, stripped and otherwise as they are.

    Raises:
        DataError: an id is empty, or a decimal number too large to be exact.
    """
    cells = table.frame[column]
    if cells.dtype.is_float():
        # below this, decimal numbers hold every whole number
        limit = 2.0**53 if cells.dtype == pl.Float64 else 2.0**24
        table.refuse(
            (cells.abs() >= limit) & cells.is_not_nan(),
            column,
            f"is {VALUE}, too large for a decimal number to be exact",
            hint="give ids as text",
        )
    ids = texts_of(table, column)
    table.refuse(ids == "", column, "is empty", hint="give every row an id")
    return ids


def languages_of(table: Table, column: str | None, default: str) -> pl.Series:
    """Give each row's language as a standard tag; a missing one is the default.

    Raises:
        DataError: a cell is not a BCP 47 tag.
    """
    if column is None:
        return pl.repeat(default, len(table.frame), dtype=pl.String, eager=True)
    cells = texts_of(table, column)
    standard = {"": default}
    for tag in cells.unique(maintain_order=True):
        try:
            standard[tag] = tag_of(tag) if tag else default
        except LanguageError as error:
            table.refuse(cells == tag, column, f"is {VALUE}, not a language tag", hint=error.hint)
            standard[tag] = default
    return cells.replace_strict(standard, return_dtype=pl.String)


def weights_of(table: Table, column: str) -> pl.Series:
    """Give a column of weights as float64.

    Raises:
        DataError: a cell is empty, not a number, not above 0, or beyond single precision.
    """
    numbers = numbers_of(table, column)
    hint = "give numbers above 0, or leave the column out"
    table.refuse(is_empty(table, column), column, "is empty", hint=hint)
    table.refuse(
        numbers.is_null() | numbers.is_nan(), column, f"is {VALUE}, not a number", hint=hint
    )
    table.refuse(numbers < 0, column, f"is {VALUE}, below 0", hint=hint)
    single = numbers.cast(pl.Float32, strict=False).fill_null(float("inf"))
    table.refuse(single.is_infinite(), column, f"is {VALUE}, too large", hint=hint)
    table.refuse(single == 0, column, f"is {VALUE}, not above 0", hint="leave such rows out")
    return numbers


def numbers_of(table: Table, column: str) -> pl.Series:
    """Give a column as float64; a cell that is no number is null.

    Raises:
        DataError: the column holds neither text nor numbers.
    """
    cells = table.frame[column]
    if cells.dtype.is_numeric() or cells.dtype in (pl.Boolean, pl.Null):
        return cells.cast(pl.Float64)
    if cells.dtype not in (pl.String, pl.Categorical, pl.Enum):
        raise DataError(f"{table.name}: {column} holds {cells.dtype}", hint="give numbers")
    return texts_of(table, column).cast(pl.Float64, strict=False)


def is_empty(table: Table, column: str) -> pl.Series:
    """Say of each cell whether it is missing or blank."""
    cells = table.frame[column]
    return texts_of(table, column) == "" if cells.dtype == pl.String else cells.is_null()


def tag_of(text: str) -> str:
    """Give the standard tag of a language; raises as `standard_tag` does."""
    return UNDETERMINED if text == UNDETERMINED else standard_tag(text)
