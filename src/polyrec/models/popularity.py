"""Popularity: the items that most people chose, among all or in the languages of the history."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import OneOf
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Strings, Training

GROUPS = ("all", "language")


@dataclass
class Popularity(Recommender):
    """Scores an item by how many people chose it; a new item has 0.

    By language, the score is the share of the history that lies in the item's language, times the
    item's share of all choices in that language: a list follows the mix of languages of its user.
    An empty history is taken to have the mix of everybody, which ranks as popularity among all
    does. Languages are tags as they stand: `pt-BR` and `pt-PT` are two, so markets that have tags
    of their own are told apart.

    Attributes:
        by: `all`, or `language` for what is popular in the languages of the history.
    """

    accepts_new_items = True
    is_linear = True
    search_space: ClassVar[SearchSpace] = {"by": OneOf(GROUPS)}

    by: str = "all"
    counts_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    languages_: Strings | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.by not in GROUPS:
            raise ConfigError(f"by is {self.by!r}", hint=f"give one of {GROUPS}")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        if self.by == "language" and training.languages is None:
            raise ConfigError(
                "popularity by language needs the items' languages",
                hint="give them, or set by = 'all'",
            )
        counts = np.bincount(training.histories.items, minlength=training.n_items)
        self.counts_ = counts.astype(np.float32)
        self.languages_ = training.languages if self.by == "language" else None

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.counts_ is not None
        if self.languages_ is None:
            return np.tile(self.counts_, (len(parts), 1))
        names, code = np.unique(self.languages_, return_inverse=True)
        chosen = np.bincount(code, weights=self.counts_, minlength=len(names))
        table = (np.ones(len(code), np.float32), (np.arange(len(code)), code))
        member = sp.csr_array(table, shape=(len(code), len(names)))
        mix = (parts.matrix() @ member).toarray()
        nothing = whole.lengths == 0
        mix = np.where(nothing[:, None], chosen, mix)
        mix /= np.where(nothing, chosen.sum(), whole.matrix().sum(axis=1))[:, None]
        return np.asarray(mix[:, code] * (self.counts_ / np.maximum(chosen, 1)[code]))

    def _extend(self, vectors: Floats, languages: Strings, categories: Strings) -> None:
        del categories
        assert self.counts_ is not None
        self.counts_ = np.concatenate([self.counts_, np.zeros(len(vectors), np.float32)])
        if self.languages_ is not None:
            self.languages_ = np.concatenate([self.languages_, languages])
