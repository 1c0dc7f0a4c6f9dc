"""Which places of a ranking hold a relevant item: what every accuracy measure starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import NO_ITEM, Booleans, Integers

if TYPE_CHECKING:
    from polyrec.core.types import Histories, Rankings


@dataclass(frozen=True, eq=False)
class Hits:
    """Rankings held against what is relevant.

    Attributes:
        hit: whether each place holds a relevant item, shape (users, k).
        filled: whether each place holds an item at all, shape (users, k).
        n_relevant: how many items are relevant, shape (users,).
    """

    hit: Booleans
    filled: Booleans
    n_relevant: Integers

    @classmethod
    def of(cls, rankings: Rankings, relevant: Histories) -> Hits:
        """Compare rankings with the relevant items of the same users, in the same order.

        Raises:
            DataError: the two are not of equally many users.
        """
        if len(rankings) != len(relevant):
            raise DataError(f"{len(rankings)} rankings but relevant items of {len(relevant)} users")
        # an item added since must not be taken for the next user's
        width = np.int64(max(relevant.n_items, rankings.items.max(initial=0) + 1))
        users = relevant.users
        wanted = users * width + relevant.items
        places = np.arange(len(rankings))[:, None] * width + rankings.items
        filled = rankings.items != NO_ITEM
        return cls(np.isin(places, wanted) & filled, filled, relevant.lengths)

    def first(self, k: int) -> Hits:
        """Keep the first k places."""
        return Hits(self.hit[:, :k], self.filled[:, :k], self.n_relevant)
