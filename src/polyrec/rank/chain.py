"""Several rankers, one after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError
from polyrec.rank.ranker import Context, Ranker

if TYPE_CHECKING:
    from polyrec.core.types import Rankings


@dataclass
class Chain(Ranker):
    """Hands a ranking from one ranker to the next; the last has the last word on the order.

    Each gets as many candidates as it wants for what the next one wants.

    Attributes:
        rankers: in the order in which they work.
    """

    rankers: list[Ranker]

    def __post_init__(self) -> None:
        if not self.rankers:
            raise ConfigError("rankers is []", hint="give at least one ranker")

    @property
    def may_replace(self) -> bool:
        """Whether any of them may."""
        return any(ranker.may_replace for ranker in self.rankers)

    @property
    def waits(self) -> bool:
        """Whether any of them does."""
        return any(ranker.waits for ranker in self.rankers)

    def depth(self, context: Context) -> int:
        """What the first one wants for what the second wants, and so on."""
        return self._places(context)[0]

    def _rerank(self, rankings: Rankings, context: Context) -> Rankings:
        for ranker, k in zip(self.rankers, self._places(context)[1:], strict=True):
            rankings = ranker.rerank(rankings, replace(context, k=k))
        return rankings

    def _places(self, context: Context) -> list[int]:
        """Give the depth of each, and last the places of the answer."""
        places = [context.k]
        for ranker in reversed(self.rankers):
            places.insert(0, ranker.depth(replace(context, k=places[0])))
        return places
