"""The ranker's contract: a longer ranking in, a better one out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM, Rankings, Strings

if TYPE_CHECKING:
    from polyrec.core.types import Integers, LanguageMode


@dataclass(frozen=True, eq=False)
class Context:
    """What a ranker may know about the request.

    Attributes:
        k: how many places the answer has.
        item_languages: the language each item would be shown in, shape (items,).
        languages: wished languages; empty for any.
        language_mode: what the wish means.
    """

    k: int
    item_languages: Strings
    languages: tuple[str, ...] = ()
    language_mode: LanguageMode = "any"


class Ranker(ABC):
    """Reorders rankings; a new one writes `depth` and `_order`."""

    @abstractmethod
    def depth(self, context: Context) -> int:
        """How many candidates it wants to see for `context.k` places."""

    def rerank(self, rankings: Rankings, context: Context) -> Rankings:
        """Give the first `context.k` places of the new order; scores stay with their items."""
        order = self._order(rankings, context)
        order = np.where(rankings.items == NO_ITEM, np.inf, order)
        by_place = np.argsort(order, axis=1, kind="stable")
        items: Integers = np.take_along_axis(rankings.items, by_place, axis=1)
        scores = np.take_along_axis(rankings.scores, by_place, axis=1)
        return Rankings(items, scores).first(context.k)

    @abstractmethod
    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        """Give a key for each place, shape (users, places): lower stands higher."""
