"""Folders for results: refused before the time is spent, where writing would be refused or harm."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def check_free(out: Path, mark: str) -> None:
    """Refuse a folder that holds something else, or that cannot be written.

    Args:
        out: the folder, which may be there or not.
        mark: the file by which a folder is known that may be replaced.

    Raises:
        DataError: it is refused.
    """
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise DataError(f"{out} holds something else", hint="name a new or empty folder")
    check_writable(out)


def check_writable(path: Path, option: str = "--out") -> None:
    """Refuse a file or folder, named by an option, above which nothing can be written.

    Raises:
        DataError: it is refused.
    """
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not (above.is_dir() and os.access(above, os.W_OK)):
        raise DataError(
            f"nothing can be written in {above}", hint=f"name another folder for {option}"
        )
