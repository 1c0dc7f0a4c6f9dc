"""The highest products of one user with very many items, without a look at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM, Rankings

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Integers

MOST_BYTES = 2**29
"""Two million items with 64 factors each."""

FIRST = 4096
"""So many items are looked at first, then twice as many, and so on."""

SLACK = 1.0001
"""Products are rounded: so many times as high as its bound a product may be at most."""


@dataclass(frozen=True, eq=False)
class LongestFirst:
    """Items by the length of their factors.

    No product is above the product of both lengths. So where the best found so far are above that
    for the items that are left, these need no look. Factors of items that few chose are short.
    Source: Teflioudi and Gemulla 2016, "Exact and approximate maximum inner product search with
    LEMP".

    Attributes:
        given: the factors as they were given, shape (items, factors).
        items: the same, longest first.
        lengths: their lengths, shape (items,).
        order: which item each is.
    """

    given: Floats
    items: Floats
    lengths: Floats
    order: Integers

    @classmethod
    def of(cls, items: Floats) -> LongestFirst | None:
        """Sort items, which takes as much memory as they do; None where that is too much."""
        if items.nbytes > MOST_BYTES:
            return None
        lengths = np.linalg.norm(items, axis=1)
        order = np.argsort(-lengths, kind="stable")
        return cls(items, items[order], lengths[order], order)

    def best(self, user: Floats, k: int, *, barred: Booleans, tie_break: Integers) -> Rankings:
        """Rank the k items of highest product with a user.

        Args:
            user: factors, shape (factors,).
            k: length of the list.
            barred: which items may not stand in it, shape (items,).
            tie_break: of equal scores those come first whose number here is higher, shape (items,).
        """
        n_items = len(self.items)
        bound = self.lengths * (SLACK * np.linalg.norm(user))
        found: Floats = np.empty(0, dtype=np.float32)
        least, until = np.float32(-np.inf), 0
        while until < n_items and not bound[until] < least:
            part = slice(until, min(max(FIRST, 2 * until), n_items))
            scores = self.items[part] @ user
            scores[barred[self.order[part]]] = -np.inf
            found, until = np.concatenate([found, scores]), part.stop
            if 0 < k <= len(found):
                least = np.partition(found, -k)[-k]
        places = np.flatnonzero((found >= least) & (found > -np.inf))
        items, scores = self.order[places], found[places]
        first = np.lexsort((-tie_break[items], -scores))[:k]
        ranked = np.full((1, k), NO_ITEM, dtype=np.int64)
        best = np.full((1, k), -np.inf, dtype=np.float32)
        ranked[0, : len(first)], best[0, : len(first)] = items[first], scores[first]
        return Rankings(ranked, best)
