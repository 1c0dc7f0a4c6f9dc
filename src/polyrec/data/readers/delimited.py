"""Text files whose columns are parted by one character: what the CSV and TSV readers share.

A file without quotes goes through polars, which is fast and then unambiguous. A file with quotes
goes through Python's `csv`, slower by about ten times, which knows where each record begins and
refuses quotes that do not fit, where polars may misread them.
"""

from __future__ import annotations

import codecs
import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.progress import progress
from polyrec.data.readers.encoding import UTF_8_MARK, bad_byte
from polyrec.data.readers.table import Table, column_names, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEPARATORS = ",;\t|"
RECORDS_AT_ONCE = 50_000
QUOTE_HINT = "put a field that holds quotes in quotes, and double the quotes inside"
MALFORMED = {
    "unexpected end": "a quote is never closed",
    "expected after": "a field goes on behind its closing quote",
    "field larger": f"a field is longer than {csv.field_size_limit()} characters",
    "new-line": "a line break stands outside quotes",
}


def check_separator(separator: str) -> None:
    """Refuse a separator that is not one plain character.

    Raises:
        ConfigError: it is not.
    """
    if len(separator.encode()) != 1 or separator in '"\r\n':
        raise ConfigError(f"separator is {separator!r}", hint="give one ASCII character")


def read_delimited(path: Path, *, separator: str, quote: bool, encoding: str) -> Table:
    """Read every cell as text; rows without any content are left out.

    Rows are numbered by the line on which each begins, the first line being 1.

    Raises:
        DataError: the file is not in the encoding, a row has too few or too many fields, quotes
            do not fit, or a column name stands twice.
    """
    data = _utf_8(path, encoding)
    body = data.lstrip(b"\r\n")
    if not body.strip():
        raise DataError(f"{path.name} is empty", hint="give a file with at least its column names")
    lines_before = data.count(b"\n", 0, len(data) - len(body))
    read = _read_quoted if quote and b'"' in body else _read_plain
    try:
        return read(body, path.name, separator, lines_before)
    except UnicodeDecodeError:
        raise bad_byte(path.name, data, "utf-8") from None


def _utf_8(path: Path, encoding: str) -> bytes:
    """Read a file as UTF-8 with lines that end in a line feed."""
    data = path.read_bytes()
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        data = data.removeprefix(UTF_8_MARK)
    else:
        try:
            data = data.decode(encoding).removeprefix("\ufeff").encode()
        except UnicodeDecodeError:
            raise bad_byte(path.name, data, encoding) from None
    data = data if b"\n" in data else data.replace(b"\r", b"\n")
    # polars overlooks a field too many in a last line that has no end
    return data if data.endswith(b"\n") else data + b"\n"


def _header(fields: list[str], name: str, separator: str) -> list[str]:
    """Give the column names, white space for a column without one."""
    if len(fields) == 1:
        for other in SEPARATORS:
            if other != separator and other in fields[0]:
                raise DataError(
                    f"{name} has one column, {shown(fields[0])}",
                    hint=f"if {other!r} parts its columns, use the reader csv with that separator",
                )
    names = column_names(fields, name)
    # several may be empty, but polars wants names to differ
    return [column or " " * place for place, column in enumerate(names)]


def _read_plain(body: bytes, name: str, separator: str, lines_before: int) -> Table:
    header = body[: body.index(b"\n")].decode().removesuffix("\r")
    names = _header(header.split(separator), name, separator)
    try:
        frame = pl.read_csv(body, separator=separator, quote_char=None, infer_schema=False)
    except pl.exceptions.ComputeError as error:
        body.decode()
        _check_widths(body, name, separator, lines_before)
        raise DataError(f"{name} cannot be read: {error}") from error
    frame.columns = names
    blank = frame.select(pl.all_horizontal(pl.all().is_null()).alias("blank"))["blank"]
    if (frame[names[-1]].is_null() & ~blank).any():  # an empty cell, or none
        _check_widths(body, name, separator, lines_before)
    rows = np.arange(len(frame), dtype=np.int64)[~blank.to_numpy()] + lines_before + 2
    return Table(name, frame.filter(~blank), rows)


def _check_widths(body: bytes, name: str, separator: str, lines_before: int) -> None:
    """Refuse a line with more or fewer fields than the header, in a file without quotes."""
    part = separator.encode()
    lines = io.BytesIO(body)
    n_columns = next(lines).count(part) + 1
    for number, line in enumerate(lines, start=lines_before + 2):
        n_fields = line.count(part) + 1
        if n_fields != n_columns and line.strip(b"\r\n"):
            raise _ragged(name, number, n_fields, n_columns)


def _ragged(name: str, row: int, n_fields: int, n_columns: int) -> DataError:
    return DataError(
        f"{name} row {row}: {n_fields} field{'s' if n_fields > 1 else ''},"
        f" but the header has {n_columns}",
        hint="put a field that holds the separator in quotes" if n_fields > n_columns else "",
    )


def _read_quoted(body: bytes, name: str, separator: str, lines_before: int) -> Table:
    text = io.TextIOWrapper(io.BytesIO(body), "utf-8", newline="")
    fields = csv.reader(text, delimiter=separator, strict=True)
    records = _records(fields, name, lines_before)
    _, header = next(records, (1, []))
    names = _header(header, name, separator)
    frames = [pl.DataFrame(schema=dict.fromkeys(names, pl.String))]
    rows = [np.empty(0, dtype=np.int64)]
    with progress(f"reading {name}", body.count(b"\n") - 1, unit="rows") as advance:
        while chunk := list(islice(records, RECORDS_AT_ONCE)):
            columns = zip(*(record for _, record in chunk), strict=True)
            frames.append(
                pl.DataFrame(
                    [pl.Series(n, c, pl.String) for n, c in zip(names, columns, strict=True)]
                )
            )
            rows.append(np.array([row for row, _ in chunk], dtype=np.int64))
            advance(len(chunk))
    return Table(name, pl.concat(frames), np.concatenate(rows))


def _records(fields: Any, name: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    """Give each record that has any content, the header first, with the line where it begins."""
    n_columns = 0
    while True:
        row = fields.line_num + lines_before + 1
        try:
            record = next(fields)
        except StopIteration:
            return
        except csv.Error as error:
            problem = next((said for sign, said in MALFORMED.items() if sign in str(error)), error)
            raise DataError(f"{name} row {row}: {problem}", hint=QUOTE_HINT) from None
        n_columns = n_columns or len(record)
        if record and len(record) != n_columns:
            raise _ragged(name, row, len(record), n_columns)
        if any(record):
            yield row, record
