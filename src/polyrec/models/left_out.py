"""Left out: what a score loses without each item of a history, for models of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Histories

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers
    from polyrec.models.recommender import Recommender

BATCH = 128


def left_out(
    recommender: Recommender, history: Histories, items: Integers, *, profiles: Floats | None = None
) -> tuple[Floats, Floats]:
    """Score some items for a history without each of its events in turn.

    Args:
        recommender: a fitted one, of any kind.
        history: of one user.
        items: whose scores are asked about, shape (items,); all can be scored.
        profiles: as in `Recommender.score`, shape (1, dim).

    Returns:
        What the items score without any event, shape (items,), and what the score loses without
        each event, in the history's order, shape (items, events). They need not add up to the
        score: two items that say the same lose little alone. Cost is that of scoring one user per
        event.
    """
    n = len(history.items)
    found = np.empty((n + 2, len(items)), dtype=np.float32)
    for start in range(0, n + 2, BATCH):
        left = np.arange(start, min(start + BATCH, n + 2))  # each event, then none, then all
        block = _without(history, left)
        given = None if profiles is None else np.repeat(profiles, len(block), axis=0)
        found[left] = recommender.score(block, profiles=given)[:, items]
    return found[n + 1], (found[n] - found[:n]).T


def _without(history: Histories, left: Integers) -> Histories:
    """Give the history once for each event left out; behind the last are none of them, then all."""
    n = len(history.items)
    keep = (left[:, None] != np.arange(n)) & (left <= n)[:, None]
    event = np.nonzero(keep)[1]
    indptr = np.concatenate([[0], np.cumsum(keep.sum(axis=1))])
    times = None if history.times is None else history.times[event]
    return Histories(indptr, history.items[event], history.weights[event], history.n_items, times)
