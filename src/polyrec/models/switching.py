"""Switching: one recommender for short histories, another for long ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.several import Several

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Floats, Histories


@dataclass
class Switching(Several):
    """Asks the first recommender where the history is shorter than `bound`, else the second.

    Who has no history but gives a text is answered by the first of the two that reads texts. New
    items are accepted if both accept them, and scores are sums if both have sums. Nothing is
    learned; `polyrec tune` finds a bound.
    Source: Burke 2002, "Hybrid recommender systems: survey and experiments".

    Attributes:
        recommenders: two: for short histories, and for long ones.
        bound: items from which on a history is long.
    """

    search_space: ClassVar[SearchSpace] = {"bound": Between(1, 100, log=True, whole=True)}

    bound: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.recommenders) > 2:
            n = len(self.recommenders)
            raise ConfigError(f"recommenders are {n}", hint="name two: for short, for long ones")
        if self.bound < 1:
            raise ConfigError(f"bound is {self.bound}", hint="give at least 1")

    @property
    def accepts_new_items(self) -> bool:  # type: ignore[override]
        """Whether both score new items."""
        return all(each.accepts_new_items for each in self.recommenders)

    @property
    def is_linear(self) -> bool:  # type: ignore[override]
        """Whether both are."""
        return all(each.is_linear for each in self.recommenders)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        long = self._long(histories, profiles)
        scores: Floats = np.empty((len(histories), histories.n_items), dtype=np.float32)
        for recommender, asked in zip(self.recommenders, (~long, long), strict=True):
            users = np.flatnonzero(asked)
            if len(users):
                said = None if profiles is None else profiles[users]
                scores[users] = recommender.score(histories.rows(users), profiles=said)
        return scores

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        said = None if profiles is None else profiles[:1]
        asked = self.recommenders[int(self._long(whole, said)[0])]
        return asked.score_parts(parts, whole, profiles=profiles)

    def _long(self, histories: Histories, profiles: Floats | None) -> Booleans:
        """Say who is answered by the second recommender, shape (users,)."""
        long = histories.lengths >= self.bound
        short_reads, long_reads = (each.needs_vectors for each in self.recommenders)
        if profiles is not None and long_reads and not short_reads:
            long |= (histories.lengths == 0) & profiles.any(axis=1)
        return np.asarray(long)
