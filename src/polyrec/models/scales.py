"""Scores of several recommenders, brought to one scale on which 0 still says nothing.

Each recommender has a scale of its own, so scores are never added as they are. Only items that may
be recommended count: those that can be scored and are not in the history. The others get 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyrec.core.types import Booleans, Doubles, Floats, Histories

    Scale = Callable[[Floats, Histories], Floats]

DIGITS = 5
"""Scores are equal that differ by less than such a part of the largest: what rounding may move."""


@dataclass(frozen=True, eq=False)
class Standing:
    """Where items stand by one recommender, of those that may be recommended.

    Attributes:
        places: 1 for the best; equal scores share the mean of their places. +inf for items that may
            not be recommended, and where all scores of a user are equal. Shape (users, items).
        of_zero: the place that a score of 0 has, or would have, shape (users, 1).
        speaks: whether the score is other than 0, shape (users, items).
    """

    places: Floats
    of_zero: Floats
    speaks: Booleans

    @classmethod
    def of(cls, scores: Floats, histories: Histories) -> Standing:
        """Find the places of scores; costs a sort of each row."""
        open_ = _open(scores, histories)
        counted = np.where(open_, scores, 0)
        largest = np.abs(counted).max(axis=1, keepdims=True, initial=0)
        counted = np.round(counted / np.where(largest > 0, largest, 1), DIGITS)
        placed = rankdata(np.where(open_, -counted, np.inf), axis=1)
        above = np.count_nonzero(open_ & (counted > 0), axis=1, keepdims=True)
        equal = np.count_nonzero(open_ & (counted == 0), axis=1, keepdims=True)
        placed[~(open_ & _differ(counted, open_))] = np.inf
        of_zero = (above + (equal + 1) / 2).astype(np.float32)
        return cls(placed.astype(np.float32), of_zero, open_ & (counted != 0))


def deviations(scores: Floats, histories: Histories) -> Floats:
    """Divide each user's scores by their standard deviation.

    These are z-scores but for the mean, which moves all of a user's items alike. Users whose scores
    are all equal get 0.
    """
    open_, factor = to_deviations(scores, histories)
    return np.asarray(np.where(open_, scores, 0) * factor, dtype=np.float32)


def to_deviations(scores: Floats, histories: Histories) -> tuple[Booleans, Floats]:
    """Say which scores count, shape (users, items), and what they are times, shape (users, 1)."""
    open_ = _open(scores, histories)
    counted = np.where(open_, scores, 0)
    n = np.maximum(open_.sum(axis=1, keepdims=True), 1)
    mean = counted.sum(axis=1, keepdims=True) / n
    deviation = np.sqrt((np.square(counted - mean) * open_).sum(axis=1, keepdims=True) / n)
    told = deviation > np.abs(counted).max(axis=1, keepdims=True, initial=0) / 10**DIGITS
    return open_, np.asarray(told / np.where(told, deviation, 1), dtype=np.float32)


def ranks(scores: Floats, histories: Histories) -> Floats:
    """Give the share of items between an item and a score of 0: above 0 for those better than 0."""
    standing = Standing.of(scores, histories)
    n = np.maximum(_open(scores, histories).sum(axis=1, keepdims=True), 1)
    return _from_zero(standing, (standing.of_zero - standing.places) / n)


def reciprocal_ranks(scores: Floats, histories: Histories, *, constant: float) -> Floats:
    """Give 1 / (constant + place), less what a score of 0 has by its place.

    What is taken away is the same for all of a user's items.
    """
    return reciprocal(Standing.of(scores, histories), constant=constant)


def reciprocal(standing: Standing, *, constant: float) -> Floats:
    """Give the same of places that are known already."""
    gain = 1 / (constant + standing.places) - 1 / (constant + standing.of_zero)
    return _from_zero(standing, gain)


def summed(
    said: Iterable[Floats], weights: Iterable[float], histories: Histories, scale: Scale
) -> Floats:
    """Add up scores on one scale, weighted; -inf only where nobody could score.

    Who cannot score an item says nothing of it, as with a score of 0.
    """
    total: Floats = np.zeros((len(histories), histories.n_items), dtype=np.float32)
    scored = np.zeros(total.shape, dtype=bool)
    for scores, weight in zip(said, weights, strict=True):
        scored |= scores > -np.inf
        if weight:
            total += np.float32(weight) * scale(scores, histories)
    return np.where(scored, total, np.float32(-np.inf))


def _open(scores: Floats, histories: Histories) -> Booleans:
    """Say which items may be recommended, shape (users, items)."""
    found = np.isfinite(scores)
    found[histories.users, histories.items] = False
    return found


def _differ(counted: Floats, open_: Booleans) -> Booleans:
    """Say of which users not all scores are equal, shape (users, 1)."""
    most = np.where(open_, counted, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    least = np.where(open_, counted, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    return np.asarray(most > least)


def _from_zero(standing: Standing, values: Floats | Doubles) -> Floats:
    return np.where(np.isfinite(standing.places), values, 0).astype(np.float32)
