"""Popularity: what most people chose, among all or in the languages or markets of the history."""

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

GROUPS = ("all", "language", "market")


@dataclass
class Popularity(Recommender):
    """Scores an item by how many people chose it; a new item has 0.

    By language, the score is the share of the history that lies in the item's language, times the
    item's share of all choices in that language: a list follows the mix of languages of its user.
    An empty history is taken to have the mix of everybody, which ranks as popularity among all
    does. Languages are tags as they stand: `pt-BR` and `pt-PT` are two. By market, the same with
    the markets that items are sold in. Items without one are a group of their own, and so are those
    that are added after `fit`, as nobody tells their market then.

    Attributes:
        by: `all`, or `language` or `market` for what is popular in those of the history.
    """

    accepts_new_items = True
    is_linear = True
    search_space: ClassVar[SearchSpace] = {"by": OneOf(("all", "language"))}  # few have markets

    by: str = "all"
    counts_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    groups_: Strings | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.by not in GROUPS:
            raise ConfigError(f"by is {self.by!r}", hint=f"give one of {GROUPS}")

    @property
    def reads_history(self) -> bool:  # type: ignore[override]
        """Whether it goes by what the history is of."""
        return self.by != "all"

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        known = {"all": None, "language": training.languages, "market": training.markets}
        groups = known[self.by]
        if self.by != "all" and groups is None:
            raise ConfigError(
                f"popularity by {self.by} needs the items' {self.by}s",
                hint=f"give the catalog a column {self.by}, or set by = 'all'",
            )
        counts = np.bincount(training.histories.items, minlength=training.n_items)
        self.counts_ = counts.astype(np.float32)
        self.groups_ = groups

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.counts_ is not None
        if self.groups_ is None:
            return np.tile(self.counts_, (len(parts), 1))
        names, code = np.unique(self.groups_, return_inverse=True)
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
        if self.groups_ is not None:
            more = languages if self.by == "language" else np.full(len(vectors), "")
            self.groups_ = np.concatenate([self.groups_, more])
