"""The folder of the models in service: each is there whole, and the one before is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from polyrec.core.errors import DataError, EngineError
from polyrec.core.files import locked
from polyrec.pipeline import artifact
from polyrec.store.forgotten import Forgotten
from polyrec.store.versions import ACTIVE, KEPT, MADE, Versions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager

    from polyrec.pipeline.learned import Learned
    from polyrec.store.database import Database
    from polyrec.store.versions import Version


def default_root() -> Path:
    """Where models in service lie if the operator names no folder: in their data folder."""
    return Path(platformdirs.user_data_dir("polyrec")) / "models"


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model that was read from its folder.

    Attributes:
        learned: what it knows.
        version: which one it is.
        made: when it was made, in seconds since 1970.
        last_forgotten: the number of the last deletion of a user that it knows of.
    """

    learned: Learned
    version: Version
    made: float
    last_forgotten: int


class ModelsFolder:
    """The models that a database's table `versions` tells of.

    Databases may share it: the names of folders tell whose they are.

    No folder is ever written into: a model without a user who was deleted is another folder, and
    the row of its version says which counts. So whatever is killed half-way leaves one or the
    other. Processes and threads may share the folder.

    Args:
        root: the folder; made when it is first needed, for its owner only.
        database: where the versions are.

    Attributes:
        mark: stands in the names of all that is kept for this database.
    """

    def __init__(self, root: Path, database: Database) -> None:
        self.root = Path(root)
        self.versions, self.forgotten = Versions(database), Forgotten(database)
        self.mark = hashlib.sha256(database.shown.encode()).hexdigest()[:8]

    def register(
        self, folder: Path, *, origin: str = "", last_event: int = 0, last_forgotten: int = 0
    ) -> Version:
        """Take in a copy of a model, without users who were deleted; it does not serve yet.

        Files are shared with the original where the file system allows it.

        Args:
            folder: the model.
            origin: the version of the model that it was made of; empty if it is as it came.
            last_event: the number of the last event that it learned from.
            last_forgotten: that of the last deletion of a user that it knows of.

        Raises:
            DataError: the folder is not a model, or is damaged.
        """
        with locked(self._lock):
            copied, last = self.new_name(), self.forgotten.last_number()
            came = artifact.copy(folder, self.root / copied)
            name, found = self._without_forgotten(copied, came, last_forgotten)
            if name != copied:
                self._delete(copied)
            return self.versions.add(
                name, found, origin=origin or came, last_event=last_event, last_forgotten=last
            )

    def load(self, number: int) -> Loaded:
        """Read a version, each file checked by its hash, without users who were deleted.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: its folder is gone, is damaged, or holds another model.
        """
        with locked(self._lock, shared=True):
            version = self._there(number)
            learned, found = artifact.load(self.root / version.folder)
            self._check(version, found)
            last = self.forgotten.last_number()
            gone = self.forgotten.among(learned.users.names, after=version.last_forgotten)
            # what was written later is the same model without somebody
            made = min(artifact.made(self.root / version.folder), version.made.timestamp())
            return Loaded(learned.without_users(gone), version, made, last)

    def new_name(self) -> str:
        """Give the name of a folder that is not there yet."""
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{self.mark}-{secrets.token_hex(4)}"

    def held(self, *, shared: bool = False) -> AbstractContextManager[bool]:
        """Keep others from taking in and deleting folders; with `shared`, let them read."""
        return locked(self._lock, shared=shared)

    def users(self, number: int) -> tuple[Version, list[str]]:
        """Give a version with the users that its folder knows, without reading the rest of it.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: its folder is gone, is damaged, or holds another model.
        """
        with locked(self._lock, shared=True):
            version = self._there(number)
            folder = self.root / version.folder
            self._check(version, artifact.version_of(folder))
            return version, artifact.users_of(folder)

    def has(self, version: Version) -> bool:
        """Say whether the folder of a version is there."""
        return (self.root / version.folder / "manifest.json").is_file()

    def forget(self, named: Collection[str] = ()) -> None:
        """Take users who were deleted out of all folders.

        A folder that is damaged cannot be rewritten, and never be read: it is deleted.

        Args:
            named: who was just deleted; whoever else was, is found by hashes, which takes longer.
        """
        with locked(self._lock):
            last = self.forgotten.last_number()
            for version in self.versions.all():
                if version.last_forgotten < last and self.has(version):
                    try:
                        name, found = self._without_forgotten(
                            version.folder, version.hash, version.last_forgotten, named
                        )
                    except DataError:
                        self._delete(version.folder)
                        continue
                    self.versions.put(version.number, folder=name, hash=found, last_forgotten=last)
                    if name != version.folder:
                        self._delete(version.folder)
        self._clean()

    def prune(self, keep: int = 1) -> None:
        """Delete the folders of versions that neither serve nor can be gone back to.

        Args:
            keep: how many of the versions that served last are kept beside the one that serves.
        """
        with locked(self._lock):
            versions = self.versions.all()
            served = [each for each in versions if each.state in {ACTIVE, KEPT}]
            served.sort(key=lambda each: (each.state == ACTIVE, each.activated), reverse=True)
            left = {each.folder for each in served[: 1 + keep]}
            # what is newer than the one that serves may be about to
            newest = max((each.number for each in versions if each.state == ACTIVE), default=0)
            left |= {e.folder for e in versions if e.state == MADE and e.number > newest}
            # half-written ones too; a restored database has names of another one
            ours = re.compile(rf"\.?\d{{8}}-\d{{6}}-{self.mark}-\w+(\..*)?")
            known = {each.folder for each in versions}
            for folder in self.root.iterdir():
                mine = folder.name in known or ours.fullmatch(folder.name)
                if mine and folder.name not in left:
                    self._delete(folder.name)
        self._clean()

    @contextmanager
    def making(self) -> Iterator[Path]:
        """Give the folder that is to be for a new model, on the same disk; one at a time has it.

        Raises:
            EngineError: somebody else has it.
        """
        with self._alone_making() as alone:
            if not alone:
                raise EngineError("a new version is being made already", retryable=True)
            shutil.rmtree(self._making, ignore_errors=True)
            try:
                yield self._making / "model"
            finally:
                shutil.rmtree(self._making, ignore_errors=True)

    def _there(self, number: int) -> Version:
        version = self.versions.get(number)
        if not self.has(version):
            raise DataError(f"version {number} is gone", hint="see polyrec versions")
        return version

    def _check(self, version: Version, found: str) -> None:
        if found != version.hash:
            raise DataError(
                f"the folder {self.root / version.folder} holds another model than version "
                f"{version.number}",
                hint="see polyrec versions",
            )

    def _without_forgotten(
        self, name: str, found: str, after: int, named: Collection[str] = ()
    ) -> tuple[str, str]:
        """Give folder and hash of a model without those deleted after a number."""
        users = artifact.users_of(self.root / name)
        gone = self.forgotten.among(named, after=after)
        if len(gone) < self.forgotten.count(after=after):
            gone = self.forgotten.among(users, after=after)
        gone &= set(users)
        if not gone:
            return name, found
        other = self.new_name()
        return other, artifact.without_users(self.root / name, gone, self.root / other)

    def _delete(self, name: str) -> None:
        shutil.rmtree(self.root / name)

    def is_making(self) -> bool:
        """Say whether somebody is making a new model now."""
        with self._alone_making() as alone:
            return not alone

    def _clean(self) -> None:
        """Delete what was being made by a process that was killed."""
        with self._alone_making() as alone:
            if alone and self._making.exists():
                shutil.rmtree(self._making)

    def _alone_making(self) -> AbstractContextManager[bool]:
        return locked(self.root / f"making-{self.mark}.lock", wait=False)

    @property
    def _making(self) -> Path:
        return self.root / f"making-{self.mark}"

    @property
    def _lock(self) -> Path:
        return self.root / "lock"
