"""Bytes to text and JSON to values, refusing what no text can hold."""

from __future__ import annotations

import json
from typing import Any

from polyrec.core.errors import ConfigError, DataError

UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def check_encoding(encoding: str) -> None:
    """Refuse a name that is no text encoding.

    Raises:
        ConfigError: Python knows no such encoding.
    """
    try:
        "a".encode(encoding)
    except LookupError:
        raise ConfigError(
            f"{encoding!r} is not an encoding", hint="give one such as 'utf-8', 'cp1252', 'utf-16'"
        ) from None


def bad_byte(name: str, data: bytes, encoding: str, *, first_line: int = 1) -> DataError:
    """Make the error that names line and byte of the first place where data are not as encoded.

    Args:
        name: the file's name.
        data: bytes that cannot be decoded.
        encoding: the encoding that they should be in.
        first_line: the number of the line at which the data begin.
    """
    line, what = first_line, "a byte"
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        line, what = before.count("\n") + first_line, f"byte 0x{data[error.start]:02x}"
    other = "utf-16" if data.startswith(UTF_16_MARKS) else "cp1252"
    return DataError(
        f"{name} line {line}: {what} is not {encoding}",
        hint=f"save the file as UTF-8, or set the reader's encoding, such as {other!r}",
    )


def from_json(text: str) -> Any:
    """Read JSON.

    Raises:
        ValueError: it is not JSON, is nested too deep, or holds half of a surrogate pair.
    """
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise ValueError(error.msg) from None
    if "\\ud" in text.lower():  # only an escape can stand for half of a pair
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("it holds half of a surrogate pair") from None
    return value
