"""One table as a reader found it, with the row numbers that a person sees in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.readers.intake import BadRow, Intake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Integers

SHOWN_CHARACTERS = 60
VALUE = "{value}"
"""Stands in a problem for the cell at fault."""


@dataclass(frozen=True, eq=False)
class Table:
    """Cells under the source's own column names, not yet checked.

    Attributes:
        name: what faults call it: the file's name, or what a frame stands for.
        frame: the cells; all text where the format has no types.
        rows: the row of each record in the source, shape (records,), or None for 1, 2, 3 ...
        parts: where the records are from several files, the record at which each begins and its
            name, in order.
        intake: what is done about bad rows; by default the first one raises.
        aside: which records have been set aside, shape (records,).
    """

    name: str
    frame: pl.DataFrame
    rows: Integers | None = None
    parts: tuple[tuple[int, str], ...] = ()
    intake: Intake = field(default_factory=Intake)
    aside: Booleans = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "aside", np.zeros(len(self.frame), dtype=np.bool_))

    def row(self, index: int) -> int:
        """Give the row in the source of a record, counted as the reader's docstring says."""
        return index + 1 if self.rows is None else int(self.rows[index])

    def file(self, index: int) -> str:
        """Give what faults call the source of a record."""
        if not self.parts:
            return self.name
        return self.parts[bisect_right(self.parts, index, key=lambda part: part[0]) - 1][1]

    @property
    def good(self) -> pl.Series:
        """Which records have not been set aside."""
        return pl.Series(~self.aside)

    def refuse_row(
        self, index: int, problem: str, *, column: str = "", hint: str = "", kind: str = ""
    ) -> None:
        """Raise for one record, or set it aside.

        Args:
            index: the record.
            problem: what is wrong with it, naming the column where there is one.
            column: the source's own name of the column at fault.
            hint: what to do about it.
            kind: the problem without the values of this record.

        Raises:
            DataError: bad rows are not set aside.
        """
        if self.aside[index]:
            return
        cells: Any = self.frame.row(index, named=True) if self.intake.goes_on else None
        self.intake.refuse(
            BadRow(self.file(index), self.row(index), problem, column, hint, kind, cells)
        )
        self.aside[index] = True

    def refuse(self, bad: pl.Series, column: str, problem: str, *, hint: str = "") -> None:
        """Raise for the first record that is bad, saying how many more there are, or set all aside.

        Args:
            bad: one boolean per record.
            column: the source's own name of the column at fault.
            problem: follows the column's name in the message; `VALUE` in it stands for the cell.
            hint: what to do about it.

        Raises:
            DataError: a record is bad, and bad rows are not set aside.
        """
        found = bad.fill_null(False).to_numpy() & ~self.aside
        indices = np.flatnonzero(found).tolist()
        if not indices:
            return
        more = len(indices) - 1
        also = f" (and {more} more row{'s' if more > 1 else ''})"
        if self.intake.goes_on or not more:
            also = ""
        kind = f"{column} {problem.replace(VALUE, '...')}"
        for index in indices:
            said = problem.replace(VALUE, shown(self.frame[column][index]))
            self.refuse_row(index, f"{column} {said}{also}", column=column, hint=hint, kind=kind)


def shown(value: object) -> str:
    """Write a value as a message shows it, cut if it is long."""
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}..."


def column_names(given: Sequence[object], table: str) -> list[str]:
    """Give column names as text without the white space around them; one may be empty.

    Raises:
        DataError: a name stands twice.
    """
    names = [str(name).strip() for name in given]
    for name, count in Counter(names).items():
        if name and count > 1:
            raise DataError(f"{table} has the column {name!r} twice", hint="rename one of them")
    return names
