"""Reciprocal rank fusion: what stands high in the lists of several recommenders stands highest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.scales import reciprocal_ranks, summed
from polyrec.models.several import Several

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories


@dataclass
class ReciprocalRankFusion(Several):
    """Scores an item by the sum over the recommenders of 1 / (`constant` + its place).

    Places alone count, so no recommender's scale matters, and there is nothing to learn. What a
    score of 0 has by its place is taken from each term. That changes no order, and 0 still means
    that nothing speaks for or against an item. Equal scores share the mean of their places.
    Source: Cormack et al. 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank
    learning methods".

    Attributes:
        recommenders: at least two.
        constant: the higher, the less the first places stand out.
    """

    search_space: ClassVar[SearchSpace] = {"constant": Between(1.0, 500.0, log=True)}

    constant: float = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.constant < np.inf:
            raise ConfigError(f"constant is {self.constant}", hint="give 0 or more")

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        said = self._said(histories, profiles)
        scale = partial(reciprocal_ranks, constant=self.constant)
        return summed(said, [1.0] * len(said), histories, scale)
