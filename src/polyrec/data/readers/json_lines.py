"""The reader of JSON Lines: one object per line, its keys the columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.core.progress import progress
from polyrec.data.readers.encoding import UTF_8_MARK, bad_byte, from_json
from polyrec.data.readers.loose_column import LooseColumn
from polyrec.data.readers.reader import Reader
from polyrec.data.readers.table import Table, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LINES_AT_ONCE = 50_000
HINT = "give one JSON object per line"


@dataclass(frozen=True)
class JsonLines(Reader):
    """Reads JSON Lines in UTF-8; rows are numbered by line, and blank lines are left out.

    A key that a line does not have is an empty cell. A column whose values are all numbers, truth
    values or lists of texts keeps that type; an object is kept as its JSON. Reads a million lines
    in about 4 s.
    """

    endings = (".jsonl", ".ndjson")

    def _read(self, source: Path, name: str) -> Table:
        columns: dict[str, LooseColumn] = {}
        rows: list[int] = []
        with (
            source.open("rb") as file,
            progress(f"reading {name}", source.stat().st_size, unit="bytes") as advance,
        ):
            objects = _objects(file, name)
            done = 0
            while chunk := list(islice(objects, LINES_AT_ONCE)):
                for key in dict.fromkeys(key for _, values in chunk for key in values):
                    columns.setdefault(key, LooseColumn(len(rows)))
                for key, column in columns.items():
                    column.add([values.get(key) for _, values in chunk])
                rows.extend(row for row, _ in chunk)
                advance(file.tell() - done)
                done = file.tell()
        if not rows:
            raise DataError(f"{name} is empty", hint=HINT)
        frame = pl.DataFrame({key: column.series() for key, column in columns.items()})
        return Table(name, frame, np.array(rows, dtype=np.int64))


def _objects(lines: Iterable[bytes], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each line's object with the line's number."""
    for row, line in enumerate(lines, start=1):
        data = line.removeprefix(UTF_8_MARK) if row == 1 else line
        try:
            text = data.decode().strip()
            value = from_json(text) if text else {}
        except UnicodeDecodeError:
            raise bad_byte(name, data, "utf-8", first_line=row) from None
        except ValueError as error:
            raise DataError(f"{name} row {row} is not JSON: {error}", hint=HINT) from None
        if not isinstance(value, dict):
            raise DataError(f"{name} row {row} is {shown(value)}, not an object", hint=HINT)
        if text:
            yield row, value
