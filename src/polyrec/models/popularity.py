"""Popularity: the items that most people chose, the same for everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Strings, Training


@dataclass
class Popularity(Recommender):
    """Scores an item by how many people chose it; a new item has 0."""

    accepts_new_items = True

    counts_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        counts = np.bincount(training.histories.items, minlength=training.n_items)
        self.counts_ = counts.astype(np.float32)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.counts_ is not None
        return np.tile(self.counts_, (len(histories), 1))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del languages, categories
        assert self.counts_ is not None
        self.counts_ = np.concatenate([self.counts_, np.zeros(len(vectors), np.float32)])
