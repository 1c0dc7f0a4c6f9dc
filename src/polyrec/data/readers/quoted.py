"""The records of a delimited file whose fields may be in quotes, by Python's `csv`."""

from __future__ import annotations

import csv
from itertools import islice
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import DataError
from polyrec.data.readers.intake import BadRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.layout import Layout

RECORDS_AT_ONCE = 50_000
LONGEST_FIELD = 64 << 20
"""Characters; a quote that is never closed is found at the latest behind so many."""

QUOTE_HINT = "put a field that holds quotes in quotes, and double the quotes inside"
MALFORMED = {
    "unexpected end": "a quote is never closed",
    "expected after": "a field goes on behind its closing quote",
    "field larger": "a field is longer than {longest:,} characters",
    "new-line": "a line break stands outside quotes",
}


class Records:
    """Reads records one by one; where quotes do not fit, one line is at fault and the next is next.

    Args:
        lines: the lines with their ends.
        name: the file's name.
        layout: how it is written.
        intake: takes the lines at fault.
        first_line: the number of the first line.
    """

    def __init__(
        self, lines: Iterator[str], name: str, layout: Layout, intake: Intake, first_line: int
    ) -> None:
        self.lines = _Lines(lines, first_line)
        self.name, self.intake = name, intake
        # for the whole process, as `csv` knows no other way
        csv.field_size_limit(LONGEST_FIELD)
        self.fields: Iterator[list[str]] = csv.reader(
            self.lines,
            delimiter=layout.separator,
            escapechar=layout.escape or None,
            strict=True,
        )

    def header(self) -> tuple[int, list[str]]:
        """Give the first record that has any content, with its line.

        Raises:
            DataError: its quotes do not fit.
        """
        try:
            return next((row, record) for row, record in self._records(raises=True) if record)
        except StopIteration:
            return 1, []

    def chunks(
        self, n_columns: int, ragged: Callable[[int, int, Any], None]
    ) -> Iterator[list[tuple[int, list[str]]]]:
        """Give the records that have any content, many at once, each with the line where it begins.

        Args:
            n_columns: how many fields each must have.
            ragged: is told line, number of fields and fields of each that has not.
        """
        records = self._whole(n_columns, ragged)
        while chunk := list(islice(records, RECORDS_AT_ONCE)):
            yield chunk

    def _whole(
        self, n_columns: int, ragged: Callable[[int, int, Any], None]
    ) -> Iterator[tuple[int, list[str]]]:
        for row, record in self._records():
            if record and len(record) != n_columns:
                ragged(row, len(record), record)
            elif any(record):
                yield row, record

    def _records(self, *, raises: bool = False) -> Iterator[tuple[int, list[str]]]:
        while True:
            row = self.lines.begin()
            try:
                record = next(self.fields)
            except StopIteration:
                return
            except csv.Error as error:
                found = (said for sign, said in MALFORMED.items() if sign in str(error))
                problem = next(found, str(error)).replace("{longest:,}", f"{LONGEST_FIELD:,}")
                if raises:
                    raise DataError(f"{self.name} row {row}: {problem}", hint=QUOTE_HINT) from None
                line = self.lines.back()
                self.intake.refuse(
                    BadRow(
                        *(self.name, row, problem),
                        hint=QUOTE_HINT,
                        cells=line.rstrip("\r\n"),
                        unread=True,
                    )
                )
            else:
                yield row, record


class _Lines:
    """Lines of which those of the last record can be given once more, but for the first of them."""

    def __init__(self, lines: Iterator[str], first_line: int) -> None:
        self._lines = lines
        self._next = first_line
        self._record: list[str] = []
        self._again: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._record.append(line)
        self._next += 1
        return line

    def begin(self) -> int:
        """Begin a record, and give the number of its first line."""
        self._record = []
        return self._next

    def back(self) -> str:
        """Give the first line of the record, and let the others be read once more."""
        first, *others = self._record
        self._again.extend(reversed(others))
        self._next -= len(others)
        return first
