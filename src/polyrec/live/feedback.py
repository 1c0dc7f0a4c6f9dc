"""What events say of a user: what they chose and how strongly, and what they do not want."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from polyrec.store.event import CLICK, DISLIKE, HIGHEST, PURCHASE, RATING, VIEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WEIGHTS = {VIEW: 0.25, CLICK: 0.5, PURCHASE: 1.0}
"""How strong a choice is; what is done twice counts as once."""

LEAST_STARS = 3.0
"""Fewer say that somebody does not want an item."""


class Deed(Protocol):
    """What an event says of itself, whoever did it; see `KeptEvent`."""

    @property
    def number(self) -> int:
        """Grows with each event that comes in."""

    @property
    def item(self) -> str:
        """The item's id."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def rating(self) -> float | None:
        """Stars of a rating, else None."""


@dataclass(frozen=True)
class Feedback:
    """What a user's events say.

    Attributes:
        history: the items that they chose, the latest last.
        weights: how strong each choice is, above 0, to 1.
        disliked: the items that they do not want.
        stars: what they rated, where that is their last opinion, by item; for models of ratings.
    """

    history: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    disliked: tuple[str, ...] = ()
    stars: Mapping[str, float] = field(default_factory=dict, compare=False)


def feedback_of(events: Iterable[Deed]) -> Feedback:
    """Say what events of one user mean.

    They count in the order in which they came in, as clocks of senders may be wrong. Of ratings and
    dislikes of an item the last one holds; a purchase takes a dislike back. Without an opinion, an
    item counts as much as the strongest thing that was done with it.
    """
    done: dict[str, float] = {}
    opinion: dict[str, float] = {}
    stars: dict[str, float] = {}
    for event in sorted(events, key=lambda each: each.number):
        if event.kind in (RATING, DISLIKE):
            opinion[event.item] = _strength(event.rating)
            stars.pop(event.item, None)
            if event.rating is not None:
                stars[event.item] = event.rating
        elif event.kind == PURCHASE and not opinion.get(event.item, 1.0):
            del opinion[event.item]
        if event.kind in WEIGHTS:
            strength = max(WEIGHTS[event.kind], done.pop(event.item, 0.0))
            done[event.item] = strength
    counts = {**done, **opinion}
    chosen = {item: weight for item, weight in counts.items() if weight}
    disliked = tuple(item for item, weight in counts.items() if not weight)
    return Feedback(tuple(chosen), tuple(chosen.values()), disliked, stars)


def _strength(stars: float | None) -> float:
    """Turn stars into a weight, 0 for what is not wanted: 3 are a third, 5 are 1."""
    if stars is None or stars < LEAST_STARS:
        return 0.0
    return (stars - LEAST_STARS + 1) / (HIGHEST - LEAST_STARS + 1)
