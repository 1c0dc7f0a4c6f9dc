"""What a learned ranking sees of a user and an item: nothing that names either, nor a language."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np

from polyrec.core.language import UNDETERMINED
from polyrec.core.vectors import unit_rows
from polyrec.models.latest import Latest
from polyrec.models.scales import deviations, reciprocal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Doubles, Floats, Histories, Integers, Strings, Training
    from polyrec.models.scales import Standing

CONSTANT = 60.0
"""Of the reciprocal ranks, as Cormack et al. 2009 have it."""


@dataclass(eq=False)
class Facts:
    """What is known of each item, all of shape (items,) but the vectors.

    Attributes:
        counts_: how many users chose it.
        relative_: log of (1 + that), less that of the mean of its language's items.
        new_: whether it has only just come, which nobody may have had the time to choose.
        recency_: as `latest` scores it: 1 for the newest, 0 for one that nobody chose; or None.
        languages_: tags, or None.
        categories_: names, or None.
        vectors_: unit rows, shape (items, dim), or None.
    """

    counts_: Doubles | None = None
    relative_: Doubles | None = None
    new_: Booleans | None = None
    recency_: Floats | None = None
    languages_: Strings | None = None
    categories_: Strings | None = None
    vectors_: Floats | None = None

    @classmethod
    def of(cls, training: Training, *, with_vectors: bool) -> Self:
        """Learn them from training data."""
        histories = training.histories
        counts = np.bincount(histories.items, minlength=histories.n_items).astype(np.float64)
        return cls(
            counts,
            _relative(counts, training.languages),
            np.zeros(len(counts), dtype=np.bool_) if training.new is None else training.new,
            None if histories.times is None else Latest().fit(training).recency_,
            training.languages,
            training.categories,
            training.vectors if with_vectors else None,
        )

    def extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        """Add items that nobody chose yet."""
        assert self.counts_ is not None
        assert self.new_ is not None
        n_new = len(vectors)
        self.counts_ = np.concatenate([self.counts_, np.zeros(n_new)])
        self.new_ = np.concatenate([self.new_, np.ones(n_new, dtype=np.bool_)])
        if self.recency_ is not None:
            self.recency_ = np.concatenate([self.recency_, np.zeros(n_new, np.float32)])
        if self.languages_ is not None:
            self.languages_ = np.concatenate([self.languages_, languages])
        if self.categories_ is not None:
            self.categories_ = np.concatenate([self.categories_, categories])
        if self.vectors_ is not None:
            self.vectors_ = np.concatenate([self.vectors_, vectors])
        self.relative_ = _relative(self.counts_, self.languages_)


@dataclass(frozen=True, eq=False)
class Pairs:
    """Users and items, a row for each pair; rows of a user stand together.

    Attributes:
        user: which history, shape (rows,).
        item: shape (rows,).
    """

    user: Integers
    item: Integers


def features(
    pairs: Pairs,
    facts: Facts,
    histories: Histories,
    *,
    said: Sequence[Floats],
    standings: Sequence[Standing],
    profiles: Floats | None = None,
) -> dict[str, np.ndarray]:
    """Describe pairs, one column of shape (rows,) for each feature.

    Args:
        pairs: what is described.
        facts: of the items.
        histories: of the users.
        said: what each recommender scores, shape (users, items) each.
        standings: the places of these.
        profiles: vectors of texts that count as one item more of a history, or None.
    """
    at = (pairs.user, pairs.item)
    found: dict[str, np.ndarray] = {}
    for i, (scores, standing) in enumerate(zip(said, standings, strict=True)):
        found[f"score {i}"] = deviations(scores, histories)[at]
        found[f"reciprocal rank {i}"] = reciprocal(standing, constant=CONSTANT)[at]
    found["fused"] = np.sum([found[f"reciprocal rank {i}"] for i in range(len(said))], axis=0)
    if facts.vectors_ is not None:
        found |= _similarities(pairs, facts.vectors_, histories, profiles)
    assert facts.counts_ is not None
    assert facts.new_ is not None
    found["popularity"] = np.log1p(facts.counts_)[pairs.item]
    found["new"] = facts.new_[pairs.item].astype(np.float32)
    if facts.relative_ is not None:
        found["popularity in its language"] = facts.relative_[pairs.item]
    if facts.recency_ is not None:
        found["recency"] = facts.recency_[pairs.item]
    found["history length"] = np.log1p(histories.lengths)[pairs.user]
    if facts.languages_ is not None:
        found["language share"] = _share(pairs, histories, facts.languages_, UNDETERMINED)
    if facts.categories_ is not None:
        found["category share"] = _share(pairs, histories, facts.categories_, "")
    return found


def _similarities(
    pairs: Pairs, vectors: Floats, histories: Histories, profiles: Floats | None
) -> dict[str, np.ndarray]:
    """Give the cosine with the nearest item of the history, and with the history's mean."""
    nearest, mean = (np.zeros(len(pairs.user), dtype=np.float32) for _ in range(2))
    starts = np.searchsorted(pairs.user, np.arange(len(histories) + 1))
    for user, (start, end) in enumerate(pairwise(starts.tolist())):
        own = vectors[histories.items_of(user)]
        if profiles is not None and profiles[user].any():
            own = np.vstack([own, profiles[user]])
        if len(own) and end > start:
            found = vectors[pairs.item[start:end]]
            nearest[start:end] = (found @ own.T).max(axis=1)
            mean[start:end] = found @ unit_rows(own.mean(axis=0, keepdims=True))[0]
    return {"nearest": nearest, "mean cosine": mean}


def _share(pairs: Pairs, histories: Histories, names: Strings, nothing: str) -> Floats:
    """Give the share of a user's history that has the item's name; 0 where that says nothing."""
    known, code = np.unique(names, return_inverse=True)
    user = histories.users
    counts = np.zeros((len(histories), len(known)), dtype=np.float32)
    np.add.at(counts, (user, code[histories.items]), 1)
    counts[:, known == nothing] = 0
    share = counts / np.maximum(histories.lengths, 1)[:, None]
    return np.asarray(share[pairs.user, code[pairs.item]])


def _relative(counts: Doubles, languages: Strings | None) -> Doubles | None:
    if languages is None:
        return None
    known, code = np.unique(languages, return_inverse=True)
    mean = np.bincount(code, counts) / np.maximum(np.bincount(code, minlength=len(known)), 1)
    return np.asarray(np.log1p(counts) - np.log1p(mean)[code])
