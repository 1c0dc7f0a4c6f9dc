"""Keys by which senders name what they send, so that it counts once however often it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from polyrec.core.errors import DataError
from polyrec.store.database import insert
from polyrec.store.tables import event_keys, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

BLOCK = 500


def claim(
    connection: Connection, kind: str, sent: Iterable[tuple[str, str]], *, now: datetime
) -> set[str]:
    """Take keys for what they name, and give those that are new.

    Only hashes are kept, so that neither keys nor what was sent can be read from them. They outlive
    what was sent: a late repetition does not bring back a user who was deleted.

    Args:
        connection: a transaction that writes.
        kind: what they name; each kind has keys of its own.
        sent: keys and the content that each came with.
        now: when.

    Raises:
        DataError: a key came with another content before.
    """
    given: dict[str, str] = {}
    rows = {}
    for key, content in sent:
        if given.setdefault(key, content) != content:
            raise _used(kind)
        hashed = hash_of(kind, key)
        digest = hash_of(kind, key, content)
        rows[hashed] = {"key": hashed, "digest": digest, "received": now}
    names = {hash_of(kind, key): key for key in given}
    # in one order everywhere, so that two who write the same do not wait for each other
    hashes = sorted(rows)
    new: set[str] = set()
    for start in range(0, len(hashes), BLOCK):
        block = hashes[start : start + BLOCK]
        made = insert(connection, event_keys).values([rows[each] for each in block])
        made = made.on_conflict_do_nothing(index_elements=["key"]).returning(event_keys.c.key)
        fresh = set(connection.scalars(made))
        new |= fresh
        if len(fresh) == len(block):
            continue
        known = sa.select(event_keys.c.key, event_keys.c.digest)
        known = known.where(event_keys.c.key.in_(set(block) - fresh))
        if any(rows[key]["digest"] != digest for key, digest in connection.execute(known)):
            raise _used(kind)
    return {names[each] for each in new}


def _used(kind: str) -> DataError:
    return DataError(
        f"the key of {kind} was used for another one", hint="give each a key of its own"
    )
