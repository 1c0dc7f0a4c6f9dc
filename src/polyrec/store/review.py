"""One review as people see it: what is looked at, its state, its history; and which are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

OPEN, TAKEN, APPROVED, EDITED, REJECTED = "open", "taken", "approved", "edited", "rejected"
QUEUED = "queued"
STATES = (OPEN, TAKEN, APPROVED, EDITED, REJECTED)


@dataclass(frozen=True)
class Review:
    """A translation that a person is to look at, or has looked at.

    Attributes:
        id: its number.
        source_text: the text.
        source: the text's language.
        target: the language of the translation.
        text: the translation, empty if nothing could be made.
        engine: what made it.
        quality: by whoever judged it, 0 to 1, or None.
        error: what failed on the way.
        state: `open`, `taken` (by a person who looks at it), `approved`, `edited` or `rejected`.
        reviewer: who took it or decided; empty if nobody.
        taken_until: when another person may take it.
        result: the text that is used from now on; empty while nothing was decided or if rejected.
        created: when it entered the queue.
        changed: when it was changed last.
    """

    id: int
    source_text: str
    source: str
    target: str
    text: str
    engine: str
    quality: float | None
    error: str
    state: str
    reviewer: str
    taken_until: datetime | None
    result: str
    created: datetime
    changed: datetime


@dataclass(frozen=True)
class Change:
    """One line of a review's history.

    Attributes:
        at: when.
        reviewer: who; empty for polyrec itself.
        action: `queued`, `taken`, `approved`, `edited` or `rejected`.
        before: the text in use before.
        after: the text in use from then on.
    """

    at: datetime
    reviewer: str
    action: str
    before: str
    after: str


@dataclass(frozen=True)
class Filter:
    """Which reviews are meant.

    Attributes:
        states: their states; none for all. One whose time to be taken is over counts as open.
        sources: the languages of their texts, `pt` meaning `pt-BR` too; none for all.
        targets: the languages of their translations, likewise.
    """

    states: Sequence[str] = ()
    sources: Sequence[str] = ()
    targets: Sequence[str] = ()


EVERY = Filter()
"""All reviews."""
