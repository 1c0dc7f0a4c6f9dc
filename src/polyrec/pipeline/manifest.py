"""A model's manifest: which files it has and their hashes, so that what is read is what was saved.

The hash of the manifest itself is the version of the model.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from polyrec.core.errors import DataError
from polyrec.core.files import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "manifest.json"
FORMAT = 2
"""Grows when an older polyrec could not read the folder."""

FILES = ("plan.toml", "arrays.npz", "catalog.parquet", "users.parquet")


@dataclass(frozen=True)
class Manifest:
    """What a model's folder says of itself.

    Attributes:
        folder: the folder.
        version: SHA-256 of the manifest, in hexadecimal digits.
        facts: what the manifest holds.
    """

    folder: Path
    version: str
    facts: Mapping[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a folder.

        Raises:
            DataError: the folder is not a model, is damaged, or was written by a newer polyrec.
        """
        if not (folder / NAME).is_file():
            raise DataError(f"{folder} is not a model: it has no {NAME}", hint="see polyrec fit")
        written = (folder / NAME).read_bytes()
        try:
            facts = json.loads(written.decode())
            version, _ = int(facts["format"]), dict(facts["sha256"])
            large = dict(facts.setdefault("large", {}))  # format 1 has none
        except (ValueError, KeyError, TypeError) as error:
            raise damaged(folder, "its manifest cannot be read") from error
        if version > FORMAT:
            raise DataError(
                f"{folder} was written by polyrec {facts.get('polyrec')} in format {version}, "
                f"this polyrec reads up to {FORMAT}",
                hint="upgrade polyrec, or fit again",
            )
        for name in ("dataset", "view", "seed", "pooled"):
            if name not in facts:
                raise damaged(folder, f"its manifest has no {name}")
        for name in large.values():  # so that no file outside the folder is read or written
            if not re.fullmatch(r"large-\d+\.npy", str(name)):
                raise damaged(folder, f"its manifest names {name!r}")
        return cls(folder, hashlib.sha256(written).hexdigest(), facts)

    @property
    def large(self) -> Mapping[str, str]:
        """The files of arrays that have one of their own, by the arrays' names."""
        return dict(self.facts["large"])

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files but the manifest."""
        return (*FILES, *self.large.values())

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """Open a file, its hash checked: what is read is what was checked, come what may.

        Raises:
            DataError: it is missing, or not the file that was saved.
        """
        wrong = damaged(self.folder, f"{name} is not the file that was saved")
        try:
            file = (self.folder / name).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise wrong from None
        with file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != self.facts["sha256"].get(name):
                raise wrong
            file.seek(0)
            yield file

    def check(self) -> None:
        """Check the hashes of all files.

        Raises:
            DataError: one is missing, or not the file that was saved.
        """
        for name in self.files:
            with self.opened(name):
                pass


def write(folder: Path, facts: Mapping[str, Any], large: Mapping[str, str]) -> None:
    """Write the manifest of a folder whose files are all there.

    Args:
        folder: the folder.
        facts: what is to be said of the model.
        large: the files of arrays that have one of their own, by the arrays' names.
    """
    hashes = {name: sha256_of(folder / name) for name in (*FILES, *large.values())}
    said = {"format": FORMAT, **facts, "large": dict(large), "sha256": hashes}
    (folder / NAME).write_text(json.dumps(said, indent=2), encoding="utf-8")


def damaged(folder: Path, why: str) -> DataError:
    """Say that a folder cannot be read as it is."""
    return DataError(f"{folder} is damaged: {why}", hint="fit again, or restore a copy")
