"""The ranker's contract: a longer ranking in, a better one out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import NO_ITEM, Rankings, Strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Booleans, Doubles, Floats, Histories, Integers, LanguageMode


@dataclass(frozen=True, eq=False)
class Context:
    """What a ranker may know about the request; what is None is not known.

    Attributes:
        k: how many places the answer has.
        item_languages: the language each item would be shown in, shape (items,).
        languages: wished languages; empty for any.
        language_mode: what the wish means.
        histories: what each user chose, in the rankings' order.
        works: which work each item is a version of, shape (items,).
        vectors: one unit row per item, shape (items, dim).
        allowed: which items may be shown, shape (items,).
        above: items that stand above the ranking already, shape (users, places).
        text_of: gives the text in which an item would be shown.
        wish: what the one user says to want, in their own words.
        notes: takes what a ranker has to say of its answer, in words.
    """

    k: int
    item_languages: Strings
    languages: tuple[str, ...] = ()
    language_mode: LanguageMode = "any"
    histories: Histories | None = None
    works: Integers | None = None
    vectors: Floats | None = None
    allowed: Booleans | None = None
    above: Integers | None = None
    text_of: Callable[[int], str] | None = None
    wish: str = ""
    notes: list[str] = field(default_factory=list)

    def above_of(self, user: int) -> Integers:
        """Give the items that stand above a user's ranking."""
        if self.above is None:
            return np.empty(0, dtype=np.int64)
        items = self.above[user]
        return np.asarray(items[items != NO_ITEM], dtype=np.int64)


class Ranker(ABC):
    """Reorders rankings; a new one writes `depth`, and `_order` or `_rerank`."""

    @property
    def may_replace(self) -> bool:
        """Whether items may be left out, or give their place to others that may be shown."""
        return False

    @property
    def waits(self) -> bool:
        """Whether it waits for an engine, rather than computing alone."""
        return False

    @abstractmethod
    def depth(self, context: Context) -> int:
        """How many candidates it wants to see for `context.k` places."""

    def rerank(self, rankings: Rankings, context: Context) -> Rankings:
        """Give the first `context.k` places of the new order.

        Scores stay with their items; where items are replaced, with their places.

        Raises:
            DataError: the context has histories, or items above, of other users.
        """
        for column in (context.histories, context.above):
            if column is not None and len(column) != len(rankings):
                raise DataError(f"{len(rankings)} rankings, but a context of {len(column)} users")
        return self._rerank(rankings, context).first(context.k)

    def _rerank(self, rankings: Rankings, context: Context) -> Rankings:
        order = self._order(rankings, context)
        order = np.where(rankings.items == NO_ITEM, np.inf, order)
        by_place = np.argsort(order, axis=1, kind="stable")
        items: Integers = np.take_along_axis(rankings.items, by_place, axis=1)
        scores = np.take_along_axis(rankings.scores, by_place, axis=1)
        return Rankings(items, scores)

    def _order(self, rankings: Rankings, context: Context) -> np.ndarray:
        """Give a key for each place, shape (users, places): lower stands higher."""
        raise NotImplementedError


def worth(n_places: int) -> Doubles:
    """Say what a place is worth, 1 / log2(1 + place): the discount of nDCG, whatever the scores."""
    return 1 / np.log2(np.arange(2, n_places + 2))
