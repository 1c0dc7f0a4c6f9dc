"""Interests: a history is of several things at once, and an item may be near to any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.core.vectors import unit_rows
from polyrec.models.neighbours import check_search, nearest
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Integers, Strings, Training

CROWD = 20
"""So many nearest items are an item's crowd."""

LONGEST = 1000
"""Of longer histories the items of most weight count: grouping costs their number squared."""


@dataclass
class Interests(Recommender):
    """Scores an item by its cosine with each interest of the history, the near ones above all.

    The history is grouped by vector (Ward's method), as finely as `distance` says; an interest is
    the mean direction of a group, and its share that of the history's weights. Score = log(sum of
    share exp(sharpness cos)) / sharpness - `crowding` x the item's mean cosine with its 20 nearest
    items, as what is near to everything says little. With high sharpness the nearest interest alone
    decides. A text is an interest of its own. Cost is, per user, the history's length squared, and
    interests x items x dim. Use it where people like several unlike things, and to tell them which.
    Sources: Pal et al. 2020, "PinnerSage: multi-modal user embedding framework for recommendations
    at Pinterest"; Conneau et al. 2018, "Word translation without parallel data", for the crowding.

    Attributes:
        distance: groups are joined up to this distance of Ward's, of unit vectors.
        max_interests: no history has more.
        sharpness: how much more the nearest interest counts than others.
        crowding: how far items in a crowd are held back.
        search: how the crowd is found: `exact`, `graph` (extra `ann`) or `auto`.
    """

    needs_vectors = True
    accepts_new_items = True
    search_space: ClassVar[SearchSpace] = {
        "distance": Between(0.6, 2.5),
        "max_interests": Between(1, 40, log=True, whole=True),
        "sharpness": Between(3.0, 40.0, log=True),
        "crowding": Between(0.0, 1.5),
    }

    distance: float = 1.2
    max_interests: int = 20
    sharpness: float = 10.0
    crowding: float = 1.0
    search: str = "auto"
    vectors_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    crowd_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.distance >= 0:
            raise ConfigError(f"distance is {self.distance}", hint="give 0 or more")
        if self.max_interests < 1:
            raise ConfigError(f"max_interests is {self.max_interests}", hint="give at least 1")
        if not 0 < self.sharpness < np.inf:
            raise ConfigError(f"sharpness is {self.sharpness}", hint="give a number above 0")
        if not 0 <= self.crowding < np.inf:
            raise ConfigError(f"crowding is {self.crowding}", hint="give 0 or a number above it")
        check_search(self.search)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        assert training.vectors is not None
        self.vectors_, self.crowd_ = training.vectors, self._crowd(training.vectors, 0)

    def _crowd(self, vectors: Floats, first: int) -> Floats:
        """Give the mean cosine of items, from one on, with their nearest."""
        near = nearest(vectors, CROWD, first=first, search=self.search).cosines
        return np.asarray(near.sum(axis=1) / max(near.shape[1], 1), dtype=np.float32)

    def interests(self, histories: Histories, user: int) -> tuple[list[Integers], Floats, Floats]:
        """Give a user's interests, the largest first: their items, centres and shares."""
        assert self.vectors_ is not None
        place = slice(histories.indptr[user], histories.indptr[user + 1])
        items, weights = histories.items[place], histories.weights[place]
        heaviest = np.sort(np.argsort(-weights, kind="stable")[:LONGEST])
        items, weights = items[heaviest], weights[heaviest]
        group = self._grouped(self.vectors_[items])
        n_groups = int(group.max(initial=-1)) + 1
        shares = np.bincount(group, weights=weights, minlength=n_groups)
        sums = np.zeros((n_groups, self.vectors_.shape[1]), dtype=np.float32)
        np.add.at(sums, group, weights[:, None] * self.vectors_[items])
        order = np.argsort(-shares, kind="stable")
        shares = (shares / max(shares.sum(), 1e-12)).astype(np.float32)
        return [items[group == g] for g in order], unit_rows(sums)[order], shares[order]

    def _grouped(self, vectors: Floats) -> Integers:
        """Number the group of each vector, from 0."""
        if len(vectors) < 2:
            return np.zeros(len(vectors), dtype=np.int64)
        tree = linkage(vectors.astype(np.float64), method="ward")
        group = fcluster(tree, self.distance, criterion="distance")
        if group.max() > self.max_interests:
            group = fcluster(tree, self.max_interests, criterion="maxclust")
        return np.asarray(group - 1, dtype=np.int64)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.vectors_ is not None
        assert self.crowd_ is not None
        scores = np.zeros((len(histories), len(self.vectors_)), dtype=np.float32)
        for user in range(len(histories)):
            _, centres, shares = self.interests(histories, user)
            if profiles is not None and profiles[user].any():
                centres = np.concatenate([centres, profiles[user][None]])
                shares = np.append(shares, np.float32(1 / len(centres)))
            if len(centres):
                cosine = centres @ self.vectors_.T
                top = cosine.max(axis=0)
                heat = shares @ np.exp(self.sharpness * (cosine - top))
                near = top + np.log(heat) / self.sharpness
                scores[user] = near - self.crowding * self.crowd_
        return scores

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.vectors_ is not None
        assert self.crowd_ is not None
        known = len(self.vectors_)
        self.vectors_ = np.concatenate([self.vectors_, vectors])
        self.crowd_ = np.concatenate([self.crowd_, self._crowd(self.vectors_, known)])


def grouped(
    vectors: Floats, weights: Floats, *, distance: float, most: int
) -> tuple[list[Integers], Floats, Floats]:
    """Group the items of a history by vector, the largest group first.

    Args:
        vectors: unit rows, shape (items, dim); time and memory grow with the square of the items,
            of which the `LONGEST` of most weight count.
        weights: shape (items,), above 0.
        distance: groups are joined up to this distance of Ward's.
        most: there are no more groups.

    Returns:
        The places of each group's items, in order; its centre, a unit row; its share of weights.
    """
    heaviest = np.sort(np.argsort(-weights, kind="stable")[:LONGEST])
    vectors, weights = vectors[heaviest].astype(np.float32, copy=False), weights[heaviest]
    group = _numbered(vectors, distance, most)
    n_groups = int(group.max(initial=-1)) + 1
    shares = np.bincount(group, weights=weights, minlength=n_groups)
    sums = np.zeros((n_groups, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, group, weights[:, None] * vectors)
    order = np.argsort(-shares, kind="stable")
    shares = (shares / max(shares.sum(), 1e-12)).astype(np.float32)
    return [heaviest[group == g] for g in order], unit_rows(sums)[order], shares[order]


def _numbered(vectors: Floats, distance: float, most: int) -> Integers:
    """Number the group of each vector, from 0."""
    if len(vectors) < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    tree = linkage(vectors.astype(np.float64), method="ward")
    group = fcluster(tree, distance, criterion="distance")
    if group.max() > most:
        group = fcluster(tree, most, criterion="maxclust")
    return np.asarray(group - 1, dtype=np.int64)
