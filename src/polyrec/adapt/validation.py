"""Whether learning helps: content alone on items that were kept apart, language bias removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import Histories, Training
from polyrec.encode.language_mean import LanguageMean
from polyrec.measures.accuracy import ndcg_of_scores
from polyrec.models.content import Content

if TYPE_CHECKING:
    from polyrec.adapt.examples import Examples
    from polyrec.core.types import Floats, Integers, Strings
    from polyrec.data.dataset import Dataset

K = 20
MAX_ITEMS = 10_000
"""So many items are ranked; of a larger catalog a part, among which it is easier to be found."""


@dataclass(frozen=True, eq=False)
class Validation:
    """The items that are ranked, and who chose which.

    Attributes:
        texts: of each item, as the view shows it.
        languages: of each, shape (items,).
        known: each user's items that are learned from.
        wanted: each user's items that were kept apart.
    """

    texts: tuple[str, ...]
    languages: Strings
    known: Histories
    wanted: Histories

    @classmethod
    def of(cls, data: Dataset, examples: Examples, *, seed: int = 0) -> Validation:
        """Choose what is ranked: the items kept apart, and others that are learned from.

        Raises:
            DataError: nobody chose an item that was kept apart, and others as well.
        """
        catalog, events = data.catalog, data.interactions
        chosen = np.bincount(events.item, minlength=len(catalog)) > 0
        apart = np.flatnonzero(chosen & examples.validation)
        learned = np.flatnonzero(examples.popularity > 0)
        rng = np.random.default_rng(seed)
        some = rng.permutation(learned)[: max(MAX_ITEMS - len(apart), 0)]
        items = np.sort(np.concatenate([apart[:MAX_ITEMS], some]))
        place = np.full(len(catalog), -1)
        place[items] = np.arange(len(items))
        shown = place[events.item] >= 0
        is_apart = examples.validation[events.item]
        known, wanted = (
            _renumbered(data.where(shown & part).histories, place, len(items))
            for part in (~is_apart, is_apart)
        )
        able = np.flatnonzero((known.lengths > 0) & (wanted.lengths > 0))
        if not len(able):
            raise DataError(
                "no user has both an item to learn from and one that tells when to stop",
                hint="give more interactions, or another validation_share",
            )
        texts = tuple(catalog.text[item] for item in items)
        languages = catalog.languages[items]
        return cls(texts, languages, known.rows(able), wanted.rows(able))

    def quality(self, vectors: Floats) -> float:
        """Give nDCG@20 of content on vectors of the texts, language means taken away."""
        freed = LanguageMean().fit(vectors, self.languages).apply(vectors, self.languages)
        model = Content(search="exact").fit(Training(self.known, freed, self.languages))
        scores = model.score(self.known).copy()
        scores[self.known.users, self.known.items] = -np.inf
        return float(np.nanmean(ndcg_of_scores(scores, self.wanted, K)))


def _renumbered(histories: Histories, place: Integers, n_items: int) -> Histories:
    items = place[histories.items]
    return Histories(histories.indptr, items, histories.weights, n_items)
