"""Accuracy per user: nDCG, recall, precision, F1, average precision, first hit and any hit at k.

Each takes `Hits` and k and gives one value per user, shape (users,); a user without relevant items
gets NaN, so that means leave that user out. All are in 0..1, higher is better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Histories
    from polyrec.measures.hits import Hits

BLOCK = 256


def ndcg(hits: Hits, k: int) -> Doubles:
    """Discounted gain of the first k places, divided by that of the best possible list.

    Relevance is 0 or 1, the discount log2(place + 1). Source: Järvelin and Kekäläinen 2002.
    """
    cut = hits.first(k)
    places = min(k, max(cut.hit.shape[1], hits.n_relevant.max(initial=1)))
    discount = 1 / np.log2(np.arange(2, max(places, 1) + 2))
    gain = cut.hit @ discount[: cut.hit.shape[1]]
    best = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(hits.n_relevant, k)]
    return _share(gain, best, hits)


def ndcg_of_scores(scores: Floats, relevant: Histories, k: int) -> Doubles:
    """Give nDCG straight from scores, many times faster than by ranking all items.

    Args:
        scores: shape (users, items); -inf leaves an item out.
        relevant: the relevant items of the same users.
        k: length of the lists that are meant.

    Returns:
        Shape (users,), NaN for users without relevant items; as `ndcg`, but that an item which
        ties with others stands behind them all.
    """
    user = relevant.users
    discount = 1 / np.log2(np.arange(2, k + 2))
    gain: Doubles = np.zeros(len(user))
    for start in range(0, len(user), BLOCK):
        rows = slice(start, start + BLOCK)
        own = scores[user[rows], relevant.items[rows]]
        before = np.count_nonzero(scores[user[rows]] >= own[:, None], axis=1) - 1
        shown = (before < k) & (own > -np.inf)
        gain[rows][shown] = discount[before[shown]]
    total = np.bincount(user, gain, minlength=len(relevant))
    best = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(relevant.lengths, k)]
    values: Doubles = np.full(len(relevant), np.nan)
    np.divide(total, best, out=values, where=best > 0)
    return values


def recall(hits: Hits, k: int) -> Doubles:
    """Coverage of the user's true preference: found / min(k, relevant).

    The denominator is capped at k so that a full list of relevant items gives 1; some libraries
    divide by all relevant items instead.
    """
    return _share(hits.first(k).hit.sum(axis=1), np.minimum(hits.n_relevant, k), hits)


def precision(hits: Hits, k: int) -> Doubles:
    """Agreement with the user's true preference: share of the k places with relevant items.

    Empty places count as misses.
    """
    return _share(hits.first(k).hit.sum(axis=1), np.full(len(hits.hit), k), hits)


def f1(hits: Hits, k: int) -> Doubles:
    """Harmonic mean of precision and recall, with recall's denominator as in `recall`."""
    p, r = precision(hits, k), recall(hits, k)
    return np.divide(2 * p * r, p + r, out=np.where(np.isnan(p), np.nan, 0.0), where=(p + r) > 0)


def average_precision(hits: Hits, k: int) -> Doubles:
    """Sum of the precision at each hit's place, divided by min(k, relevant).

    The denominator is capped as in `recall`; trec_eval divides by all relevant items instead.
    """
    hit = hits.first(k).hit
    places = np.arange(1, hit.shape[1] + 1)
    total: Doubles = (np.cumsum(hit, axis=1) / places * hit).sum(axis=1)
    return _share(total, np.minimum(hits.n_relevant, k), hits)


def reciprocal_rank(hits: Hits, k: int) -> Doubles:
    """Give 1 / place of the first hit; 0 without one."""
    hit = hits.first(k).hit
    inverse = hit / np.arange(1, hit.shape[1] + 1)
    return _share(inverse.max(axis=1, initial=0.0), np.ones(len(hit)), hits)


def hit_rate(hits: Hits, k: int) -> Doubles:
    """Say whether there is any hit: 1 or 0."""
    found = np.asarray(hits.first(k).hit.any(axis=1), dtype=np.float64)
    return _share(found, np.ones(len(found)), hits)


def _share(part: Doubles, whole: Doubles, hits: Hits) -> Doubles:
    shares: Doubles = np.full(len(part), np.nan)
    return np.divide(part, whole, out=shares, where=(hits.n_relevant > 0) & (whole > 0))


ACCURACY = {
    "ndcg": ndcg,
    "recall": recall,
    "precision": precision,
    "f1": f1,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit-rate": hit_rate,
}
