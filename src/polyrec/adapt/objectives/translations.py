"""A text finds its translation among texts of all items, whatever their language.

Translation ranking by multiple negatives (Yang et al. 2019, "Improving multilingual sentence
embedding using bi-directional dual encoder"), on vectors from which nothing is taken away. Wrong
answers are texts of the other side and of the asking text's own side, most of which is in one
language, drawn anew for each batch: so language never tells the right answer, only meaning does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.objectives.objective import Objective
from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from polyrec.adapt.examples import Examples
    from polyrec.adapt.network import Kept, Network
    from polyrec.core.types import Doubles, Integers


@dataclass
class Translations(Objective):
    """Learns from items with texts in several languages.

    Attributes:
        temperature: how sharply near is told from far; smaller is sharper.
    """

    temperature: float = 0.05
    _known: _Known = field(init=False, repr=False, compare=False)

    def prepare(self, examples: Examples, network: Network, kept: Kept) -> None:
        """List the items that have texts in several languages.

        Raises:
            DataError: fewer than two have.
        """
        del network
        items, counts = np.unique(examples.item, return_counts=True)
        several = items[counts > 1]
        if len(several) < 2:
            raise DataError(
                f"{len(several)} items have texts in several languages: too few translations",
                hint="give texts in more languages, or leave out the objective 'translations'",
            )
        rows = np.flatnonzero(np.isin(examples.item, several))
        tags, language = np.unique(examples.languages[rows], return_inverse=True)
        chance = np.sqrt(np.bincount(language))
        by_language = [rows[language == number] for number in range(len(tags))]
        self._known = _Known(examples, kept, several, by_language, chance / chance.sum())

    def loss(self, network: Network, rng: np.random.Generator, size: int) -> Any:
        """Give the mean cross-entropy of finding the other text, asked from both sides."""
        import torch

        known = self._known
        one, other = known.pairs(max(size // 2, 2), rng)
        rows = np.concatenate([one, other])
        vectors = network.vectors(known.kept, rows)
        cosines = vectors @ vectors.T / self.temperature
        answer = np.concatenate([np.arange(len(one)) + len(one), np.arange(len(one))])
        wrong = known.same(rows)
        wrong[np.arange(len(rows)), answer] = False
        logits = cosines.masked_fill(torch.from_numpy(wrong), float("-inf"))
        return torch.nn.functional.cross_entropy(logits, torch.from_numpy(answer))


@dataclass(frozen=True, eq=False)
class _Known:
    """What there is to draw from: items of several texts, and their texts by language."""

    examples: Examples
    kept: Kept
    items: Integers
    by_language: list[Integers]
    chance: Doubles

    def pairs(self, n: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
        """Draw two texts of each of n items; first texts are in one language as far as they go."""
        examples = self.examples
        own = self.by_language[rng.choice(len(self.chance), p=self.chance)]
        one = rng.choice(own, min(n, len(own)), replace=False)
        rest = np.setdiff1d(self.items, examples.item[one])
        more = rng.choice(rest, min(n - len(one), len(rest)), replace=False)
        one = np.concatenate([one, examples.draw_texts(more, rng)])
        items = examples.item[one]
        first = np.searchsorted(examples.item, items)
        counts = np.searchsorted(examples.item, items, side="right") - first
        step = 1 + (rng.random(len(items)) * (counts - 1)).astype(np.int64)
        return one, first + (one - first + step) % counts

    def same(self, rows: Integers) -> Any:
        """Say which texts are of one work or read the same, shape (rows, rows)."""
        works = self.examples.works[self.examples.item[rows]]
        texts = np.array([self.examples.texts[row] for row in rows])
        return (works[:, None] == works) | (texts[:, None] == texts)
