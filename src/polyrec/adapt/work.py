"""The folder of a run that is not finished: one process's at a time, and gone in the end."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.core.files import locked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHECKPOINT = "checkpoint"
"""Under this name the folder holds where learning stands."""


@contextmanager
def work_folder(folder: Path, *, anew: bool = False) -> Iterator[Path]:
    """Hold a folder for checkpoints and all that is half-written, and remove it when all is done.

    What a process that was killed left half-written in it goes at once. If the block raises, a
    checkpoint stays, to go on from.

    Args:
        folder: it is made where it is not there.
        anew: throw away a checkpoint that is there.

    Raises:
        ConfigError: another process holds the folder.
    """
    with locked(folder / "lock", wait=False) as is_ours:
        if not is_ours:
            raise ConfigError(
                f"another run is learning in {folder}",
                hint="wait until it is done, or name another folder",
            )
        for left in folder.iterdir():
            if left.name.startswith(".") or (anew and left.name == CHECKPOINT):
                shutil.rmtree(left)
        try:
            yield folder
        except BaseException:
            if not (folder / CHECKPOINT).exists():
                shutil.rmtree(folder)
            raise
        shutil.rmtree(folder)
