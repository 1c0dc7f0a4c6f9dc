"""Text files whose columns are parted by a separator: what the CSV and TSV readers share.

Lines without quotes go through polars, which is fast and then unambiguous. From the first quote on
a file goes through Python's `csv` (`quoted`), slower by about ten times, which knows where each
record begins and refuses quotes that do not fit, where polars may misread them.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.readers.blocks import BAD_BYTE, Block, blocks_of_lines, check_head
from polyrec.data.readers.intake import BadRow
from polyrec.data.readers.opened import opened, shown_name
from polyrec.data.readers.quoted import Records
from polyrec.data.readers.table import Table, column_names, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from polyrec.core.types import Integers
    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.layout import Layout

SEPARATORS = ",;\t|"
UNIT = b"\x1f"
"""The separator inside, where that of the file has several characters."""

MANY_FIELDS = "put a field that holds the separator in quotes"


def delimited_tables(path: Path, layout: Layout, intake: Intake) -> Iterator[Table]:
    """Read every cell as text, in batches; rows without any content are left out.

    Rows are numbered by the line on which each begins, the first line being 1. At least one table
    is given, which may have no rows.

    Args:
        path: the file, packed or not, or standard input.
        layout: how it is written.
        intake: takes rows with too few or too many fields, with bytes that are not in the
            encoding, or with quotes that do not fit.

    Raises:
        DataError: there is such a row and it is not set aside, there are no column names, or one
            stands twice.
    """
    name = shown_name(path)
    with opened(path, title=f"reading {name}") as stream:
        blocks = _with_content(blocks_of_lines(stream, name, layout.encoding, intake))
        first = next(blocks, None)
        if first is None:
            raise DataError(f"{name} is empty", hint="give a file with at least its column names")
        yield from _Delimited(name, layout, intake).tables(first, blocks)


def _with_content(blocks: Iterator[Block]) -> Iterator[Block]:
    """Leave out blank lines before the first that is not blank."""
    begun = False
    for block in blocks:
        if begun:
            yield block
            continue
        data = block.data.lstrip(b"\r\n")
        if data.strip():
            begun = True
            lines = block.data.count(b"\n", 0, len(block.data) - len(data))
            yield Block(data, block.first_line + lines, block.is_damaged)


class _Delimited:
    """Reads the blocks of one file."""

    def __init__(self, name: str, layout: Layout, intake: Intake) -> None:
        self.name, self.layout, self.intake = name, layout, intake
        self.separator = layout.separator.encode()
        self.names: list[str] = list(layout.names)

    def tables(self, first: Block, others: Iterator[Block]) -> Iterator[Table]:
        """Read all blocks."""
        if not self.names:
            end = first.data.index(b"\n") + 1
            if self.layout.quote and b'"' in first.data[:end]:
                yield from self._quoted(first, others)
                return
            check_head(first.data[:end], self.name)
            header = first.data[: end - 1].decode().removesuffix("\r")
            self.names = self._header(header.split(self.layout.separator))
            first = Block(first.data[end:], first.first_line + 1, first.is_damaged)
        for block in chain([first], others):
            if self.layout.quote and b'"' in block.data:
                yield from self._quoted(block, others)
                return
            yield self._plain(block)

    def _header(self, fields: list[str]) -> list[str]:
        """Give the column names, white space for a column without one."""
        if len(fields) == 1:
            for other in SEPARATORS:
                if other != self.layout.separator and other in fields[0]:
                    raise DataError(
                        f"{self.name} has one column, {shown(fields[0])}",
                        hint=f"if {other!r} parts its columns, use the reader csv with that"
                        " separator",
                    )
        names = column_names(fields, self.name)
        # several may be empty, but polars wants names to differ
        return [column or " " * place for place, column in enumerate(names)]

    def _plain(self, block: Block) -> Table:
        """Read lines without quotes."""
        data, part = block.data, self.separator
        if len(part) > 1:
            data, part = data.replace(UNIT, b" ").replace(part, UNIT), UNIT
        # polars takes the number of columns from the first line, and does not see it in the last
        head = part.join(b"%d" % place for place in range(len(self.names))) + b"\n"
        frame = None
        try:
            frame = self._parsed(head + data, part)
        except pl.exceptions.ComputeError as error:
            problem = str(error)
        # the last cell may be empty, or not there
        if frame is None or (frame[self.names[-1]].is_null() & ~_blank(frame)).any():
            mended = self._without_ragged(Block(data, block.first_line, False), part)
            if mended is not data or frame is None:
                try:
                    frame = self._parsed(head + mended, part)
                except pl.exceptions.ComputeError:
                    raise DataError(f"{self.name} cannot be read: {problem}") from None
        blank = _blank(frame)
        rows = np.flatnonzero(~blank.to_numpy()).astype(np.int64) + block.first_line
        return self._table(frame.filter(~blank), rows, is_damaged=block.is_damaged)

    def _parsed(self, data: bytes, part: bytes) -> pl.DataFrame:
        frame = pl.read_csv(data, separator=part.decode(), quote_char=None, infer_schema=False)
        frame.columns = self.names
        return frame

    def _without_ragged(self, block: Block, part: bytes) -> bytes:
        """Refuse lines with more or fewer fields than the header; leave empty ones in their place.

        Gives the very same bytes where there are none.
        """
        data = np.frombuffer(block.data, dtype=np.uint8)
        ends = np.flatnonzero(data == ord("\n"))
        counts = np.cumsum(data == part[0], dtype=np.int64)[ends]
        fields = np.diff(counts, prepend=0) + 1
        begins = np.concatenate([[0], ends[:-1] + 1])
        parts: list[bytes] = []
        done = 0
        for line in np.flatnonzero(fields != len(self.names)).tolist():
            begin, end = int(begins[line]), int(ends[line])
            text = block.data[begin:end].strip(b"\r")
            if not text:
                continue
            self._ragged(block.first_line + line, int(fields[line]), text.decode())
            parts.append(block.data[done:begin])
            done = end
        return b"".join([*parts, block.data[done:]]) if parts else block.data

    def _ragged(self, row: int, n_fields: int, cells: object) -> None:
        n_columns = len(self.names)
        counted = f"{n_fields} field{'s' if n_fields > 1 else ''}"
        self.intake.refuse(
            BadRow(
                self.name,
                row,
                f"{counted}, but the header has {n_columns}",
                hint=MANY_FIELDS if n_fields > n_columns else "",
                kind=f"{'more' if n_fields > n_columns else 'fewer'} fields than the header has",
                cells=cells,
                unread=True,
            )
        )

    def _quoted(self, first: Block, others: Iterator[Block]) -> Iterator[Table]:
        """Read this block and all that follow, where fields may be in quotes."""
        damaged = False

        def lines() -> Iterator[str]:
            nonlocal damaged
            for block in chain([first], others):
                damaged = damaged or block.is_damaged
                yield from _split(block.data)

        records = Records(lines(), self.name, self.layout, self.intake, first.first_line)
        if not self.names:
            _, header = records.header()
            check_head(self.layout.separator.join(header).encode(), self.name)
            self.names = self._header(header)
        any_table = False
        for chunk in records.chunks(len(self.names), self._ragged):
            any_table = True
            yield self._table(*_frame(chunk, self.names), is_damaged=damaged)
        if not any_table:
            yield self._table(*_frame([], self.names), is_damaged=False)

    def _table(self, frame: pl.DataFrame, rows: Integers, *, is_damaged: bool) -> Table:
        """Make a table, without the rows that hold bytes which could not be decoded."""
        if not is_damaged:
            return Table(self.name, frame, rows)
        marked = pl.any_horizontal(pl.all().str.contains(BAD_BYTE, literal=True).fill_null(False))
        bad = frame.select(marked.alias("bad"))["bad"]
        for index in np.flatnonzero(bad.to_numpy()).tolist():
            cells = frame.row(index, named=True)
            column = next(name for name, cell in cells.items() if BAD_BYTE in (cell or ""))
            byte = cells[column].partition(BAD_BYTE)[2][:4]
            plain = {name: cell and cell.replace(BAD_BYTE, "") for name, cell in cells.items()}
            self.intake.refuse(
                BadRow(
                    self.name,
                    int(rows[index]),
                    f"{column} holds the byte {byte}, which is not {self.layout.encoding}",
                    column,
                    "save the file as UTF-8, or set the reader's encoding, such as 'cp1252'",
                    f"a byte that is not {self.layout.encoding}",
                    plain,
                    unread=True,
                )
            )
        return Table(self.name, frame.filter(~bad), rows[~bad.to_numpy()])


def _blank(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.all_horizontal(pl.all().is_null()).alias("blank"))["blank"]


def _split(data: bytes) -> Iterable[str]:
    """Give the lines with their ends; a carriage return alone ends none."""
    lines = data.decode().split("\n")
    return (f"{line}\n" for line in lines[:-1])


def _frame(chunk: list[tuple[int, list[str]]], names: list[str]) -> tuple[pl.DataFrame, Integers]:
    if not chunk:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String)), np.empty(0, dtype=np.int64)
    columns = zip(*(record for _, record in chunk), strict=True)
    frame = pl.DataFrame([pl.Series(n, c, pl.String) for n, c in zip(names, columns, strict=True)])
    return frame, np.array([row for row, _ in chunk], dtype=np.int64)
