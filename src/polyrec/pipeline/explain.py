"""Why an item: which items of the history, which words and which people spoke for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from polyrec.core.counted import counted
from polyrec.core.errors import DataError
from polyrec.models.left_out import left_out
from polyrec.models.user_knn import UserKnn
from polyrec.pipeline.explanation import Event, Explanation, Neighbour, Person, Word
from polyrec.text.keywords import subject_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Floats, Histories, Integers, Mode, Query
    from polyrec.encode.encoder import Kind
    from polyrec.pipeline.learned import Learned

MOST_WORDS, LONGEST = 10, 100
"""So many words are named at most, of so many that a text begins with."""

LEFT_OUT = "parts are what the score loses without each item, and need not add up to it"
ALIKE = "the score does not depend on the history"
TRANSLATED = "texts are translated before they are read, so no words are named"
UNREAD = "its words are still being read: ask again"


class Words(NamedTuple):
    """The words of a text that may say what it is about, at most `LONGEST`, and their vectors."""

    words: list[str]
    vectors: Floats


Reading: TypeAlias = "Callable[[Sequence[Callable[[], Words]]], list[Words | None]]"
"""Reads texts in order, and gives None for those that would take too long."""


def read_all(texts: Sequence[Callable[[], Words]]) -> list[Words | None]:
    """Read texts, however long it takes."""
    return [read() for read in texts]


def read_nothing(texts: Sequence[Callable[[], Words]]) -> list[Words | None]:
    """Read no texts: of explanations without words."""
    return [None] * len(texts)


@dataclass(frozen=True, eq=False)
class Asker:
    """What is known of who asks.

    Attributes:
        query: the request.
        mode: what an answer rests on.
        history: what they chose, one history.
        profile: the vector of the query's text, shape (1, dim), or None.
    """

    query: Query
    mode: Mode
    history: Histories
    profile: Floats | None


class Explainer:
    """Explains scores to one who asks.

    Args:
        learned: what the pipeline knows.
        asker: for whom the items were scored.
        reading: reads the texts' words.
    """

    def __init__(self, learned: Learned, asker: Asker, reading: Reading = read_all) -> None:
        self.learned = learned
        self.asker = asker
        self.reading = reading
        self.history = asker.history
        self.recommender = learned.plan.recommender

    def explain(self, items: Integers, *, people: bool = False) -> list[Explanation]:
        """Explain why items have their scores, in order; `people` names users who are alike.

        Raises:
            DataError: the recommender cannot score an item.
        """
        if self.asker.mode == "popular":
            return [self._popular(int(item)) for item in items]
        scores = self.recommender.score(self.history, profiles=self.asker.profile)[0, items]
        for item in items[~np.isfinite(scores)]:
            name = self.learned.catalog.ids.names[item]
            raise DataError(f"the recommender cannot score the item {name!r}", hint="fit again")
        exact = self.recommender.is_linear
        if exact:
            found = self.recommender.contributions
            base, parts = found(self.history, items, profiles=self.asker.profile)
        else:
            profiles = self.asker.profile
            base, parts = left_out(self.recommender, self.history, items, profiles=profiles)
        own_words, of_query = self._read(items)
        return [
            Explanation(
                *self._shown(item),
                score=float(score),
                base=float(alone),
                events=self._events(own) if self.recommender.reads_history else (),
                words=self._words(item, own, words),
                asked=self._asked(item, of_query),
                neighbour=self._neighbour(item),
                people=self._people(item) if people else (),
                exact=exact,
                mode=self.asker.mode,
                note=self._note(float(score), exact, is_read=None not in (words, of_query)),
            )
            for item, score, alone, own, words in zip(
                items.tolist(), scores, base, parts, own_words, strict=True
            )
        ]

    def _popular(self, item: int) -> Explanation:
        n_users = int(np.count_nonzero(self.learned.histories.items == item))
        return Explanation(
            *self._shown(item),
            score=float(n_users),
            base=float(n_users),
            mode=self.asker.mode,
            note=f"nothing is known of who asks; {counted(n_users, 'user')} chose it",
        )

    def _shown(self, item: int) -> tuple[str, str, str]:
        catalog = self.learned.catalog
        return (catalog.ids.names[item], *catalog.text_for(item, self.asker.query.languages))

    def _events(self, parts: Floats) -> tuple[Event, ...]:
        size = float(np.abs(parts).sum()) or 1.0
        order = np.argsort(-parts, kind="stable")
        return tuple(
            Event(*self._shown(int(self.history.items[i])), float(parts[i]), float(parts[i]) / size)
            for i in order
        )

    def _neighbour(self, item: int) -> Neighbour | None:
        others = self.history.items[self.history.items != item]
        if self.learned.vectors is None or not len(others):
            return None
        cosines = self._vectors(others) @ self._vectors(item)
        best = int(np.argmax(cosines))
        return Neighbour(*self._shown(int(others[best])), float(cosines[best]))

    def _read(self, items: Integers) -> tuple[list[Words | None], Words | None]:
        """Read the words of items and of the query; None where that would take too long."""
        catalog, query = self.learned.catalog, self.asker.query
        none = Words([], np.empty((0, 0), dtype=np.float32))
        if self.learned.vectors is None or self._is_translated:
            return [none] * len(items), none
        texts = [
            partial(self._words_of, catalog.text[item], catalog.language[item], "passage")
            for item in items.tolist()
        ]
        if self.asker.profile is None or query.text is None:
            return self.reading(texts), none
        # of a question the words come first: they are few
        asked = partial(self._words_of, query.text, query.text_language, "query")
        of_query, *own_words = self.reading([asked, *texts])
        return own_words, of_query

    def _words_of(self, text: str, language: str, kind: Kind) -> Words:
        words = list(dict(subject_words(text, language, strict=False)).values())[:LONGEST]
        return Words(words, self.learned.space.words(words, language, kind=kind))

    def _words(self, item: int, parts: Floats, words: Words | None) -> tuple[Word, ...]:
        """Name the words of an item near what speaks for it: the history, by its parts, or text."""
        if self.learned.vectors is None:
            return ()
        for_it = np.maximum(parts, 0) * (self.history.items != item)
        wanted = for_it @ self._vectors(self.history.items)
        wanted /= np.linalg.norm(wanted) or 1.0
        if self.asker.profile is not None:
            wanted = wanted + self.asker.profile[0]
        return _near(words, wanted)

    def _asked(self, item: int, words: Words | None) -> tuple[Word, ...]:
        """Name the words of the query near an item."""
        return _near(words, self._vectors(item)) if self.learned.vectors is not None else ()

    def _people(self, item: int) -> tuple[Person, ...]:
        """Name the users whose choices make the score, most first; of `user-knn` alone."""
        if not isinstance(self.recommender, UserKnn):
            return ()
        users, likeness, parts = self.recommender.people(self.history, item)
        names = np.flatnonzero(self.learned.histories.lengths)[users]
        return tuple(
            Person(self.learned.users.names[names[i]], float(likeness[i]), float(parts[i]))
            for i in np.argsort(-parts, kind="stable")
        )

    def _note(self, score: float, exact: bool, *, is_read: bool) -> str:
        notes = [] if exact else [LEFT_OUT]
        notes += [] if self.recommender.reads_history else [ALIKE]
        notes += [TRANSLATED] if self._is_translated else []
        notes += [] if is_read else [UNREAD]
        notes += [] if score else ["nothing speaks for or against it"]
        return "; ".join(notes)

    @property
    def _is_translated(self) -> bool:
        return self.learned.plan.translate == "pivot"

    def _vectors(self, items: Integers | int) -> Floats:
        assert self.learned.vectors is not None
        return self.learned.vectors[items].astype(np.float32, copy=False)


def _near(read: Words | None, wanted: Floats) -> tuple[Word, ...]:
    """Name the words that lie near a vector, nearest first."""
    length = float(np.linalg.norm(wanted))
    if read is None or not read.words or not length:
        return ()
    cosines = read.vectors @ wanted / length
    best = np.argsort(-cosines, kind="stable")[:MOST_WORDS]
    return tuple(Word(read.words[i], float(cosines[i])) for i in best if cosines[i] > 0)
