"""A disk that is soon full, for tests: a real one where it can be mounted, or a limit to files."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILES, DISK = "limit to files", "small disk"
SMALL = 2**20


@cache
def kinds_of_small_disks() -> tuple[str, ...]:
    """Give the kinds that this machine lets us make."""
    if os.geteuid() != 0:
        return (FILES,)
    with tempfile.TemporaryDirectory() as folder:
        if not _mounted(Path(folder), SMALL):
            return (FILES,)
        _unmount(Path(folder))
    return (FILES, DISK)


@contextmanager
def small_disk(kind: str, folder: Path, size: int = SMALL) -> Iterator[Callable[[], None]]:
    """Let files in a folder grow to a size only; give what makes room again.

    Args:
        kind: `DISK` for a file system of its own, `FILES` for a limit to each file that this
            process writes.
        folder: the folder, which is there.
        size: how many bytes.
    """
    if kind == FILES:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)

        def free() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield free
        finally:
            free()
        return
    assert _mounted(folder, 16 * size)
    try:
        ballast = folder / "ballast"
        ballast.write_bytes(bytes(15 * size))
        yield ballast.unlink
    finally:
        _unmount(folder)


def _mounted(folder: Path, size: int) -> bool:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0  # noqa: S603


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607
