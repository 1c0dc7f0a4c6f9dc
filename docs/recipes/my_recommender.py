"""Category popularity: what most people chose in the categories that a history dwells in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Strings, Training


@dataclass
class CategoryPopularity(Recommender):
    """Scores an item by its popularity times the share of the history in its category.

    Attributes:
        smoothing: users that an item is taken to have beside its own; a new item has just these.
    """

    needs_categories = True
    accepts_new_items = True

    smoothing: float = 1.0
    categories_: Strings | None = field(default=None, init=False, repr=False, compare=False)
    counts_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.smoothing > 0:
            raise ConfigError(f"smoothing is {self.smoothing}", hint="give a number above 0")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        counts = np.bincount(training.histories.items, minlength=training.n_items)
        self.counts_ = counts.astype(np.float32)
        self.categories_ = training.categories

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.counts_ is not None
        assert self.categories_ is not None
        names, code = np.unique(self.categories_, return_inverse=True)
        member = np.eye(len(names), dtype=np.float32)[code]  # items x categories
        member[self.categories_ == ""] = 0
        taste = histories.matrix() @ member
        taste /= np.maximum(taste.sum(axis=1, keepdims=True), 1e-12)
        return np.asarray((taste @ member.T) * (self.counts_ + self.smoothing))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del vectors, languages
        assert self.counts_ is not None
        assert self.categories_ is not None
        self.categories_ = np.concatenate([self.categories_, categories])
        self.counts_ = np.concatenate([self.counts_, np.zeros(len(categories), np.float32)])
