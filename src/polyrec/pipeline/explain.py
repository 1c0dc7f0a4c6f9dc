"""Why an item: which items of the history, which words and which people spoke for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.counted import counted
from polyrec.core.errors import DataError
from polyrec.models.left_out import left_out
from polyrec.models.user_knn import UserKnn
from polyrec.pipeline.explanation import Event, Explanation, Neighbour, Person, Word
from polyrec.text.keywords import subject_words

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Integers, Mode, Query
    from polyrec.encode.encoder import Kind
    from polyrec.pipeline.learned import Learned

MOST_WORDS, LONGEST = 10, 100
"""So many words are named at most, of so many that a text begins with."""

LEFT_OUT = "parts are what the score loses without each item, and need not add up to it"
ALIKE = "the score does not depend on the history"
TRANSLATED = "texts are translated before they are read, so no words are named"


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
    """

    def __init__(self, learned: Learned, asker: Asker) -> None:
        self.learned = learned
        self.asker = asker
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
        return [
            Explanation(
                *self._shown(item),
                score=float(score),
                base=float(alone),
                events=self._events(own) if self.recommender.reads_history else (),
                words=self._words(item, own),
                asked=self._asked(item),
                neighbour=self._neighbour(item),
                people=self._people(item) if people else (),
                exact=exact,
                mode=self.asker.mode,
                note=self._note(float(score), exact),
            )
            for item, score, alone, own in zip(items.tolist(), scores, base, parts, strict=True)
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
        return Neighbour(self._shown(int(others[best]))[0], float(cosines[best]))

    def _words(self, item: int, parts: Floats) -> tuple[Word, ...]:
        """Name the words of an item near what speaks for it: the history, by its parts, or text."""
        if self.learned.vectors is None:
            return ()
        for_it = np.maximum(parts, 0) * (self.history.items != item)
        wanted = for_it @ self._vectors(self.history.items)
        wanted /= np.linalg.norm(wanted) or 1.0
        if self.asker.profile is not None:
            wanted = wanted + self.asker.profile[0]
        language, text = self.learned.catalog.language[item], self.learned.catalog.text[item]
        return self._near(text, language, wanted, kind="passage")

    def _asked(self, item: int) -> tuple[Word, ...]:
        """Name the words of the query near an item."""
        query = self.asker.query
        if self.asker.profile is None or query.text is None:
            return ()
        return self._near(query.text, query.text_language, self._vectors(item), kind="query")

    def _near(self, text: str, language: str, wanted: Floats, *, kind: Kind) -> tuple[Word, ...]:
        """Name the words of a text that lie near a vector, nearest first."""
        words = list(dict(subject_words(text, language, strict=False)).values())[:LONGEST]
        length = float(np.linalg.norm(wanted))
        if not words or not length or self._is_translated:
            return ()
        cosines = self.learned.space.words(words, language, kind=kind) @ wanted / length
        best = np.argsort(-cosines, kind="stable")[:MOST_WORDS]
        return tuple(Word(words[i], float(cosines[i])) for i in best if cosines[i] > 0)

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

    def _note(self, score: float, exact: bool) -> str:
        notes = [] if exact else [LEFT_OUT]
        notes += [] if self.recommender.reads_history else [ALIKE]
        notes += [TRANSLATED] if self._is_translated else []
        notes += [] if score else ["nothing speaks for or against it"]
        return "; ".join(notes)

    @property
    def _is_translated(self) -> bool:
        return self.learned.plan.translate == "pivot"

    def _vectors(self, items: Integers | int) -> Floats:
        assert self.learned.vectors is not None
        return self.learned.vectors[items].astype(np.float32, copy=False)
