"""The audit: what was done that must be accounted for, without personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from polyrec.store.limits import LONGEST_NOTE, LONGEST_TAG, check_page, given_text
from polyrec.store.tables import audit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from polyrec.store.database import Database


@dataclass(frozen=True)
class Entry:
    """One line of the audit.

    Attributes:
        number: that of its row.
        at: when.
        actor: the name of the key or command that did it; never a user.
        action: what was done: `user deleted`.
        counts: of what, how many; numbers alone, so that nobody is named.
    """

    number: int
    at: datetime
    actor: str
    action: str
    counts: Mapping[str, int]


class Audit:
    """The audit of a database, to which lines are only added."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, action: str, *, actor: str, counts: Mapping[str, int] | None = None) -> None:
        """Write a line.

        Raises:
            DataError: action or actor are too long.
        """
        with self.database.writing() as connection:
            note(connection, action, actor=actor, counts=counts or {})

    def page(self, *, after: int = 0, limit: int = 100) -> list[Entry]:
        """List lines behind a number, oldest first.

        Raises:
            DataError: no page is that large.
        """
        check_page(limit)
        wanted = sa.select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
        with self.database.reading() as connection:
            return [Entry(*row) for row in connection.execute(wanted)]


def note(connection: Connection, action: str, *, actor: str, counts: Mapping[str, int]) -> None:
    """Write a line within a transaction, so that it stands if and only if the deed does."""
    row = {
        "at": datetime.now(UTC),
        "actor": given_text("actor", actor, LONGEST_NOTE),
        "action": given_text("action", action, LONGEST_TAG),
        "counts": {name: int(count) for name, count in counts.items()},
    }
    connection.execute(sa.insert(audit).values(row))
