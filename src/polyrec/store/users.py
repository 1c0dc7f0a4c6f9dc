"""Users of the service: what they say about themselves, all that is stored of them, forgetting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.errors import UnknownIdError
from polyrec.store.audit import note
from polyrec.store.database import insert
from polyrec.store.forgotten import forget
from polyrec.store.limits import check_once, check_page, given_id, given_tag, given_text
from polyrec.store.tables import events, satisfaction, users

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.store.database import Database

BLOCK = 500
PERSONAL = (users, events, satisfaction)
"""The tables with rows of users; each has a column `user_id`."""


@dataclass(frozen=True)
class User:
    """One user.

    Attributes:
        id: their id.
        text: what they say about what they like, or empty.
        language: of that text; `und` where unknown.
    """

    id: str
    text: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        given_id("user id", self.id)
        put = object.__setattr__  # the values as they are kept
        put(self, "text", given_text("profile text", self.text))
        put(self, "language", given_tag(self.language))


class Users:
    """The users of a database.

    Somebody whose events are there need not be among them.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def put(self, new: Iterable[User]) -> None:
        """Keep users, all or none; those that are there are replaced.

        Raises:
            DataError: one stands twice.
        """
        new = list(new)
        check_once("user", (each.id for each in new))
        now = datetime.now(UTC)
        # in one order everywhere, so that two who write the same do not wait for each other
        rows = [
            {
                "user_id": each.id,
                "text": each.text,
                "language": each.language,
                "created": now,
                "changed": now,
            }
            for each in sorted(new, key=lambda each: each.id)
        ]
        with self.database.writing() as connection:
            for start in range(0, len(rows), BLOCK):
                made = insert(connection, users).values(rows[start : start + BLOCK])
                changes = {name: made.excluded[name] for name in ("text", "language", "changed")}
                connection.execute(
                    made.on_conflict_do_update(index_elements=["user_id"], set_=changes)
                )

    def get(self, user: str) -> User | None:
        """Give a user; None where nothing is said about them."""
        wanted = sa.select(users).where(users.c.user_id == given_id("user id", user))
        with self.database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else User(row.user_id, row.text, row.language)

    def page(self, *, after: str = "", limit: int = 100) -> list[User]:
        """List users in the order of their ids; the last one's id leads to the next page.

        Args:
            after: the id behind which to begin, of a user who is there or was.
            limit: how many to give at most, 1 to 1,000.

        Raises:
            DataError: no page is that large.
        """
        check_page(limit)
        wanted = sa.select(users).where(users.c.user_id > after)
        with self.database.reading() as connection:
            found = connection.execute(wanted.order_by(users.c.user_id).limit(limit))
            return [User(row.user_id, row.text, row.language) for row in found]

    def export(self, user: str, *, elsewhere: bool = False) -> dict[str, Any]:
        """Give all that is stored about a user as one document, ready for JSON.

        Args:
            user: the user's id.
            elsewhere: whether something is stored elsewhere too, so that there may be no rows.

        Raises:
            UnknownIdError: nothing is stored.
        """
        given_id("user id", user)
        document: dict[str, Any] = {"user_id": user}
        with self.database.reading() as connection:
            for table in PERSONAL:
                wanted = sa.select(table).where(table.c.user_id == user).order_by(table.c.id)
                document[table.name] = [
                    {name: _plain(value) for name, value in row.items() if name not in LEFT_OUT}
                    for row in connection.execute(wanted).mappings()
                ]
        if not elsewhere and not any(document[table.name] for table in PERSONAL):
            raise UnknownIdError("user", user)
        return document

    def delete(self, user: str, *, actor: str) -> dict[str, int]:
        """Delete all rows of a user, and note in the audit that somebody was deleted.

        The hash of their id stays among `Forgotten`: models may know them, so that this happens
        and is noted where there were no rows too.

        Args:
            user: the user's id.
            actor: who does it, for the audit: the name of a key or command.

        Returns:
            How many rows of each table there were.
        """
        given_id("user id", user)
        counts = {}
        with self.database.writing() as connection:
            for table in PERSONAL:
                gone = connection.execute(sa.delete(table).where(table.c.user_id == user))
                counts[table.name] = gone.rowcount
            forget(connection, user)
            note(connection, "user deleted", actor=actor, counts=counts)
        self.database.clear_journal()
        return counts


LEFT_OUT = ("id", "user_id")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
