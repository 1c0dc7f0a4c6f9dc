"""A stream of bytes as blocks of whole lines in UTF-8, whatever its encoding and line ends."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.data.readers.encoding import UTF_8_MARK, bad_byte

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

    from polyrec.data.readers.intake import Intake

BLOCK = 1 << 24
BAD_BYTE = "\ufdd0"
"""Marks a byte that could not be decoded: a code point that Unicode keeps free for such uses."""

_HANDLER = "polyrec-bad-byte"


@dataclass(frozen=True)
class Block:
    """Some lines.

    Attributes:
        data: UTF-8; every line ends in a line feed.
        first_line: the number of its first line.
        is_damaged: whether it holds `BAD_BYTE`, with the byte's number behind it.
    """

    data: bytes
    first_line: int
    is_damaged: bool


def blocks_of_lines(
    stream: io.BufferedReader, name: str, encoding: str, intake: Intake
) -> Iterator[Block]:
    """Cut a stream into blocks of about 16 MiB, each of whole lines.

    A byte order mark is left out. Lines that end in a carriage return alone are told by the first
    block, which then has no line feed.

    Args:
        stream: the bytes.
        name: what faults call it.
        encoding: how it writes characters.
        intake: where bad rows are set aside, bytes that cannot be decoded are marked instead of
            raised.

    Raises:
        DataError: a byte is not in the encoding, and bad rows are not set aside.
    """
    codecs.register_error(_HANDLER, _marked)
    line = 1
    if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
        for data in _lines(_recoded(stream, name, encoding, intake)):
            yield Block(data, line, intake.goes_on and BAD_BYTE.encode() in data)
            line += data.count(b"\n")
        return
    for data in _lines(_pieces(stream)):
        clean = data.removeprefix(UTF_8_MARK) if line == 1 else data
        try:
            clean.decode()
        except UnicodeDecodeError:
            if not intake.goes_on:
                raise bad_byte(name, clean, "utf-8", first_line=line) from None
            yield Block(clean.decode(errors=_HANDLER).encode(), line, True)
        else:
            yield Block(clean, line, False)
        line += data.count(b"\n")


def _lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Cut pieces anew, so that each ends where a line does."""
    rest: list[bytes] = []
    ends_in_returns = None
    for piece in pieces:
        if ends_in_returns is None:
            ends_in_returns = b"\n" not in piece and b"\r" in piece
        lines = piece.replace(b"\r", b"\n") if ends_in_returns else piece
        end = lines.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, lines[:end]])
            rest = []
        rest.append(lines[end:])
    last = b"".join(rest)
    if last:
        yield last + b"\n"


def _recoded(
    stream: io.BufferedReader, name: str, encoding: str, intake: Intake
) -> Iterator[bytes]:
    """Give the stream in UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)(_HANDLER if intake.goes_on else "strict")
    line, is_first = 1, True
    for piece in (*_pieces(stream), b""):
        carried = decoder.getstate()[0]  # the bytes of a character that is not whole yet
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            raise bad_byte(name, carried + piece, encoding, first_line=line) from None
        yield (text.removeprefix("\ufeff") if is_first else text).encode()
        is_first = is_first and not text
        line += text.count("\n")


def _pieces(stream: io.BufferedReader) -> Iterator[bytes]:
    """Give the stream in pieces, of which only the last is shorter."""
    while True:
        parts, size = [], 0
        while size < BLOCK and (part := stream.read(BLOCK - size)):
            parts.append(part)
            size += len(part)
        if not parts:
            return
        yield b"".join(parts)


def _marked(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return BAD_BYTE + bad.decode("ascii", "backslashreplace"), error.end


def check_head(data: bytes, name: str) -> None:
    """Refuse column names that hold bytes which could not be decoded.

    Raises:
        DataError: they do.
    """
    if BAD_BYTE.encode() in data:
        first = data[data.index(BAD_BYTE.encode()) :].decode(errors="replace")[1:5]
        other = "utf-16" if data.startswith(BAD_BYTE.encode()) else "cp1252"
        raise DataError(
            f"{name}: the column names hold the byte {first}, which is not as encoded",
            hint=f"save the file as UTF-8, or set the reader's encoding, such as {other!r}",
        )
