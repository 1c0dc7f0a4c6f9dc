"""One event: what somebody did with an item, as it comes in and as it is kept."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.store.limits import given_id, given_moment

if TYPE_CHECKING:
    from datetime import datetime

VIEW, CLICK, PURCHASE, RATING, DISLIKE = "view", "click", "purchase", "rating", "dislike"
KINDS = (VIEW, CLICK, PURCHASE, RATING, DISLIKE)
LOWEST, HIGHEST = 1, 5
"""Stars of a rating."""


@dataclass(frozen=True)
class Event:
    """What somebody did with an item.

    Attributes:
        user: the user's id.
        item: the item's id.
        kind: `view`, `click`, `purchase`, `rating` or `dislike`.
        rating: 1 to 5 stars of a `rating`; None for all other kinds.
        at: when, with time zone; None for when it comes in.
        key: what the sender calls it, so that it counts once however often it is sent; or empty.
    """

    user: str
    item: str
    kind: str
    rating: float | None = None
    at: datetime | None = None
    key: str = ""

    def __post_init__(self) -> None:
        given_id("user id", self.user)
        given_id("item id", self.item)
        if self.key:
            given_id("key", self.key)
        if self.kind not in KINDS:
            raise DataError(
                f"no event is of the kind {self.kind!r:.40}", hint=f"use {', '.join(KINDS)}"
            )
        if self.at is not None:
            given_moment(self.at, self.at)
        if self.kind != RATING and self.rating is not None:
            raise DataError(f"a {self.kind} has no rating", hint="send a rating by itself")
        if self.kind == RATING and not _is_stars(self.rating):
            raise DataError(f"a rating is {LOWEST} to {HIGHEST} stars")


@dataclass(frozen=True)
class KeptEvent:
    """An event in the database.

    Attributes:
        number: grows with each event that comes in, and is never given twice.
        user: the user's id.
        item: the item's id.
        kind: `view`, `click`, `purchase`, `rating` or `dislike`.
        rating: stars of a `rating`, else None.
        at: when it happened, in UTC.
        received: when it came in, in UTC.
    """

    number: int
    user: str
    item: str
    kind: str
    rating: float | None
    at: datetime
    received: datetime


def _is_stars(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and LOWEST <= value <= HIGHEST
