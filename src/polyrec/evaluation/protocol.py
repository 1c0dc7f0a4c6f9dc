"""The protocol: rank everything for every test user, and measure each user in every slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.leaks import check_pairs
from polyrec.evaluation.slices import slices
from polyrec.measures.accuracy import ACCURACY, ndcg, recall
from polyrec.measures.exposure import coverage, gini, same_language, same_language_pool
from polyrec.measures.hits import Hits
from polyrec.measures.variety import diversity, novelty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.core.types import Doubles, Floats, Histories, Rankings, Strings
    from polyrec.models.recommender import Recommender

K = 20

Key = tuple[str, str]
"""Slice and measure."""

GAP = "language-gap"
"""The gap in recall between languages, which intervals make of the slices of languages."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one model did on one split.

    Attributes:
        per_user: by slice and measure one value per user, shape (users,), NaN where the slice has
            nothing of the user.
        coverage: share of the catalog that stands in some list.
        gini: how unevenly the catalog is shown.
        rankings: the lists of the users with test interactions.
        users: who these are, shape (lists,).
    """

    per_user: Mapping[Key, Doubles]
    coverage: float
    gini: float
    rankings: Rankings
    users: np.ndarray

    @property
    def of_all_lists(self) -> dict[str, float]:
        """Measures that belong to all lists together, so have no interval over users."""
        return {"coverage": self.coverage, "gini": self.gini}


def measure(
    recommender: Recommender,
    train: Histories,
    test: Histories,
    languages: Strings,
    *,
    vectors: Floats | None = None,
    k: int = K,
    seed: int = 0,
) -> Outcome:
    """Measure a fitted recommender: full ranking, training items left out.

    Args:
        recommender: fitted on `train`.
        train: each user's training items; users as in `test`.
        test: each user's held-out items.
        languages: the language each item is shown in, shape (items,).
        vectors: unit rows that say how alike items are, shape (items, dim); None for no diversity.
        k: length of the lists.
        seed: draws the order of equal scores.

    Raises:
        DataError: train and test share a choice.
    """
    users = np.flatnonzero(test.lengths > 0)
    rankings = recommender.top(train.rows(users), min(k, train.n_items), seed=seed)
    return measure_lists(rankings, train, test, languages, vectors=vectors, k=k)


def measure_lists(
    rankings: Rankings,
    train: Histories,
    test: Histories,
    languages: Strings,
    *,
    vectors: Floats | None = None,
    k: int = K,
) -> Outcome:
    """Measure lists, whoever made them; `rankings` are those of the users with test items.

    The other arguments and the errors are those of `measure`.
    """
    check_pairs(train, test)
    users = np.flatnonzero(test.lengths > 0)
    known = train.rows(users)
    found: dict[Key, Doubles] = {
        ("all", "same-language"): same_language(rankings, known, languages),
        ("all", "same-language-pool"): same_language_pool(known, languages),
        ("all", "novelty"): novelty(rankings, train),
    }
    if vectors is not None:
        found["all", "diversity"] = diversity(rankings, vectors)
    # slices look at all users: what somebody without test items chose makes an item seen
    for name, wanted in slices(train, test, languages):
        hits = Hits.of(rankings, wanted.rows(users))
        measures = ACCURACY if name == "all" else {"ndcg": ndcg, "recall": recall}
        for label, of in measures.items():
            found[name, label] = of(hits, k)
    per_user = {key: _spread(values, users, len(test)) for key, values in found.items()}
    shown = coverage(rankings, train.n_items), gini(rankings, train.n_items)
    return Outcome(per_user, *shown, rankings, users)


def is_recall_of_language(key: Key) -> bool:
    """Say whether a value is one of those between which the gap is."""
    return key[0].startswith("language:") and key[1] == "recall"


def _spread(values: Doubles, users: np.ndarray, n_users: int) -> Doubles:
    """Put the values of some users into a row of all users."""
    row: Doubles = np.full(n_users, np.nan)
    row[users] = values
    return row
