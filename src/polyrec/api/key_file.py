"""The file that keeps keys: made at the first start, changed by `polyrec keys` while it is used."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from polyrec.api.keys import SALT_BYTES, SCOPES, KeyRecord, Keys, Scope, new_key
from polyrec.api.log import log
from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FOR_ITS_OWNER = 0o600
LONGEST_NAME = 100
LOOK_EVERY_S = 1.0
"""How soon a running service takes up what has changed."""


class FileKeys(Keys):
    """The keys in a file; a change counts within a second, and what cannot be read changes nothing.

    Args:
        file: where hashes of keys are.
        clock: seconds that never go back.

    Raises:
        ConfigError: others than its owner may use the file, or it is damaged.
    """

    def __init__(self, file: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = file, clock
        self._stamp, self._looked = _stamp(file), clock()
        self._readable = True
        super().__init__(read_keys(file))

    def find(self, key: str) -> KeyRecord | None:
        """Give the record of a key, as the file has it now."""
        self._look()
        return super().find(key)

    def with_salt(self, salt: str) -> KeyRecord | None:
        """Give the record of a key that was found before, if the file still has it."""
        self._look()
        return super().with_salt(salt)

    def _look(self) -> None:
        if self._clock() - self._looked < LOOK_EVERY_S:
            return
        self._looked = self._clock()
        try:
            stamp = _stamp(self._file)
            if stamp == self._stamp and self._readable:
                return
            records = read_keys(self._file)
        except (OSError, ConfigError) as error:
            if self._readable:
                log("keys not read", error=type(error).__name__)
            self._readable = False
            return
        self._stamp, self._readable = stamp, True
        self.records = tuple(records)
        log("keys changed", keys=len(records))


def default_file() -> Path:
    """Where keys are kept if the operator names no file: in their data folder."""
    return Path(platformdirs.user_data_dir("polyrec")) / "keys.json"


def open_keys(file: Path) -> tuple[FileKeys, str | None]:
    """Open the keys; where there is no file yet, make one with a first key, and give that too.

    Raises:
        ConfigError: others than its owner may read or change the file, or it has no keys.
    """
    first = None
    with _locked(file):
        if not file.exists():
            first, record = new_key("first")
            _write(file, [record])
    keys = FileKeys(file)
    if not keys.records:
        raise ConfigError(f"{file} has no keys", hint="polyrec keys add NAME --scopes read")
    return keys, first


def read_keys(file: Path) -> list[KeyRecord]:
    """Read what is kept of keys.

    Raises:
        ConfigError: others than its owner may use the file, or it is damaged.
    """
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ConfigError(f"others than its owner may use {file}", hint=f"chmod 600 {file}")
    try:
        return [_record(**row) for row in json.loads(file.read_text(encoding="utf-8"))["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{file} holds no keys that can be read", hint="delete it for a new key"
        ) from error


def add_key(file: Path, name: str, scopes: Iterable[Scope]) -> str:
    """Make a key, keep its hash in a file, which is made if it is not there, and give the key.

    Raises:
        ConfigError: the name cannot be used or is taken, or the file cannot be read.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConfigError(f"a key's name is {name!r}", hint=f"give 1 to {LONGEST_NAME} characters")
    with _locked(file):
        records = read_keys(file) if file.exists() else []
        if name in (record.name for record in records):
            raise ConfigError(f"a key is named {name!r} already", hint="revoke it, or name another")
        key, record = new_key(name, scopes)
        _write(file, [*records, record])
    return key


def revoke_key(file: Path, name: str, *, even_the_last: bool = False) -> None:
    """Take a key out of a file.

    Args:
        file: where hashes of keys are.
        name: the key's.
        even_the_last: whether it may be the only one with the scope `admin`.

    Raises:
        UnknownNameError: no key has the name.
        ConfigError: it is the last that has the scope `admin`, or the file cannot be read.
    """
    with _locked(file):
        records = read_keys(file) if file.exists() else []
        gone = [record for record in records if record.name == name]
        left = [record for record in records if record.name != name]
        if not gone:
            raise UnknownNameError("key", name, [record.name for record in records])
        administers = [any("admin" in each.scopes for each in some) for some in (gone, left)]
        if administers == [True, False] and not even_the_last:
            raise ConfigError(
                f"{name!r} is the last key with the scope admin",
                hint="add another first, or give --yes",
            )
        _write(file, left)


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Let one process at a time change a file; the lock lies on its folder and leaves nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(file: Path, records: list[KeyRecord]) -> None:
    content = json.dumps({"keys": [asdict(record) for record in records]}, indent=2)
    write_whole(file, content, mode=FOR_ITS_OWNER)


def _record(name: str, scopes: list[Scope], salt: str, sha256: str, made: str = "") -> KeyRecord:
    if not set(scopes) <= set(SCOPES) or len(bytes.fromhex(salt + sha256)) != SALT_BYTES + 32:
        raise ValueError
    return KeyRecord(str(name), tuple(scopes), salt, sha256, str(made))


def _stamp(file: Path) -> tuple[int, int, int]:
    """Say which file it is, and as of when."""
    found = file.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size
