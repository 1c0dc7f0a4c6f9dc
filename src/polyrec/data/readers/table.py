"""One table as a reader found it, with the row numbers that a person sees in the source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from polyrec.core.types import Integers

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
    """

    name: str
    frame: pl.DataFrame
    rows: Integers | None = None

    def row(self, index: int) -> int:
        """Give the row in the source of a record, counted as the reader's docstring says."""
        return index + 1 if self.rows is None else int(self.rows[index])

    def fault(self, index: int, problem: str, *, hint: str = "") -> DataError:
        """Make the error that says what is wrong with one record."""
        return DataError(f"{self.name} row {self.row(index)}: {problem}", hint=hint)

    def refuse(self, bad: pl.Series, column: str, problem: str, *, hint: str = "") -> None:
        """Raise for the first record that is bad, saying how many more there are.

        Args:
            bad: one boolean per record.
            column: the source's own name of the column at fault.
            problem: follows the column's name in the message; `VALUE` in it stands for the cell.
            hint: what to do about it.

        Raises:
            DataError: a record is bad.
        """
        if not bad.any():
            return
        index, more = int(bad.arg_true()[0]), int(bad.sum()) - 1
        said = problem.replace(VALUE, shown(self.frame[column][index]))
        also = f" (and {more} more row{'s' if more > 1 else ''})" if more else ""
        raise self.fault(index, f"{column} {said}{also}", hint=hint)


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
