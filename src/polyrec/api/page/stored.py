"""What is stored about a person, as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from polyrec.api.page.piece import Piece, known_piece
from polyrec.core.language import UNDETERMINED
from polyrec.live.feedback import LEAST_STARS
from polyrec.store.event import DISLIKE, RATING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.api.page.words import Words
    from polyrec.data.catalog import Catalog
    from polyrec.store.event import KeptEvent

MOST_MARKS, MOST_EVENTS = 12, 100


@dataclass(frozen=True)
class Mark:
    """What a person said about an item last.

    Attributes:
        key: tells it from the others on the screen.
        piece: the item's text.
        stars: 1 to 5; 0 for a dislike.
        liked: whether it counts as a choice.
    """

    key: str
    piece: Piece
    stars: int
    liked: bool


@dataclass(frozen=True)
class Deed:
    """One event, ready to be shown; `kind` and `stars` as in `KeptEvent`."""

    iso: str
    at: str
    kind: str
    stars: int
    piece: Piece


@dataclass(frozen=True)
class Said:
    """One opinion, ready to be shown."""

    iso: str
    at: str
    score: int
    comment: str


@dataclass(frozen=True)
class Stored:
    """All that is stored about a person.

    Attributes:
        text: what they say about themselves.
        lang: of that text, for the attribute `lang`.
        language: what it is called, or empty.
        events: the latest, newest first.
        n_events: how many there are.
        opinions: newest first.
        n_learned: how many of their choices the model has learned from.
    """

    text: str = ""
    lang: str = ""
    language: str = ""
    events: tuple[Deed, ...] = ()
    n_events: int = 0
    opinions: tuple[Said, ...] = ()
    n_learned: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything."""
        return self != Stored()


def marks_of(
    events: Sequence[KeptEvent], catalog: Catalog, languages: tuple[str, ...]
) -> list[Mark]:
    """Say what somebody's events say of items: the last word on each, newest first."""
    last: dict[str, int] = {}
    for event in sorted(events, key=lambda each: -each.number):
        if event.kind in (RATING, DISLIKE):
            last.setdefault(event.item, round(event.rating or 0))
    newest = list(last.items())[:MOST_MARKS]
    return [
        Mark(f"mark-{place}", known_piece(catalog, item, languages), stars, stars >= LEAST_STARS)
        for place, (item, stars) in enumerate(newest)
    ]


def stored_of(
    document: dict[str, Any], catalog: Catalog | None, languages: tuple[str, ...], words: Words
) -> Stored:
    """Make ready a document of `Live.export_user`."""
    users = document["users"] or [{"text": "", "language": UNDETERMINED}]
    tag = users[0]["language"]
    is_known = tag != UNDETERMINED
    events = sorted(document["events"], key=lambda each: str(each["at"]), reverse=True)
    return Stored(
        text=users[0]["text"],
        lang=tag if is_known else "",
        language=words.language(tag) if is_known else "",
        events=tuple(
            Deed(
                each["at"],
                words.moment(datetime.fromisoformat(each["at"])),
                each["kind"],
                round(each["rating"] or 0),
                known_piece(catalog, each["item_id"], languages),
            )
            for each in events[:MOST_EVENTS]
        ),
        n_events=len(events),
        opinions=tuple(
            Said(
                each["at"],
                words.moment(datetime.fromisoformat(each["at"])),
                each["score"],
                each["comment"],
            )
            for each in reversed(document["satisfaction"])
        ),
    )
