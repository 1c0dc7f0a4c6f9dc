"""What a person names as one source, as the list of what is read: files, folders, patterns, `-`."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, DataError
from polyrec.core.registry import part_class, parts
from polyrec.data.readers.opened import STDIN
from polyrec.data.readers.reader import Reader, is_path

if TYPE_CHECKING:
    from polyrec.data.readers.intake import Intake

MOST_NAMED = 5


def sources_of(given: Any, intake: Intake) -> list[Any]:
    """List what one source consists of, files in the order of their names.

    Args:
        given: a file, a folder (all files in it that some reader takes, those below it left out), a
            pattern such as `events-*.csv`, `-` for standard input, a frame, or a list of these.
        intake: is told which files of a folder are left out.

    Raises:
        ConfigError: the list is empty.
        DataError: no file fits the pattern, or the folder holds none that can be read.
    """
    if isinstance(given, list | tuple):
        if not given:
            raise ConfigError("a source is an empty list", hint="name at least one file")
        return [source for each in given for source in sources_of(each, intake)]
    if not is_path(given):
        return [given]
    path = Path(given)
    if path == STDIN:
        return [STDIN]
    if path.is_dir():
        return list(_files_of(path, intake))
    if glob.has_magic(str(given)) and not path.exists():
        found = sorted(glob.glob(str(given), recursive=True))  # noqa: PTH207 (takes whole paths)
        files = [Path(name) for name in found if Path(name).is_file()]
        if not files:
            raise DataError(f"no file fits {str(given)!r}", hint="check the pattern")
        return list(files)
    return [given]


def reader_class(source: object) -> type[Reader] | None:
    """Give the class of the reader that takes a source, or None where there is none."""
    for name in parts()["reader"]:
        kind: type[Reader] = part_class("reader", name)
        if kind.takes(source):
            return kind
    return None


def _files_of(folder: Path, intake: Intake) -> list[Path]:
    """List the files of a folder that can be read; hidden ones and `_SUCCESS` do not count."""
    seen = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    files = [path for path in seen if path.is_file() and reader_class(path)]
    left = [path.name for path in seen if path not in files]
    if not files:
        raise DataError(
            f"{folder} holds no file that can be read", hint="name the files, and their reader"
        )
    if left:
        more = ", ..." if len(left) > MOST_NAMED else ""
        named = ", ".join(left[:MOST_NAMED])
        intake.remark(f"{folder}: {counted(len(left), 'entry', 'entries')} not read: {named}{more}")
    return files
