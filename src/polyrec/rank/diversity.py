"""Keeps lists from saying the same thing again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM
from polyrec.rank.language_mix import check_greedy
from polyrec.rank.ranker import Context, Ranker, worth

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Integers, Rankings


@dataclass
class Diversity(Ranker):
    """Fills a list with items that are good and unlike those above them: MMR.

    Place by place it takes the item with the highest (1 - strength) worth - strength cos, where
    worth is the discount of the item's own place and cos the cosine with the nearest item above.
    Without vectors nothing changes. Source: Carbonell and Goldstein 1998, "The use of MMR,
    diversity-based reranking for reordering documents and producing summaries".

    Attributes:
        strength: 0 changes nothing, 1 looks at nothing but how unlike items are.
        candidates: so many times k candidates are looked at.
    """

    strength: float = 0.2
    candidates: int = 5

    def __post_init__(self) -> None:
        check_greedy(self.strength, self.candidates)

    def depth(self, context: Context) -> int:
        """Give `candidates` times k, where there are vectors."""
        return context.k if context.vectors is None else context.k * self.candidates

    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        order = np.tile(np.arange(rankings.k, dtype=np.float64), (len(rankings), 1))
        if context.vectors is None:
            return order
        for user in range(len(rankings)):
            filled = np.flatnonzero(rankings.items[user] != NO_ITEM)
            vectors, above = (
                context.vectors[items].astype(np.float32, copy=False)
                for items in (rankings.items[user][filled], context.above_of(user))
            )
            taken = self._filled(vectors, above, context.k)
            rest = np.setdiff1d(np.arange(len(filled)), taken)
            order[user, filled[np.concatenate([taken, rest])]] = np.arange(len(filled))
        return order

    def _filled(self, vectors: Floats, above: Floats, k: int) -> Integers:
        """Choose places one after the other, best candidate first."""
        value: Doubles = (1 - self.strength) * worth(len(vectors))
        near = (vectors @ above.T).max(axis=1, initial=-1.0).astype(np.float64)
        taken: list[int] = []
        for _ in range(min(k, len(vectors))):
            gain = value - self.strength * near
            gain[taken] = -np.inf
            best = int(gain.argmax())
            taken.append(best)
            near = np.maximum(near, vectors @ vectors[best])
        return np.array(taken, dtype=np.int64)
