"""Which of the known readers reads a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.registry import build, part_class, parts
from polyrec.data.folders.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path


def folder_reader(folder: Path, reader: Any = "") -> Folder:
    """Give what reads a folder: the one that is named, or the first that knows its files.

    Args:
        folder: where the files lie.
        reader: a folder reader, its name, or its table in a plan; empty to go by the files.

    Raises:
        ConfigError: no reader knows the files.
        DataError: there is no such folder.
    """
    if isinstance(reader, Folder):
        return reader
    if reader:
        named: Folder = build("folder", reader)
        return named
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}", hint="check the path")
    for name in parts()["folder"]:
        kind: type[Folder] = part_class("folder", name)
        if kind.takes(folder):
            return kind()
    raise ConfigError(
        f"{folder} is not the folder of a dataset that is known",
        hint=f"known: {', '.join(parts()['folder'])}; or name catalog and interactions",
    )
