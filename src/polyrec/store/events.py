"""Events: what users did with items, each kept once however often it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.store.event import Event, KeptEvent
from polyrec.store.limits import given_id, given_moment
from polyrec.store.sent_once import claim
from polyrec.store.tables import event_keys, events, hash_of
from polyrec.store.turns import APPENDING, take_turns

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
                take_turns(connection, APPENDING)  # at the end: it is held until all is on disk
                connection.execute(sa.insert(events), rows)
        return Appended(len(rows), len(sent) - len(rows))

    def of(self, user: str, *, newest: int | None = None) -> list[KeptEvent]:
        """List a user's events by time, oldest first; only those that came in last if `newest`.

        Args:
            user: the user's id.
            newest: how many at most; by arrival, as a sender's clock may be wrong. None for all.
        """
        wanted = sa.select(events).where(events.c.user_id == given_id("user id", user))
        if newest is not None:  # + 0: else SQLite looks at everybody's, the last ones first
            wanted = wanted.order_by((events.c.id + 0).desc()).limit(newest)
        with self.database.reading() as connection:
            found = [_kept(row) for row in connection.execute(wanted)]
        return sorted(found, key=lambda event: (event.at, event.number))

    def blocks(self, *, after: int = 0) -> Iterator[list[KeptEvent]]:
        """Give all events behind a number in the order of their numbers, in blocks.

        Who goes on behind the last number misses none: no event comes in before one that was seen.
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

    def users_since(self, number: int, *, limit: int = STREAM) -> tuple[set[str], int]:
        """Say whose events came in behind a number, and behind which number to go on.

        Args:
            number: that of the last event that is known.
            limit: how many events to look at, at most.

        Returns:
            The ids of users, and the number of the last event that was looked at; `number` if there
            is none.
        """
        wanted = sa.select(events.c.id, events.c.user_id).where(events.c.id > number)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(events.c.id).limit(limit)).all()
        return {row.user_id for row in rows}, rows[-1].id if rows else number

    def last_number(self) -> int:
        """Give the number of the last event; 0 where there is none."""
        with self.database.reading() as connection:
            return int(connection.scalar(sa.select(sa.func.max(events.c.id))) or 0)

    def count(self, *, after: int = 0) -> int:
        """Count the events behind a number."""
        wanted = sa.select(sa.func.count()).select_from(events).where(events.c.id > after)
        with self.database.reading() as connection:
            return int(connection.scalar(wanted) or 0)

    def forget_keys(self, before: datetime) -> int:
        """Forget the keys of what was sent before a moment, and say how many there were.

        Without this they stay for ever. What is sent once more after its key was forgotten counts
        twice, and brings back events of a user who was deleted: keep keys for as long as senders
        may try again.

        Args:
            before: the moment, with time zone.
        """
        old = sa.select(event_keys.c.id).where(event_keys.c.received < given_moment(before, before))
        n_forgotten = 0
        while True:  # block by block, so that no sender waits long
            with self.database.writing() as connection:
                block = old.order_by(event_keys.c.id).limit(STREAM)
                gone = connection.execute(sa.delete(event_keys).where(event_keys.c.id.in_(block)))
            n_forgotten += gone.rowcount
            if gone.rowcount < STREAM:
                return n_forgotten


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
