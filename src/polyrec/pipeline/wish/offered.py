"""What a catalog has of what a wish may name: languages, categories, and where those lie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from polyrec.core.language import UNDETERMINED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.pipeline.learned import Learned
    from polyrec.pipeline.space import Space

NEAR = 0.6
"""From this cosine on, a word names a category."""

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
        nearest: says which of some words lies near a category, and which; None without vectors.
    """

    languages: tuple[str, ...]
    categories: tuple[str, ...]
    language_of: Callable[[str], str] = lambda _: UNDETERMINED
    nearest: Callable[[Sequence[str], str], tuple[int, str] | None] | None = None

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
        if reads and plan.space.takes_user_text and 0 < len(categories) <= MOST_CATEGORIES:
            nearest = _Nearest(plan.space, categories)
        return cls(
            tuple(tag for tag, _ in languages.most_common()),
            categories,
            plan.preparation.language_of,
            nearest,
        )


_KNOWN: WeakKeyDictionary[Learned, Offered] = WeakKeyDictionary()
"""Gone with the model, which it does not hold."""


class _Nearest:
    """Finds the word that lies nearest to a category's name."""

    def __init__(self, space: Space, categories: tuple[str, ...]) -> None:
        self.space, self.categories = space, categories
        self._named: np.ndarray | None = None

    def __call__(self, words: Sequence[str], language: str) -> tuple[int, str] | None:
        if not words:
            return None
        if self._named is None:
            self._named = self.space.words(list(self.categories), UNDETERMINED)
        cosines = self.space.words(list(words), language, kind="query") @ self._named.T
        word = int(cosines.max(axis=1).argmax())
        order = np.argsort(-cosines[word])
        best = float(cosines[word, order[0]])
        second = float(cosines[word, order[1]]) if len(order) > 1 else -1.0
        if best < NEAR or best - second < LEAD:
            return None
        return word, self.categories[int(order[0])]
