"""Bytes of a file, or of standard input, unpacked if they are gzip or zstd, whatever their name."""

from __future__ import annotations

import gzip
import io
import shutil
import sys
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import zstandard

from polyrec.core.errors import DataError
from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STDIN = Path("-")
"""Names standard input where a file is asked for."""

PACKED = (".gz", ".zst")
"""Endings behind which a file's own ending stands."""

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BUFFER = 1 << 20
ZSTD_PIECE = 1 << 16
"""Small, as it may be a thousand times as large once it is unpacked."""


def inner_name(path: Path) -> str:
    """Give a file's name without the ending that says how it is packed."""
    return path.stem if path.suffix.lower() in PACKED else path.name


def shown_name(path: Path) -> str:
    """Give what faults call a file."""
    return "stdin" if path == STDIN else path.name


@contextmanager
def opened(path: Path, *, title: str = "") -> Iterator[io.BufferedReader]:
    """Open a file or standard input for reading, unpacked; the first bytes say how it is packed.

    Args:
        path: the file, or `STDIN`.
        title: what progress is called, counted in the file's own bytes; empty for none.

    Raises:
        DataError: it is damaged, which may be found while it is read, empty, or not there.
    """
    name = shown_name(path)
    with _raw(path) as raw:
        size = 0 if path == STDIN else path.stat().st_size
        with progress(title or name, size if title else 0, unit="bytes") as advance:
            counted: io.BufferedReader = io.BufferedReader(_Counted(raw, advance), BUFFER)
            start = counted.peek(4)[:4]
            if not start:
                raise DataError(
                    f"{name} is empty", hint="give a file with at least its column names"
                )
            try:
                yield _unpacked(counted, start)
            except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
                said = str(error).partition("\n")[0]
                raise DataError(
                    f"{name} cannot be unpacked: {said}", hint="check that the file is whole"
                ) from None


@contextmanager
def as_file(path: Path) -> Iterator[Path]:
    """Give a plain file with what `opened` would give, for what must seek in it."""
    if path != STDIN:
        with path.open("rb") as file:
            start = file.read(4)
        if not start.startswith((GZIP, ZSTD)):
            yield path
            return
    with (
        opened(path) as packed,
        tempfile.NamedTemporaryFile(suffix=Path(inner_name(path)).suffix) as f,
    ):
        shutil.copyfileobj(packed, f, BUFFER)
        f.flush()
        yield Path(f.name)


@contextmanager
def _raw(path: Path) -> Iterator[BinaryIO]:
    if path == STDIN:
        yield sys.stdin.buffer
        return
    with path.open("rb") as file:
        yield file


def _unpacked(packed: io.BufferedReader, start: bytes) -> io.BufferedReader:
    if start.startswith(GZIP):
        plain: Any = gzip.GzipFile(fileobj=packed)
    elif start == ZSTD:
        plain = _Zstd(packed)
    else:
        return packed
    return io.BufferedReader(plain, BUFFER)


class _Zstd(io.RawIOBase):
    """What zstd has packed; unlike the library's own stream, it finds out if the end is missing."""

    def __init__(self, packed: io.BufferedReader) -> None:
        self.packed = packed
        self.frame: Any = zstandard.ZstdDecompressor().decompressobj()
        self.waiting, self.given = b"", 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self.given == len(self.waiting):
            data = self.frame.unused_data if self.frame.eof else b""
            data = data or self.packed.read(ZSTD_PIECE)
            if not data:
                if not self.frame.eof:
                    raise EOFError("it ends before it should")
                return 0
            if self.frame.eof:
                self.frame = zstandard.ZstdDecompressor().decompressobj()
            self.waiting, self.given = self.frame.decompress(data), 0
        n_given = min(len(buffer), len(self.waiting) - self.given)
        buffer[:n_given] = self.waiting[self.given : self.given + n_given]
        self.given += n_given
        return n_given


class _Counted(io.RawIOBase):
    """Bytes that report how many of them have been read."""

    def __init__(self, raw: BinaryIO, advance: Callable[[int], None]) -> None:
        self.raw = raw
        self.advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.raw.read(len(buffer))
        buffer[: len(data)] = data
        self.advance(len(data))
        return len(data)
