"""What a catalog has of what a wish may name: languages, categories, and where those lie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from polyrec.core.language import UNDETERMINED
from polyrec.encode.by_terms import ByTerms
from polyrec.encode.hashing import Hashing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.encode.encoder import Encoder
    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.space import Space
    from polyrec.pipeline.wish.find_category import Nearest

NEAR_WORD, NEAR_TEXT = 0.6, 0.42
"""From these cosines on, a word, or all that is looked for, names a category."""

LEAD = 0.08
"""By so much it must lie nearer than the next category."""

MOST_CATEGORIES = 500
"""More are no sections of a shop, and are matched by their names alone."""


@dataclass(frozen=True)
class Offered:
    """What a catalog has.

    Attributes:
        languages: tags of texts that items have, those of most items first.
        categories: names of categories, those of most items first.
        language_of: guesses the language of a text.
        nearest: says which category a text lies near, and which of its words nearest; None without
            vectors.
    """

    languages: tuple[str, ...]
    categories: tuple[str, ...]
    language_of: Callable[[str], str] = lambda _: UNDETERMINED
    nearest: Nearest | None = None

    @classmethod
    def of(cls, learned: Learned) -> Offered:
        """Say what a model's catalog has; worked out once for each."""
        if (known := _KNOWN.get(learned)) is None:
            known = _KNOWN[learned] = cls._of(learned)
        return known

    @classmethod
    def _of(cls, learned: Learned) -> Offered:
        catalog, plan = learned.catalog, learned.plan
        languages = Counter(tag for texts in catalog.texts for tag in texts)
        del languages[UNDETERMINED], languages[""]
        categories = tuple(
            name for name, _ in Counter(filter(None, catalog.category)).most_common()
        )
        reads = plan.encoder is not None and plan.recommender.needs_vectors
        nearest = None
        reads = reads and reads_meaning(plan.encoder) and plan.space.takes_user_text
        if reads and 0 < len(categories) <= MOST_CATEGORIES:
            nearest = nearest_of(plan.space, categories)
        return cls(
            tuple(tag for tag, _ in languages.most_common()),
            categories,
            plan.preparation.language_of,
            nearest,
        )


_KNOWN: WeakKeyDictionary[Learned, Offered] = WeakKeyDictionary()
"""Gone with the model, which it does not hold."""


def reads_meaning(encoder: Encoder | None) -> bool:
    """Whether what lies near in an encoder's space means the like: not if letters are counted."""
    inner = getattr(encoder, "encoder", encoder)
    return inner is not None and not isinstance(inner, (ByTerms, Hashing))


def nearest_of(space: Space, categories: tuple[str, ...]) -> Nearest:
    """Give what finds the category that words name or lie near to in a space."""
    return _Nearest(space, categories)


class _Nearest:
    """Finds the word that lies nearest to a category's name."""

    def __init__(self, space: Space, categories: tuple[str, ...]) -> None:
        self.space, self.categories = space, categories
        self._named: np.ndarray | None = None

    def __call__(self, text: str, words: Sequence[str], language: str) -> tuple[int, str] | None:
        if self._named is None:
            self._named = self.space.words(list(self.categories), UNDETERMINED)
        by_text = (self.space.queries([text], [language]) @ self._named.T)[0]
        by_word = self.space.words(list(words), language, kind="query") @ self._named.T
        best_word = by_word[int(by_word.max(axis=1).argmax())]
        for cosines, near in ((best_word, NEAR_WORD), (by_text, NEAR_TEXT)):
            first, second = (*np.sort(cosines)[::-1], -1.0)[:2]
            if first >= near and first - second >= LEAD:
                found = int(cosines.argmax())
                return int(by_word[:, found].argmax()), self.categories[found]
        return None
