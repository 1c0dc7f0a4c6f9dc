"""Keys that open the service: made at random, kept only as salted hashes, compared evenly."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import platformdirs

from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

SALT_BYTES = 16
PREFIX = "polyrec_"
"""By this, scanners for secrets know a key that was committed somewhere by mistake."""


@dataclass(frozen=True)
class KeyRecord:
    """What is kept of a key.

    A key has 256 random bits, so that one round of SHA-256 is as good as many: nobody can try them.

    Attributes:
        name: what the operator calls it; not secret.
        scopes: what it opens.
        salt: random bytes in hexadecimal.
        sha256: of salt and key, in hexadecimal.
    """

    name: str
    scopes: tuple[Scope, ...]
    salt: str
    sha256: str

    def opens_with(self, key: str) -> bool:
        """Whether it is the record of this key; takes equally long for all of one length."""
        return hmac.compare_digest(_hash(self.salt, key), self.sha256)


class Keys:
    """The keys of one service.

    Args:
        records: what is kept of them.
    """

    def __init__(self, records: Iterable[KeyRecord]) -> None:
        self.records = tuple(records)

    def find(self, key: str) -> KeyRecord | None:
        """Give the record of a key; all are compared, so that time does not tell which."""
        found = None
        for record in self.records:
            if record.opens_with(key):
                found = record
        return found


def new_key(name: str, scopes: Iterable[Scope] = SCOPES) -> tuple[str, KeyRecord]:
    """Make a key, to be shown once, and what is kept of it."""
    key, salt = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(SALT_BYTES)
    return key, KeyRecord(name, tuple(scopes), salt, _hash(salt, key))


def default_file() -> Path:
    """Where keys are kept if the operator names no file: in their data folder."""
    return Path(platformdirs.user_data_dir("polyrec")) / "keys.json"


def open_keys(file: Path) -> tuple[Keys, str | None]:
    """Read the keys; where there is no file yet, make one with a first key, and give that too.

    Raises:
        ConfigError: others than its owner may read or change the file, or it is damaged.
    """
    try:
        first, record = new_key("first")
        _write_new(file, [record])
    except FileExistsError:
        return Keys(_read(file)), None
    return Keys([record]), first


def _write_new(file: Path, records: list[KeyRecord]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        json.dump({"keys": [asdict(record) for record in records]}, opened, indent=2)


def _read(file: Path) -> list[KeyRecord]:
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise ConfigError(f"others than its owner may use {file}", hint=f"chmod 600 {file}")
    try:
        records = [_record(**row) for row in json.loads(file.read_text(encoding="utf-8"))["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(file) from error
    if not records:
        raise _damaged(file)
    return records


def _record(name: str, scopes: list[Scope], salt: str, sha256: str) -> KeyRecord:
    if not set(scopes) <= set(SCOPES) or len(bytes.fromhex(salt + sha256)) != SALT_BYTES + 32:
        raise ValueError
    return KeyRecord(str(name), tuple(scopes), salt, sha256)


def _damaged(file: Path) -> ConfigError:
    return ConfigError(f"{file} holds no keys that can be read", hint="delete it for a new key")


def _hash(salt: str, key: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + key.encode("utf-8", "replace")).hexdigest()
