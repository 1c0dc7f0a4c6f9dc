"""The protocol: rank everything for every test user, and measure each user in every slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.slices import slices
from polyrec.measures.accuracy import ACCURACY, ndcg, recall
from polyrec.measures.exposure import coverage, same_language, same_language_pool
from polyrec.measures.hits import Hits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.core.types import Doubles, Histories, Rankings, Strings
    from polyrec.models.recommender import Recommender

K = 20

Key = tuple[str, str]
"""Slice and measure."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one model did on one split.

    Attributes:
        per_user: by slice and measure one value per user, shape (users,), NaN where the slice has
            nothing of the user.
        coverage: share of the catalog that stands in some list.
        rankings: the lists of the users with test interactions.
        users: who these are, shape (lists,).
    """

    per_user: Mapping[Key, Doubles]
    coverage: float
    rankings: Rankings
    users: np.ndarray


def measure(
    recommender: Recommender,
    train: Histories,
    test: Histories,
    languages: Strings,
    *,
    k: int = K,
    seed: int = 0,
) -> Outcome:
    """Measure a fitted recommender: full ranking, training items left out.

    Args:
        recommender: fitted on `train`.
        train: each user's training items; users as in `test`.
        test: each user's held-out items.
        languages: the language each item is shown in, shape (items,).
        k: length of the lists.
        seed: draws the order of equal scores.
    """
    users = np.flatnonzero(test.lengths > 0)
    known = train.rows(users)
    rankings = recommender.top(known, min(k, train.n_items), seed=seed)
    found: dict[Key, Doubles] = {
        ("all", "same-language"): same_language(rankings, known, languages),
        ("all", "same-language-pool"): same_language_pool(known, languages),
    }
    # slices look at all users: what somebody without test items chose makes an item seen
    for name, wanted in slices(train, test, languages):
        hits = Hits.of(rankings, wanted.rows(users))
        measures = ACCURACY if name == "all" else {"ndcg": ndcg, "recall": recall}
        for label, of in measures.items():
            found[name, label] = of(hits, k)
    per_user = {key: _spread(values, users, len(test)) for key, values in found.items()}
    return Outcome(per_user, coverage(rankings, train.n_items), rankings, users)


def _spread(values: Doubles, users: np.ndarray, n_users: int) -> Doubles:
    """Put the values of some users into a row of all users."""
    row: Doubles = np.full(n_users, np.nan)
    row[users] = values
    return row
