"""Waiting for each other, where several processes write the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection

MIGRATING = 0x706F6C79
"""One process brings tables up to date."""

APPENDING = 0x65766E74
"""Events come in one after another: none is seen before another that has a smaller number."""

FORGETTING = 0x666F7267
"""The same for users who are deleted."""


CHANGING = 0x6974656D
"""The same for items that are put and deleted."""


def take_turns(connection: Connection, number: int) -> None:
    """Have those who write under a number wait for each other until the transaction ends.

    Args:
        connection: a transaction that writes.
        number: that of PostgreSQL's advisory lock; SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))
