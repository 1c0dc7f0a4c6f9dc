"""An archive: files in one that is packed, appears whole, and is checked before it is used."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import zstandard

from polyrec.core.errors import DataError, EngineError
from polyrec.core.files import whole_file
from polyrec.data.readers.opened import BUFFER, opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FORMAT = 1
"""Grows when an older polyrec could not read an archive."""

MANIFEST = "manifest.json"
NAMES = re.compile(r"tables/[a-z_]+/\d+\.jsonl|models/\w[\w.-]*/\w[\w.-]*", re.ASCII)
"""What the files of an archive may be called: none leads out of a folder."""

LARGEST_BLOCK = 2**28
"""Bytes of a file that is read into memory as a whole."""


class Archive:
    """An archive that is being written.

    Args:
        tar: where to.
    """

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._hashes: dict[str, str] = {}

    def add(self, name: str, content: bytes | IO[bytes]) -> None:
        """Add a file: bytes, or an open one that is read to its end."""
        entry = tarfile.TarInfo(name)
        entry.mode = 0o600
        if isinstance(content, bytes):
            entry.size, stream = len(content), _Hashed(io.BytesIO(content))
        else:
            entry.size, stream = os.fstat(content.fileno()).st_size, _Hashed(content)
        self._tar.addfile(entry, stream)
        self._hashes[name] = stream.sha256.hexdigest()

    def end(self, facts: Mapping[str, Any]) -> None:
        """Add the manifest, which has the hashes of all files."""
        written = json.dumps({"format": FORMAT, **facts, "sha256": self._hashes}, indent=2)
        self.add(MANIFEST, written.encode())


@contextmanager
def written(target: Path) -> Iterator[Archive]:
    """Give an archive to write, which is there, for its owner only, when the block ends well.

    Raises:
        DataError: there is something of that name.
        EngineError: it cannot be written.
    """
    if target.exists():
        raise DataError(f"{target} is there already", hint="name another file")
    try:
        with whole_file(target, mode=0o600) as aside, aside.open("wb") as file:
            packer = zstandard.ZstdCompressor(write_checksum=True)
            with (
                packer.stream_writer(file, closefd=False) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                yield Archive(tar)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EngineError(
            f"{target} cannot be written: {error.strerror or error}", hint="name another file"
        ) from error


class Reading:
    """An archive that is read.

    Args:
        path: where it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self) -> dict[str, Any]:
        """Read all of it, compare all hashes, and give the manifest.

        Raises:
            DataError: something differs, is missing, or is there beside what should be.
        """
        hashes: dict[str, str] = {}
        manifest = None
        with self.files() as files:
            for name, stream in files:
                if manifest is not None or name in hashes:
                    raise damaged(self._path, "it holds more than its manifest says")
                if name == MANIFEST:
                    manifest = self._manifest(stream)
                elif NAMES.fullmatch(name):
                    hashes[name] = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
                else:
                    raise damaged(self._path, "it holds a file of another name than backups do")
        if manifest is None:
            raise damaged(self._path, "its end is missing")
        if hashes != manifest["sha256"]:
            raise damaged(self._path, "a file is not the one that was saved")
        return manifest

    @contextmanager
    def files(self) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
        """Give name and content of each file, one after another.

        Raises:
            DataError: it cannot be unpacked, which may be found while a file is read.
        """
        if not self._path.is_file() or not self._path.stat().st_size:
            raise DataError(f"{self._path} is no backup", hint="name one")
        with opened(self._path) as plain:
            try:
                with tarfile.open(fileobj=plain, mode="r|") as tar:
                    yield self._each(tar)
            except tarfile.TarError as error:
                raise damaged(self._path, str(error)) from error
            while plain.read(BUFFER):  # to the end, where the checksum is
                pass

    def _each(self, tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
        for entry in tar:
            stream = tar.extractfile(entry) if entry.isreg() else None
            if stream is None:
                raise damaged(self._path, "it holds more than files")
            if not entry.name.startswith("models/") and entry.size > LARGEST_BLOCK:
                raise damaged(self._path, "a block of rows is too large")
            yield entry.name, stream

    def _manifest(self, stream: IO[bytes]) -> dict[str, Any]:
        try:
            manifest = dict(json.loads(stream.read()))
            version, _ = int(manifest["format"]), dict(manifest["sha256"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise damaged(self._path, "its manifest cannot be read") from error
        if version > FORMAT:
            made_by = f"{manifest.get('polyrec')}"[:40]
            raise DataError(
                f"{self._path} was written by polyrec {made_by!r} in format {version}, "
                f"this polyrec reads up to {FORMAT}",
                hint="upgrade polyrec",
            )
        return manifest


def damaged(path: Path, why: str) -> DataError:
    """Say that an archive cannot be used."""
    return DataError(f"{path} is no whole backup: {why}", hint="take another one")


class _Hashed(io.RawIOBase):
    """What is read from a stream is hashed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Read, and hash it."""
        found = self._stream.read(size)
        self.sha256.update(found)
        return found
