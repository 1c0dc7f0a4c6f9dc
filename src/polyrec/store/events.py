"""Events: what users did with items, each kept once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.store.event import Event, KeptEvent
from polyrec.store.limits import given_id, given_moment
from polyrec.store.sent_once import claim
from polyrec.store.tables import events, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from polyrec.store.database import Database

STREAM = 10_000
"""Events that are read at once to learn from all."""


@dataclass(frozen=True)
class Appended:
    """What became of events that were sent.

    Attributes:
        n_added: how many are new.
        n_repeated: how many had been sent before, so that nothing was added.
    """

    n_added: int
    n_repeated: int


class Events:
    """The events of a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def append(self, sent: Sequence[Event], *, key: str = "") -> Appended:
        """Add events, all or none; when this returns they are on disk.

        Args:
            sent: the events; of those with a key of their own, ones sent before are left out.
            key: what the sender calls them together, so that all count once; or empty.

        Raises:
            DataError: a key was used for something else before.
        """
        now = datetime.now(UTC)
        batch = [(given_id("key", key), hash_of(*map(_content, sent)))] if key else []
        singles = [(each.key, _content(each)) for each in sent if each.key]
        with self.database.writing() as connection:
            if batch and not claim(connection, "a batch", batch, now=now):
                return Appended(0, len(sent))
            new = claim(connection, "an event", singles, now=now)
            rows = []
            for each in sent:
                if not each.key or each.key in new:
                    rows.append(_row(each, now))
                    new.discard(each.key)
            if rows:
                connection.execute(sa.insert(events), rows)
        return Appended(len(rows), len(sent) - len(rows))

    def of(self, user: str, *, newest: int | None = None) -> list[KeptEvent]:
        """List a user's events by time, oldest first; only the `newest` ones if that is given."""
        wanted = sa.select(events).where(events.c.user_id == given_id("user id", user))
        wanted = wanted.order_by(events.c.at.desc(), events.c.id.desc()).limit(newest)
        with self.database.reading() as connection:
            return [_kept(row) for row in connection.execute(wanted)][::-1]

    def blocks(self, *, after: int = 0) -> Iterator[list[KeptEvent]]:
        """Give all events behind a number in the order of their numbers, in blocks.

        Events that are being added meanwhile may be left out.
        """
        while True:
            wanted = sa.select(events).where(events.c.id > after)
            wanted = wanted.order_by(events.c.id).limit(STREAM)
            with self.database.reading() as connection:
                block = [_kept(row) for row in connection.execute(wanted)]
            if not block:
                return
            yield block
            after = block[-1].number

    def count(self, *, after: int = 0) -> int:
        """Count the events behind a number."""
        wanted = sa.select(sa.func.count()).select_from(events).where(events.c.id > after)
        with self.database.reading() as connection:
            return int(connection.scalar(wanted) or 0)


def _content(event: Event) -> str:
    rating = "" if event.rating is None else str(float(event.rating))
    at = "" if event.at is None else event.at.astimezone(UTC).isoformat()
    return hash_of(event.user, event.item, event.kind, rating, at)


def _row(event: Event, now: datetime) -> dict[str, Any]:
    return {
        "user_id": event.user,
        "item_id": event.item,
        "kind": event.kind,
        "rating": event.rating,
        "at": given_moment(event.at, now),
        "received": now,
    }


def _kept(row: sa.Row[Any]) -> KeptEvent:
    return KeptEvent(
        number=row.id,
        user=row.user_id,
        item=row.item_id,
        kind=row.kind,
        rating=row.rating,
        at=row.at,
        received=row.received,
    )
