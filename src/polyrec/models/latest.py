"""Latest: the newest items first, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Strings, Training


@dataclass
class Latest(Recommender):
    """Scores an item by when somebody first chose it: 1 for the newest, towards 0 for the oldest.

    The score is the place of an item's first time among all first times, oldest first, divided by
    how many there are; equal times share a place. An item that nobody chose has no time and scores
    0, one that is added after `fit` too. Cost is that of sorting. Use it as a control where items
    age fast, such as news: a model that does not beat it has learned nothing of taste.
    """

    needs_times = True
    accepts_new_items = True
    is_linear = True
    reads_history = False

    recency_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        histories = training.histories
        assert histories.times is not None
        first = np.full(training.n_items, np.inf)
        np.minimum.at(first, histories.items, histories.times)
        chosen = histories.chosen
        times, place = np.unique(first[chosen], return_inverse=True)
        self.recency_ = np.zeros(training.n_items, dtype=np.float32)
        self.recency_[chosen] = (place + 1) / len(times)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.recency_ is not None
        return np.tile(self.recency_, (len(histories), 1))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.recency_ is not None
        self.recency_ = np.concatenate([self.recency_, np.zeros(len(vectors), np.float32)])
