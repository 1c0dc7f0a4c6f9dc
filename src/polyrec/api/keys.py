"""Keys that open the service: made at random, kept only as salted hashes, compared evenly."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, get_args

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
        made: the day, as in 2026-01-31; empty where it was not written down.
    """

    name: str
    scopes: tuple[Scope, ...]
    salt: str
    sha256: str
    made: str = ""

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

    def with_salt(self, salt: str) -> KeyRecord | None:
        """Give the record of a key that was found before; None once it is revoked."""
        return next((record for record in self.records if record.salt == salt), None)


def new_key(name: str, scopes: Iterable[Scope] = SCOPES) -> tuple[str, KeyRecord]:
    """Make a key, to be shown once, and what is kept of it."""
    key, salt = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(SALT_BYTES)
    made = datetime.now(UTC).date().isoformat()
    return key, KeyRecord(name, tuple(scopes), salt, _hash(salt, key), made)


def _hash(salt: str, key: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + key.encode("utf-8", "replace")).hexdigest()
