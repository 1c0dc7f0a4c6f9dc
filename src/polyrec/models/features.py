"""What is known of each item beside who chose it: its vector, with its category joined on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.vectors import unit_rows
from polyrec.models.neighbours import Neighbours, nearest

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Strings, Training

MAX_CATEGORIES = 256
"""Only this many categories count, those with most items: each is a column of doubles."""


def frequent_categories(categories: Strings | None) -> list[str]:
    """List the categories that get a column, those with most items first; empty names do not."""
    counts = Counter(name for name in (categories if categories is not None else []) if name)
    return [str(name) for name, _ in counts.most_common(MAX_CATEGORIES)]


def described(
    vectors: Floats, categories: Strings | None, names: list[str], *, weight: float
) -> Floats:
    """Join categories to vectors: two items of one category are nearer by `weight` squared.

    Args:
        vectors: unit rows, shape (items, dim).
        categories: one per item, or None for none.
        names: the categories that have a column.
        weight: what stands in an item's column; 0 leaves the categories out.

    Returns:
        Unit rows, shape (items, dim + names).
    """
    columns = np.zeros((len(vectors), len(names)), dtype=np.float32)
    if categories is not None and weight:
        place = {name: i for i, name in enumerate(names)}
        column = np.array([place.get(str(name), -1) for name in categories], dtype=np.int64)
        rows = np.flatnonzero(column >= 0)
        columns[rows, column[rows]] = weight
    return unit_rows(np.hstack([vectors, columns]))


@dataclass(eq=False)
class Described:
    """Items' features, and what is worked out from them once.

    Attributes:
        features: unit rows, shape (items, columns).
        depth: how many nearest items count.
        search: how they are found, as `nearest` takes it.
    """

    features: Floats
    depth: int
    search: str = "auto"

    @cached_property
    def near(self) -> Neighbours:
        """Each item's nearest items by features."""
        return nearest(self.features, self.depth, search=self.search)

    @cached_property
    def solve(self) -> Floats:
        """(F'F + ridge I)^-1 with a ridge of F'F's mean eigenvalue, shape (columns, columns).

        X F solve F' is the ridge regression of every user's choices on the items' features.
        """
        F = self.features
        gram: Doubles = (F.T @ F).astype(np.float64)
        gram[np.diag_indices_from(gram)] += max(np.trace(gram) / len(gram), 1e-9)
        return np.linalg.inv(gram).astype(np.float32)


class Space:
    """The items' features for each weight of the category, worked out once.

    Args:
        vectors: unit rows, shape (items, dim).
        categories: one per item, or None.
        depth: how many nearest items count.
        search: how they are found, as `nearest` takes it.
    """

    _last: ClassVar[Space | None] = None

    def __init__(
        self, vectors: Floats, categories: Strings | None, depth: int, *, search: str = "auto"
    ) -> None:
        self.vectors, self.categories, self.depth = vectors, categories, depth
        self.search = search
        self.columns = frequent_categories(categories)
        self._at: dict[float, Described] = {}

    @classmethod
    def of(cls, training: Training, depth: int, *, search: str = "auto") -> Space:
        """Give the space of training data; the last one is kept, as models are often compared."""
        assert training.vectors is not None
        new = cls(training.vectors, training.categories, depth, search=search)
        if cls._last is None or not cls._last.same(new):
            cls._last = new
        return cls._last

    def same(self, other: Space) -> bool:
        """Whether both describe the same items in the same way."""
        mine, theirs = self.categories, other.categories
        if self.vectors is not other.vectors or self.depth != other.depth:
            return False
        if self.search != other.search:
            return False
        return mine is theirs if mine is None or theirs is None else np.array_equal(mine, theirs)

    def at(self, weight: float) -> Described:
        """Give the items as they are described with a weight of the category."""
        if weight not in self._at:
            features = described(self.vectors, self.categories, self.columns, weight=weight)
            self._at[weight] = Described(features, self.depth, self.search)
        return self._at[weight]
