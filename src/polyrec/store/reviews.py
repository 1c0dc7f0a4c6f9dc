"""The review queue: who looks at which translation, what they decided, and every change of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.language import matches
from polyrec.core.texts import storable
from polyrec.store.database import insert
from polyrec.store.memory import BY_A_PERSON, approve, reject
from polyrec.store.review import (
    APPROVED,
    EDITED,
    EVERY,
    OPEN,
    QUEUED,
    REJECTED,
    TAKEN,
    Change,
    Filter,
    Review,
)
from polyrec.store.tables import hash_of, history, reviews

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from polyrec.store.database import Database
    from polyrec.store.memory import Remembered

BLOCK = 500
LARGEST = 2**63 - 1
"""No row has a larger number."""


class Reviews:
    """The review queue of a database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def queue(self, made: Mapping[str, Remembered], *, source: str, target: str) -> int:
        """Put translations into the queue by their source texts; give how many are new there."""
        now = datetime.now(UTC)
        common = {"source": source, "target": target, "created": now, "changed": now}
        blank = {"state": OPEN, "reviewer": "", "taken_until": None, "result": ""}
        rows = [
            common | blank | _row(text, each, source, target) for text, each in sorted(made.items())
        ]
        n_new = 0
        for start in range(0, len(rows), BLOCK):
            block = sorted(rows[start : start + BLOCK], key=lambda row: str(row["key"]))
            with self.database.writing() as connection:
                new = connection.execute(
                    insert(connection, reviews)
                    .values(block)
                    .on_conflict_do_nothing(index_elements=["key"])
                    .returning(reviews.c.id, reviews.c.text)
                ).all()
                lines = [_line(row.id, "", QUEUED, ("", row.text)) for row in new]
                if lines:
                    connection.execute(sa.insert(history), lines)
            n_new += len(new)
        return n_new

    def get(self, number: int) -> Review:
        """Give one review.

        Raises:
            UnknownIdError: there is none of the number.
        """
        with self.database.reading() as connection:
            return _review(_row_of(connection, number))

    def history(self, number: int) -> list[Change]:
        """List every change of a review, oldest first."""
        columns = (getattr(history.c, name) for name in Change.__dataclass_fields__)
        wanted = sa.select(*columns).where(history.c.review_id == number).order_by(history.c.id)
        with self.database.reading() as connection:
            return [Change(*row) for row in connection.execute(wanted)]

    def count(self, which: Filter = EVERY) -> int:
        """Count reviews."""
        with self.database.reading() as connection:
            wanted = sa.select(sa.func.count()).select_from(reviews)
            return int(connection.scalar(wanted.where(*_conditions(connection, which))) or 0)

    def page(
        self,
        which: Filter = EVERY,
        *,
        limit: int = 20,
        offset: int = 0,
    ) -> list[Review]:
        """List some reviews, those without translation and of the lowest quality first."""
        with self.database.reading() as connection:
            wanted = sa.select(reviews).where(*_conditions(connection, which))
            wanted = wanted.order_by(*WORST_FIRST).limit(limit).offset(offset)
            return [_review(row) for row in connection.execute(wanted)]

    def each(
        self,
        which: Filter = EVERY,
        *,
        after: int = 0,
        limit: int | None = None,
    ) -> Iterator[Review]:
        """Give reviews in the order of their numbers, reading them in blocks.

        Args:
            which: those that are meant.
            after: the number behind which to begin.
            limit: how many to give at most.
        """
        while limit is None or limit > 0:
            size = BLOCK if limit is None else min(limit, BLOCK)
            with self.database.reading() as connection:
                wanted = sa.select(reviews).where(
                    reviews.c.id > after, *_conditions(connection, which)
                )
                rows = connection.execute(wanted.order_by(reviews.c.id).limit(size)).all()
            for row in rows:
                yield _review(row)
            if len(rows) < size:
                return
            after = rows[-1].id
            limit = None if limit is None else limit - len(rows)

    def take(
        self,
        reviewer: str,
        *,
        number: int | None = None,
        which: Filter = EVERY,
        for_s: float = 1800.0,
    ) -> Review | None:
        """Take a review so that nobody else can, for a time.

        Args:
            reviewer: who takes it.
            number: which one; None for the worst that is free.
            which: among which to look for it.
            for_s: for how many seconds.

        Returns:
            The review, or None if no number was given and none is free.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: somebody else has it, or it was decided already.
        """
        reviewer = storable(reviewer)
        with self.database.writing() as connection:
            if number is None:
                free = Filter((OPEN,), which.sources, which.targets)
                wanted = sa.select(reviews.c.id).where(*_conditions(connection, free))
                wanted = wanted.order_by(*WORST_FIRST).limit(1)
                # PostgreSQL steps over those that others are about to take; SQLite has one writer
                number = connection.scalar(wanted.with_for_update(skip_locked=True))
                if number is None:
                    return None
            row = _locked(connection, number)
            if row.state not in (OPEN, TAKEN):
                raise DataError(
                    f"review {number} was {row.state} by {row.reviewer}",
                    hint="approve, edit or reject it by its number to decide again",
                )
            _check_free(row, reviewer)
            now = datetime.now(UTC)
            changes = {"state": TAKEN, "reviewer": reviewer, "changed": now}
            _set(connection, number, changes | {"taken_until": now + timedelta(seconds=for_s)})
            _note(
                connection,
                number,
                reviewer=reviewer,
                action=TAKEN,
                texts=(row.result, row.result),
            )
            return _review(_row_of(connection, number))

    def approve(self, number: int, reviewer: str) -> Review:
        """Approve a translation as it is: it wins everywhere from now on.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: somebody else has it, or it has no text.
        """
        return self._decide(number, reviewer, APPROVED, None)

    def edit(self, number: int, reviewer: str, text: str) -> Review:
        """Put a better text for a translation: it wins everywhere from now on.

        Raises as `approve` does.
        """
        return self._decide(number, reviewer, EDITED, storable(text))

    def reject(self, number: int, reviewer: str) -> Review:
        """Take a translation out of use.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: somebody else has it.
        """
        return self._decide(number, reviewer, REJECTED, "")

    def _decide(self, number: int, reviewer: str, state: str, text: str | None) -> Review:
        reviewer = storable(reviewer)
        with self.database.writing() as connection:
            row = _locked(connection, number)
            _check_free(row, reviewer)
            result = row.text if text is None else text
            if state == REJECTED:
                reject(connection, row)
            elif not result.strip():
                raise DataError(
                    f"review {number} has no text to be {state}", hint="edit it with a text"
                )
            else:
                approve(connection, row, result, BY_A_PERSON if state == EDITED else row.engine)
            now = datetime.now(UTC)
            changes = {"state": state, "reviewer": reviewer, "taken_until": None}
            _set(connection, number, changes | {"result": result, "changed": now})
            _note(connection, number, reviewer=reviewer, action=state, texts=(row.result, result))
            return _review(_row_of(connection, number))


WORST_FIRST = (reviews.c.quality.asc().nulls_first(), reviews.c.id)


def _row(text: str, made: Remembered, source: str, target: str) -> dict[str, Any]:
    result = made.text if made.engine else ""
    return {
        "key": hash_of(text, source, target, result),
        "source_hash": hash_of(text),
        "source_text": storable(text),
        "text": storable(result),
        "engine": made.engine,
        "quality": made.quality,
        "error": storable(made.error),
    }


def _review(row: sa.Row[Any]) -> Review:
    return Review(**{name: getattr(row, name) for name in Review.__dataclass_fields__})


def _row_of(connection: Connection, number: int, *, lock: bool = False) -> sa.Row[Any]:
    if not 0 < number <= LARGEST:
        raise _no_review(number)
    wanted = sa.select(reviews).where(reviews.c.id == number)
    row = connection.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise _no_review(number)
    return row


def _no_review(number: int) -> UnknownIdError:
    return UnknownIdError("review", str(number), hint="see polyrec review list")


def _locked(connection: Connection, number: int) -> sa.Row[Any]:
    """Give a review that nobody else changes until the transaction ends."""
    return _row_of(connection, number, lock=True)


def _check_free(row: sa.Row[Any], reviewer: str) -> None:
    if not reviewer.strip():
        raise DataError("the reviewer has no name", hint="give --reviewer, or set USER")
    if row.state == TAKEN and row.reviewer != reviewer and row.taken_until > datetime.now(UTC):
        until = row.taken_until.isoformat(timespec="minutes")
        raise DataError(
            f"review {row.id} is taken by {row.reviewer} until {until}",
            hint="take another one: polyrec review show --take",
        )


def _set(connection: Connection, number: int, changes: dict[str, Any]) -> None:
    connection.execute(sa.update(reviews).where(reviews.c.id == number).values(changes))


def _note(
    connection: Connection, number: int, *, reviewer: str, action: str, texts: tuple[str, str]
) -> None:
    connection.execute(sa.insert(history).values(_line(number, reviewer, action, texts)))


def _line(number: int, reviewer: str, action: str, texts: tuple[str, str]) -> dict[str, Any]:
    """Give a line of the history; the texts are that in use before, and that from then on."""
    line = {"review_id": number, "at": datetime.now(UTC), "reviewer": reviewer, "action": action}
    return line | {"before": texts[0], "after": texts[1]}


def _conditions(connection: Connection, which: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if which.states:
        over = sa.and_(reviews.c.state == TAKEN, reviews.c.taken_until < datetime.now(UTC))
        states: sa.ColumnElement[bool] = reviews.c.state.in_(which.states)
        if OPEN in which.states:
            states = sa.or_(states, over)
        elif TAKEN in which.states:
            states = sa.and_(states, sa.not_(over))
        found.append(states)
    for column, wished in ((reviews.c.source, which.sources), (reviews.c.target, which.targets)):
        if wished:
            tags = connection.scalars(sa.select(column).distinct())
            found.append(column.in_([t for t in tags if any(matches(w, t) for w in wished)]))
    return found
