"""What somebody likes, as they are shown it: interests, words for each, languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.language import matches, standard_tag
from polyrec.models.interests import grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from polyrec.core.types import Doubles, Floats, Histories, Integers, Mode, Query
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.service import Service

DISTANCE, MOST_GROUPS = 1.2, 8
"""How finely a history is grouped: as `Interests` does, into fewer groups, as people read them."""

NOTHING = "nothing is known of this user that says what they like"


@dataclass(frozen=True)
class Liked:
    """An item that somebody chose.

    Attributes:
        item_id: the item.
        language: tag of the text.
        text: its text, in a wished language where it has one.
    """

    item_id: str
    language: str
    text: str


@dataclass(frozen=True)
class Interest:
    """One of the things that somebody likes.

    Attributes:
        share: how much of what they chose it is, by weight; those of all interests add up to 1.
        items: what they chose of it, the most typical first.
        keywords: the words that say most about it by language, wished languages first.
        newest: when the latest of it was chosen, in seconds since 1970; None where unknown.
    """

    share: float
    items: tuple[Liked, ...]
    keywords: Mapping[str, tuple[str, ...]]
    newest: float | None = None


@dataclass(frozen=True)
class Profile:
    """What is known of somebody.

    Attributes:
        mode: what a list for them would rest on, as in `Suggestion`.
        n_items: how many items it rests on.
        interests: the largest first.
        languages: share of each language among the items, the largest first.
        own_words: what they say about themselves, as they wrote it.
        note: why there is nothing, or less than there could be; else empty.
    """

    mode: Mode
    n_items: int = 0
    interests: tuple[Interest, ...] = ()
    languages: Mapping[str, float] = field(default_factory=dict)
    own_words: str = ""
    note: str = ""


def profile_of(
    service: Service,
    query: Query,
    *,
    most: int = 5,
    words: int = 5,
    times: Mapping[str, float] | None = None,
) -> Profile:
    """Say what somebody likes, by the history that a list for them would rest on.

    The history is grouped by vector, so an interest may hold items in many languages; without
    vectors it is one interest. Cost is the history's length squared, and, when a language is first
    met and `Service.work_ahead` was not called, that of counting the words of 300 of its texts.
    Nothing of it is kept.

    Args:
        service: what answers.
        query: who asks; `languages` are those in which texts and keywords are wished.
        most: interests at most, the largest.
        words: keywords at most, per interest and language.
        times: when items were chosen, by id, in seconds since 1970, beyond what the model knows.

    Raises:
        ConfigError: `most` or `words` is below 1.
        LanguageError: a language is not a tag.
        UnknownIdError: an item of the query is not known.
    """
    for name, given in (("most", most), ("words", words)):
        if given < 1:
            raise ConfigError(f"{name} is {given}", hint="give at least 1")
    for tag in query.languages:
        standard_tag(tag)
    learned = service.learned
    mode, history = service.known(query)
    own_words = query.text or ""
    if not len(history.items):
        return Profile(mode, own_words=own_words, note=NOTHING)
    chosen = _Chosen(learned, history, _times(learned, query, history, times or {}))
    return Profile(
        mode,
        len(history.items),
        tuple(chosen.interests(query.languages, most, words)),
        chosen.languages(),
        own_words,
    )


@dataclass(frozen=True, eq=False)
class _Chosen:
    """What somebody chose, and when: NaN where that is not known."""

    learned: Learned
    history: Histories
    times: Doubles

    def interests(self, wished: Sequence[str], most: int, words: int) -> list[Interest]:
        """Give the largest interests."""
        places, shares = self._grouped()
        return [
            self._interest(own, float(share), wished, words)
            for own, share in zip(places[:most], shares[:most].tolist(), strict=True)
        ]

    def languages(self) -> dict[str, float]:
        """Give the share of each language, the largest first."""
        tags = self.learned.catalog.languages[self.history.items]
        names, code = np.unique(tags, return_inverse=True)
        shares = np.bincount(code, weights=self.history.weights) / self.history.weights.sum()
        order = np.argsort(-shares, kind="stable")
        return {str(names[i]): float(shares[i]) for i in order}

    def _grouped(self) -> tuple[list[Integers], Floats]:
        """Give the places of each interest's items, the most typical first, and its share."""
        vectors, weights = self.learned.vectors, self.history.weights
        if vectors is None:
            places = np.argsort(-weights, kind="stable")
            return [places], np.ones(1, dtype=np.float32)
        own = vectors[self.history.items].astype(np.float32, copy=False)
        found, centres, shares = grouped(own, weights, distance=DISTANCE, most=MOST_GROUPS)
        near = [
            group[np.argsort(-(own[group] @ c))] for group, c in zip(found, centres, strict=True)
        ]
        return near, shares

    def _interest(self, own: Integers, share: float, wished: Sequence[str], words: int) -> Interest:
        catalog = self.learned.catalog
        ids = [catalog.ids.names[item] for item in self.history.items[own].tolist()]
        found = self.learned.keywords.of_items(ids, k=words)
        ranked = sorted(found, key=lambda tag: _place(tag, wished))
        newest = self.times[own].max(initial=-np.inf, where=~np.isnan(self.times[own]))
        return Interest(
            share,
            tuple(
                Liked(name, *catalog.text_for(int(item), wished))
                for name, item in zip(ids, self.history.items[own], strict=True)
            ),
            {tag: tuple(each.word for each in found[tag]) for tag in ranked},
            float(newest) if np.isfinite(newest) else None,
        )


def _times(
    learned: Learned, query: Query, history: Histories, told: Mapping[str, float]
) -> Doubles:
    """Say when each item of a history was chosen: as told, else as the model knows; NaN else."""
    known: dict[int, float] = {}
    times = learned.histories.times
    if times is not None and query.user_id is not None and query.user_id in learned.users:
        user = learned.users.index(query.user_id, kind="user")
        own = slice(learned.histories.indptr[user], learned.histories.indptr[user + 1])
        items = learned.histories.items[own].tolist()
        known = dict(zip(items, times[own].tolist(), strict=True))
    ids = learned.catalog.ids
    known |= {ids.index(item): at for item, at in told.items() if item in ids}
    return np.array([known.get(item, np.nan) for item in history.items.tolist()])


def _place(tag: str, wished: Sequence[str]) -> int:
    """Say how far back among the wished languages one stands."""
    return next((i for i, wish in enumerate(wished) if matches(wish, tag)), len(wished))
