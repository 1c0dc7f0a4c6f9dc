"""Users who were deleted, by the hashes of their ids, so that no model brings them back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from polyrec.store.limits import given_id
from polyrec.store.tables import forgotten, hash_of
from polyrec.store.turns import FORGETTING, take_turns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from polyrec.store.database import Database


class Forgotten:
    """The users who were deleted from a database.

    Hashes name nobody by themselves; who guesses an id can find out whether it is among them.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def any(self) -> bool:
        """Whether anybody was deleted."""
        return self.last_number() > 0

    def last_number(self) -> int:
        """Give a number that grows with each deletion; 0 where nobody was deleted."""
        with self.database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(forgotten.c.id))) or 0)

    def count(self, *, after: int = 0) -> int:
        """Count the users whose last deletion is behind a number."""
        wanted = sa.select(sa.func.count()).select_from(forgotten).where(forgotten.c.id > after)
        with self.database.reading() as connection:
            return int(connection.scalar(wanted) or 0)

    def among(self, user_ids: Iterable[str], *, after: int = 0) -> set[str]:
        """Give those of the users who were deleted; one look where nobody was.

        Args:
            user_ids: the users.
            after: the number of a deletion; those up to it do not count.
        """
        wanted = sa.select(forgotten.c.user_hash).where(forgotten.c.id > after)
        with self.database.reading() as connection:
            hashes = set(connection.scalars(wanted))
        return {each for each in user_ids if _hash(each) in hashes} if hashes else set()


def forget(connection: Connection, user: str) -> None:
    """Keep within a transaction that a user was deleted; once more gives a new number."""
    hashed = _hash(given_id("user id", user))
    take_turns(connection, FORGETTING)
    connection.execute(sa.delete(forgotten).where(forgotten.c.user_hash == hashed))
    connection.execute(sa.insert(forgotten).values(user_hash=hashed, at=datetime.now(UTC)))


def _hash(user: str) -> str:
    return hash_of("user", user)
