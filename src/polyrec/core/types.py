"""The values that pass between layers: ids, histories, training data, rankings, and the door's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from polyrec.core.errors import DataError, UnknownIdError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Strings = NDArray[np.str_]

NO_ITEM = -1
"""Fills a ranking that has fewer items than it has places."""

LanguageMode = Literal["any", "prefer", "only"]
Mode = Literal["personal", "fold-in", "text", "popular"]


@dataclass(frozen=True)
class IdMap:
    """External ids (strings) and the integers that stand for them inside, in order of `names`."""

    names: tuple[str, ...]
    _index: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {name: i for i, name in enumerate(self.names)}
        if len(index) != len(self.names):
            twice = next(n for i, n in enumerate(self.names) if index[n] != i)
            raise DataError(f"the id {twice!r} stands twice", hint="keep one row per id")
        object.__setattr__(self, "_index", index)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def index(self, name: str, *, kind: str = "item") -> int:
        """Give the integer of an id.

        Raises:
            UnknownIdError: the id is not here.
        """
        try:
            return self._index[name]
        except KeyError:
            known = self.names if kind == "item" else ()
            raise UnknownIdError(kind, name, known=known) from None

    def indices(self, names: Iterable[str], *, kind: str = "item") -> Integers:
        """Give the integers of several ids, in order; raises as `index` does."""
        return np.array([self.index(name, kind=kind) for name in names], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Histories:
    """What each of some users chose: items, weights and times, ragged.

    User u's events are `items[indptr[u]:indptr[u + 1]]`, each item once.

    Attributes:
        indptr: shape (users + 1,).
        items: item integers, shape (events,).
        weights: shape (events,), above 0.
        n_items: how many items there are to choose from.
        times: seconds since 1970, shape (events,), or None where unknown.
    """

    indptr: Integers
    items: Integers
    weights: Floats
    n_items: int
    times: Doubles | None = None

    def __post_init__(self) -> None:
        if len(self.items) and not 0 <= self.items.min() <= self.items.max() < self.n_items:
            raise DataError(f"an item lies outside 0..{self.n_items - 1}")

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int]], *, n_items: int) -> Histories:
        """Build histories of weight 1 from one list of items per user; repeats are dropped."""
        unique = [np.unique(np.asarray(items, dtype=np.int64)) for items in lists]
        indptr = np.concatenate([[0], np.cumsum([len(items) for items in unique])])
        items = np.concatenate([*unique, np.empty(0, dtype=np.int64)])
        return cls(indptr.astype(np.int64), items, np.ones(len(items), np.float32), n_items)

    @classmethod
    def from_matrix(cls, matrix: sp.csr_array) -> Histories:
        """Build histories from weights, shape (users, items); entries that are 0 are dropped."""
        rows = sp.csr_array(matrix, copy=True)
        rows.eliminate_zeros()
        rows.sort_indices()
        items, indptr = rows.indices.astype(np.int64), rows.indptr.astype(np.int64)
        return cls(indptr, items, rows.data.astype(np.float32), rows.shape[1])

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def lengths(self) -> Integers:
        """How many items each user chose, shape (users,)."""
        return np.diff(self.indptr)

    @property
    def users(self) -> Integers:
        """Which user each event is of, shape (events,)."""
        if len(self) == 1:
            return np.zeros(len(self.items), dtype=np.int64)
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def chosen(self) -> Booleans:
        """Which items anybody chose, shape (items,)."""
        return np.bincount(self.items, minlength=self.n_items) > 0

    def items_of(self, user: int) -> Integers:
        """Give one user's items."""
        return self.items[self.indptr[user] : self.indptr[user + 1]]

    def matrix(self) -> sp.csr_array:
        """Give the weights as a CSR matrix of float32, shape (users, items)."""
        shape = (len(self), self.n_items)
        return sp.csr_array((self.weights, self.items, self.indptr), shape=shape)

    def rows(self, users: Integers | slice) -> Histories:
        """Give the histories of some users, in that order; a slice of them is a view."""
        if isinstance(users, slice) and users.step in (None, 1):
            start, stop, _ = users.indices(len(self))
            indptr = self.indptr[start : max(start, stop) + 1]
            place = slice(indptr[0], indptr[-1])
            times = None if self.times is None else self.times[place]
            items, weights = self.items[place], self.weights[place]
            return Histories(indptr - indptr[0], items, weights, self.n_items, times)
        chosen = np.arange(len(self))[users]
        lengths = self.lengths[chosen]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        offset = np.repeat(self.indptr[chosen] - indptr[:-1], lengths)
        where = np.arange(indptr[-1]) + offset
        times = None if self.times is None else self.times[where]
        return Histories(indptr, self.items[where], self.weights[where], self.n_items, times)

    def batches(self, size: int = 1024) -> Iterator[tuple[int, Histories]]:
        """Give the users in blocks of `size`, each with the number of its first user."""
        for start in range(0, len(self), size):
            yield start, self.rows(slice(start, start + size))


@dataclass(frozen=True, eq=False)
class Training:
    """What a recommender may learn from.

    Attributes:
        histories: what the users of the training data chose.
        vectors: one unit row per item, shape (items, dim), or None.
        languages: one tag per item, shape (items,), or None.
        categories: one name per item (empty: none), shape (items,), or None.
        profiles: vectors of what users say of themselves, in the items' space, zero for none, shape
            (users, dim), or None.
        new: which items have only just come, so that it says nothing that nobody chose them, shape
            (items,); None where that is not known.
        markets: the market that each item is sold in (empty: none), shape (items,), or None.
    """

    histories: Histories
    vectors: Floats | None = None
    languages: Strings | None = None
    categories: Strings | None = None
    profiles: Floats | None = None
    new: Booleans | None = None
    markets: Strings | None = None

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return self.histories.n_items


@dataclass(frozen=True, eq=False)
class Rankings:
    """The best items for each of some users, best first.

    Attributes:
        items: shape (users, k), `NO_ITEM` where there are fewer than k.
        scores: shape (users, k), -inf where there is no item.
    """

    items: Integers
    scores: Floats

    def __post_init__(self) -> None:
        if self.items.shape != self.scores.shape or self.items.ndim != 2:
            raise DataError(f"items {self.items.shape} and scores {self.scores.shape} differ")

    def __len__(self) -> int:
        return len(self.items)

    @property
    def k(self) -> int:
        """The length of the lists."""
        return int(self.items.shape[1])

    @classmethod
    def stacked(cls, blocks: Sequence[Rankings], k: int) -> Rankings:
        """Put the rankings of several blocks of users under each other, k places wide."""
        items = [np.empty((0, k), dtype=np.int64), *(block.items for block in blocks)]
        scores = [np.empty((0, k), dtype=np.float32), *(block.scores for block in blocks)]
        return cls(np.concatenate(items), np.concatenate(scores))

    def first(self, k: int) -> Rankings:
        """Give the first k places."""
        return Rankings(self.items[:, :k], self.scores[:, :k])

    def after(self, k: int) -> Rankings:
        """Give the places behind the first k."""
        return Rankings(self.items[:, k:], self.scores[:, k:])


def best_items(scores: Floats, k: int, *, seed: int = 0) -> Rankings:
    """Rank the k best items of each row; equal scores stand in an order drawn by the seed.

    Args:
        scores: shape (users, items); -inf (or NaN) leaves an item out.
        k: places; more than there are items gives `NO_ITEM`.
        seed: draws the order of equal scores, so that no item gains by where it stands in a file.
    """
    n_users, n_items = scores.shape
    found = np.full((n_users, k), NO_ITEM, dtype=np.int64)
    best = np.full((n_users, k), -np.inf, dtype=np.float32)
    depth = min(k, n_items)
    if depth and n_users:
        clean: Floats = np.fmax(scores, np.float32(-np.inf))  # NaN becomes -inf
        tie_break = drawn_order(n_items, seed)
        top, user = _best_of(clean, depth, tie_break), np.arange(n_users)[:, None]
        value = clean[user, top]
        order = np.lexsort((-tie_break[top], -value), axis=1)
        found[:, :depth], best[:, :depth] = top[user, order], value[user, order]
    absent = ~(best > -np.inf)
    found[absent], best[absent] = NO_ITEM, -np.inf
    return Rankings(found, best)


@lru_cache(maxsize=8)
def drawn_order(n_items: int, seed: int) -> Integers:
    """Draw what decides among equal scores, shape (items,): the higher number comes first."""
    drawn = np.random.default_rng(seed).permutation(n_items)
    drawn.flags.writeable = False
    return drawn


def _best_of(scores: Floats, depth: int, tie_break: Integers) -> Integers:
    """Give the best items of each row in no order; who is in by a tie is drawn."""
    # of the negative: numpy takes very long for the other end of rows whose scores are mostly equal
    top = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    last = scores[np.arange(len(scores))[:, None], top].min(axis=1)
    for row in np.flatnonzero(last > -np.inf):
        if np.count_nonzero(scores[row] >= last[row]) == depth:
            continue
        above = np.flatnonzero(scores[row] > last[row])
        equal = np.flatnonzero(scores[row] == last[row])
        drawn = equal[np.argsort(-tie_break[equal])][: depth - len(above)]
        top[row] = np.concatenate([above, drawn])
    return top


@dataclass(frozen=True)
class Review:
    """What somebody wrote about something, in any language; it need not be an item.

    Attributes:
        text: what they wrote.
        weight: how much it speaks for what it is about; below 0 it speaks against that.
        language: BCP 47 tag of the text; `und` where unknown.
    """

    text: str
    weight: float = 1.0
    language: str = "und"


@dataclass(frozen=True)
class Query:
    """One request for recommendations.

    Of `user_id`, `history`, `text` and `reviews` any may be given; none means that nothing is
    known.

    Attributes:
        user_id: a user of the training data, or None.
        history: item ids that the user chose, known or beyond the training data.
        weights: how strong each choice of `history` is, above 0; empty for 1 each.
        disliked: item ids that the user does not want: left out, and taken out of what is known of
            the user's history.
        text: what the user wants, in any language.
        text_language: BCP 47 tag of the text; `und` where unknown.
        reviews: what the user wrote of things they liked, and of things they did not.
        k: length of the list.
        languages: wished languages, most wished first; empty for any.
        language_mode: `any` ignores them, `prefer` moves them up, `only` leaves the others out.
        category: leave out other categories.
        allow: leave out all but these item ids, or None.
        deny: leave out these item ids.
    """

    user_id: str | None = None
    history: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    disliked: tuple[str, ...] = ()
    text: str | None = None
    text_language: str = "und"
    reviews: tuple[Review, ...] = ()
    k: int = 10
    languages: tuple[str, ...] = ()
    language_mode: LanguageMode = "any"
    category: str | None = None
    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()


@dataclass(frozen=True)
class SuggestedItem:
    """One recommended item as a person sees it.

    Attributes:
        item_id: the item.
        score: the recommender's score; comparable within one answer only.
        language: tag of the text.
        text: the item's text, in a wished language where it has one.
        reason: the item id of the user's history that lies nearest, or None.
    """

    item_id: str
    score: float
    language: str
    text: str
    reason: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """One answer.

    Attributes:
        items: best first, at most k.
        mode: what the answer rests on: `personal`, `fold-in`, `text` or `popular`.
        note: says in words why there are fewer than k, or that nothing was known; else empty.
    """

    items: tuple[SuggestedItem, ...]
    mode: Mode
    note: str = ""
