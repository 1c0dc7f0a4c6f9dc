"""What a folder holds, unpacked: for tests that look for what must not be there."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path


def unpacked(folder: Path) -> bytes:
    """Give all bytes of all files below a folder, those of tables and archives unpacked."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.suffix == ".parquet":
            found.append(pl.read_parquet(file).write_ndjson().encode())
        elif file.suffix == ".npz":
            with zipfile.ZipFile(file) as archive:
                found += [archive.read(name) for name in archive.namelist()]
        elif file.is_file():
            found.append(file.read_bytes())
    return b"\n".join(found)
