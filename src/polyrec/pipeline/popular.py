"""What is popular: among everybody, or first of all among those who read the wished languages."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.language import matches
from polyrec.core.types import Rankings, best_items

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Doubles, Floats, Histories, Integers, Strings

EVERYBODY = 8.0
"""From 2 to 8 do equally well on stars (`benchmarks/people.py popular`); 32 leave half of it."""


class Popular:
    """Ranks items by how many users chose them.

    A user reads the language in which most of their history is. For wished languages an item counts
    the share of their readers who chose it, shrunk towards that of everybody: where a language has
    few readers or none, what is popular among all takes over.

    Args:
        histories: what users chose.
        languages: of each item, shape (items,).
        everybody: so many readers' worth of everybody's taste is mixed in.
    """

    def __init__(
        self, histories: Histories, languages: Strings, *, everybody: float = EVERYBODY
    ) -> None:
        self._histories = histories
        self._languages = languages
        self._everybody = everybody
        self._among = lru_cache(maxsize=64)(self._readers_shares)

    def ranking(
        self,
        wished: tuple[str, ...],
        depth: int,
        *,
        allowed: Booleans,
        chosen: Integers,
        seed: int,
    ) -> Rankings:
        """Rank what may be shown, for one user.

        Args:
            wished: languages whose readers count most; empty for everybody alike.
            depth: how many places.
            allowed: which items may be shown, shape (items,).
            chosen: items that are left out, as the user has them.
            seed: orders items that are equally popular.

        Returns:
            One ranking. Scores say how many users chose an item, whatever language they read.
        """
        counts = self.counts
        scores = (self._among(wished) if wished else counts).astype(np.float32)
        scores = np.where(allowed, scores, np.float32(-np.inf))[None, :]
        scores[0, chosen] = -np.inf
        found = best_items(scores, depth, seed=seed)
        shown = np.where(np.isfinite(found.scores), counts[found.items], found.scores)
        return Rankings(found.items, shown.astype(np.float32))

    @cached_property
    def counts(self) -> Floats:
        """How many users chose each item, shape (items,)."""
        histories = self._histories
        return np.bincount(histories.items, minlength=histories.n_items).astype(np.float32)

    def _readers_shares(self, wished: tuple[str, ...]) -> Doubles:
        """Give the share of the wished languages' readers who chose each item, shrunk."""
        tags, language = self.read
        reads = np.array([any(matches(wish, tag) for wish in wished) for tag in tags])
        readers = np.flatnonzero((language >= 0) & reads[language])
        own = self._histories.rows(readers)
        theirs = np.bincount(own.items, minlength=own.n_items)
        shares = self.counts / max(len(self._histories), 1)
        return np.asarray((theirs + self._everybody * shares) / (len(readers) + self._everybody))

    @cached_property
    def read(self) -> tuple[list[str], Integers]:
        """The languages, and by number which one each user reads, -1 without a history."""
        tags, of_item = np.unique(self._languages, return_inverse=True)
        histories = self._histories
        user = np.repeat(np.arange(len(histories)), histories.lengths)
        ones = np.ones(len(user))
        table = (ones, (user, of_item[histories.items]))
        mix = sp.csr_array(table, shape=(len(histories), len(tags)))
        return tags.tolist(), np.where(histories.lengths > 0, mix.argmax(axis=1).ravel(), -1)
