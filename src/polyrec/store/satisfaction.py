"""How satisfied users are with what they were recommended, in their own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from polyrec.core.errors import DataError
from polyrec.store.limits import LONGEST_NOTE, check_page, given_id, given_moment, given_text
from polyrec.store.tables import satisfaction

if TYPE_CHECKING:
    from polyrec.store.database import Database

LOWEST, HIGHEST = 1, 5


@dataclass(frozen=True)
class Opinion:
    """What a user said about their recommendations.

    Attributes:
        user: the user's id.
        score: 1 (not at all satisfied) to 5.
        comment: what they wrote, or empty.
        version: the folder of the model that they were recommended by, or empty.
        at: when, with time zone; None for when it comes in.
        number: that of its row; 0 before it has one.
    """

    user: str
    score: int
    comment: str = ""
    version: str = ""
    at: datetime | None = None
    number: int = 0

    def __post_init__(self) -> None:
        given_id("user id", self.user)
        if type(self.score) is not int or not LOWEST <= self.score <= HIGHEST:
            raise DataError(f"satisfaction is a whole number, {LOWEST} to {HIGHEST}")
        given_text("comment", self.comment, LONGEST_NOTE)
        given_text("version", self.version, LONGEST_NOTE)
        if self.at is not None:
            given_moment(self.at, self.at)


class Satisfaction:
    """What the users of a database said."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, opinion: Opinion) -> int:
        """Keep what a user said, beside what they said before; give its number."""
        row = {
            "user_id": opinion.user,
            "score": opinion.score,
            "comment": given_text("comment", opinion.comment, LONGEST_NOTE),
            "version": given_text("version", opinion.version, LONGEST_NOTE),
            "at": given_moment(opinion.at, datetime.now(UTC)),
        }
        made = sa.insert(satisfaction).values(row).returning(satisfaction.c.id)
        with self.database.writing() as connection:
            return int(connection.scalar(made) or 0)

    def of(self, user: str) -> list[Opinion]:
        """List what a user said, in the order in which it came in."""
        return self._read(satisfaction.c.user_id == given_id("user id", user), None)

    def page(self, *, after: int = 0, limit: int = 100) -> list[Opinion]:
        """List what was said in the order in which it came in, behind a number.

        Raises:
            DataError: no page is that large.
        """
        check_page(limit)
        return self._read(satisfaction.c.id > after, limit)

    def _read(self, which: sa.ColumnElement[bool], limit: int | None) -> list[Opinion]:
        wanted = sa.select(satisfaction).where(which).order_by(satisfaction.c.id).limit(limit)
        with self.database.reading() as connection:
            return [
                Opinion(row.user_id, row.score, row.comment, row.version, row.at, row.id)
                for row in connection.execute(wanted)
            ]
