"""Versions of one work, from pairs of texts to works: one version per language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.works.pairs import Pairs, mutual_pairs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Doubles, Floats, Integers, Strings

MIN_CONFIDENCE = 0.85


@dataclass(frozen=True, eq=False)
class Works:
    """Which work each of some items is a version of.

    Attributes:
        works: the first item of each item's work, shape (items,); itself if it is the first.
        confidence: of the surest link that each item has to its work, shape (items,); NaN for an
            item that is alone.
    """

    works: Integers
    confidence: Doubles

    @property
    def groups(self) -> list[Integers]:
        """The items of each work that has several, the surest work first."""
        order = np.argsort(self.works, kind="stable")
        starts = np.flatnonzero(np.diff(self.works[order], prepend=-1))
        found = [group for group in np.split(order, starts[1:]) if len(group) > 1]
        return sorted(found, key=lambda group: -float(self.confidence[group].min()))


def find_works(
    texts: Sequence[str],
    languages: Strings,
    vectors: Floats,
    *,
    identifiers: Sequence[Sequence[object]] = (),
    min_confidence: float = MIN_CONFIDENCE,
    across: bool = True,
    search: str = "auto",
) -> Works:
    """Find which items are versions of one work.

    Pairs that name each other best are joined, the surest first, unless both sides hold a version
    in the same language already, or identifiers that differ.

    Args:
        texts: the items' texts.
        languages: their tags, shape (items,).
        vectors: unit rows of a space without language bias, shape (items, dim).
        identifiers: columns of the items, such as ISBNs: equal values are one work, whatever the
            texts say; different ones are not. None and the empty text say nothing.
        min_confidence: pairs below it are not joined.
        across: a work has at most one version per language; else versions may be of one language.
        search: how near items are found: `exact`, `graph` or `auto`.

    Raises:
        ConfigError: `min_confidence` is no share.
    """
    if not 0 <= min_confidence <= 1:
        raise ConfigError(f"min_confidence is {min_confidence}", hint="give 0 to 1")
    groups = _Groups(languages, identifiers, across=across)
    for column in identifiers:
        groups.join_equal(column)
    pairs = mutual_pairs(texts, languages, vectors, across=across, search=search)
    groups.join_all(pairs.where(pairs.confidence >= min_confidence))
    works = np.array([groups.first(item) for item in range(len(texts))], dtype=np.int64)
    return Works(works, groups.confidence)


class _Groups:
    """Items that are joined, with what each group holds (a forest: the root is its first item)."""

    def __init__(
        self, languages: Strings, identifiers: Sequence[Sequence[object]], *, across: bool
    ) -> None:
        n_items = len(languages)
        self.parent = list(range(n_items))
        self.confidence: Doubles = np.full(n_items, np.nan)
        self.languages = [{tag} if across else set() for tag in languages.tolist()]
        self.named = [
            [set() if value is None or value == "" else {str(value)} for value in column]
            for column in identifiers
        ]

    def first(self, item: int) -> int:
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def join_equal(self, column: Sequence[object]) -> None:
        """Join the items that have the same value; languages do not matter."""
        holder: dict[str, int] = {}
        for item, value in enumerate(column):
            if value is None or value == "":
                continue
            other = holder.setdefault(str(value), item)
            if other != item:
                self._join(other, item, 1.0)

    def join_all(self, pairs: Pairs) -> None:
        """Join pairs, the surest first; equally sure ones in the items' order."""
        order = np.lexsort((pairs.other, pairs.one, -pairs.confidence))
        ordered = pairs.where(order)
        for one, other, confidence in zip(
            ordered.one.tolist(), ordered.other.tolist(), ordered.confidence.tolist(), strict=True
        ):
            if self._may_join(self.first(one), self.first(other)):
                self._join(one, other, confidence)

    def _may_join(self, one: int, other: int) -> bool:
        if one == other:
            return True
        if self.languages[one] & self.languages[other]:
            return False
        return not any(
            column[one] and column[other] and column[one].isdisjoint(column[other])
            for column in self.named
        )

    def _join(self, one: int, other: int, confidence: float) -> None:
        for item in (one, other):
            self.confidence[item] = np.fmax(self.confidence[item], confidence)
        first, second = sorted((self.first(one), self.first(other)))
        if first != second:
            self.parent[second] = first
            self.languages[first] |= self.languages[second]
            for column in self.named:
                column[first] |= column[second]
