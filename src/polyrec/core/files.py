"""Files that are there whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def whole_folder(target: Path, *, within: Path | None = None) -> Iterator[Path]:
    """Give a folder to write into that takes the target's place when the block ends well.

    If the block raises, Ctrl-C included, the target stays as it was and nothing is left beside it.

    Args:
        target: the folder that is made or replaced.
        within: where it lies until then, on the same file system; None for beside the target. Only
            a process that is killed leaves it there, with a name that begins with a dot.
    """
    target = Path(target)
    within = target.parent if within is None else within
    for folder in (target.parent, within):
        folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=within))
    old = aside.with_name(f"{aside.name}.old")
    try:
        yield aside
        aside.chmod(0o755)
        if target.exists():
            target.rename(old)
        aside.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)
        for leftover in (aside, old):
            shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def whole_file(target: Path, *, mode: int = 0o644) -> Iterator[Path]:
    """Give a file to write into that takes the target's place when the block ends well.

    If the block raises, Ctrl-C included, the target stays as it was and nothing is left beside it.
    The file has the mode when it is there; until then only its owner may use it.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(mode)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(target: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Write a file aside and rename it, so that a reader never sees half of it."""
    with whole_file(target, mode=mode) as aside:
        aside.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def locked(file: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock that other processes and threads respect; it ends with the process at the latest.

    Args:
        file: stands for the lock; it is made where it is not there, and stays.
        shared: let others in that share the lock too.
        wait: wait for the lock; else give False where somebody has it.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with file.open("a") as handle:
        try:
            fcntl.flock(handle, how if wait else how | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system has no second names."""
    try:
        os.link(source.resolve(), target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def sha256_of(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
