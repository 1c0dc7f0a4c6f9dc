"""Pairs of texts that may be versions of one work, and how sure that is.

Candidates are near in the space. Each text names its best one in every other language, and a pair
counts where both name each other. Source of the margin: Artetxe and Schwenk 2019, "Margin-based
parallel corpus mining with multilingual sentence embeddings".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.models.neighbours import nearest
from polyrec.works.signs import Signs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Doubles, Floats, Integers, Strings
    from polyrec.models.neighbours import Neighbours

DEPTH = 24
"""So many nearest texts are candidates."""

RIVALS = 4
"""The margin compares a pair's cosine with the mean to each text's so many nearest rivals."""

LEAST_CROWD, WIDEST_MARGIN = 0.05, 5.0

WEIGHTS = {
    "constant": -11.78,
    "cosine": 9.15,
    "margin": 3.96,
    "held": 2.36,
    "numbers": -2.62,
    "heading": -0.57,
}
"""The logistic curve of confidence, learned by `benchmarks/duplicates.py --learn` on packages of
`debian` and films of which no figure is reported."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of texts, each once.

    Attributes:
        one: the first text of each, shape (pairs,).
        other: the second, above the first.
        confidence: estimated chance that they are versions of one work.
    """

    one: Integers
    other: Integers
    confidence: Doubles

    def where(self, keep: Booleans | Integers) -> Pairs:
        """Keep some pairs."""
        return Pairs(self.one[keep], self.other[keep], self.confidence[keep])


def mutual_pairs(
    texts: Sequence[str],
    languages: Strings,
    vectors: Floats,
    *,
    across: bool = True,
    search: str = "auto",
) -> Pairs:
    """Find the pairs of texts that are each other's best.

    Args:
        texts: the texts.
        languages: their tags, shape (texts,).
        vectors: unit rows of a space without language bias, shape (texts, dim).
        across: only pairs of different languages.
        search: how nearest texts are found, as `nearest` takes it.

    Returns:
        Pairs in no order. Cost: that of the search, and `DEPTH` pairs per text are looked at.
    """
    one, other, features = candidates(texts, languages, vectors, across=across, search=search)
    pairs = Pairs(one, other, confidence_of(features))
    return pairs.where(mutual_of(pairs, languages))


def mutual_of(pairs: Pairs, languages: Strings) -> Integers:
    """Choose, of pairs seen from both sides, those in which each is the other's best.

    The best of all that are in its language; of two sides of a pair, the one whose first text
    stands first is given. A pair of confidence 0 is none.
    """
    possible = np.flatnonzero(pairs.confidence > 0)
    seen = pairs.where(possible)
    code = np.unique(languages, return_inverse=True)[1]
    best = _best_of_each(seen.one, code[seen.other], seen.confidence)
    sides = list(zip(seen.one[best].tolist(), seen.other[best].tolist(), strict=True))
    named = set(sides)
    keep = [one < other and (other, one) in named for one, other in sides]
    return possible[best[np.array(keep, dtype=np.bool_)]]


def candidates(
    texts: Sequence[str],
    languages: Strings,
    vectors: Floats,
    *,
    across: bool = True,
    search: str = "auto",
) -> tuple[Integers, Integers, dict[str, Doubles]]:
    """Give pairs that are near, each in both directions if both are near, and what speaks for them.

    Returns:
        The texts that look, those that they see, and by name features of shape (pairs,).
    """
    near = nearest(vectors, DEPTH, search=search)
    n_texts, depth = near.items.shape
    code = np.unique(languages, return_inverse=True)[1]
    crowd = _crowd(near, code, across=across)
    one, other = np.repeat(np.arange(n_texts), depth), near.items.ravel()
    cosine = near.cosines.ravel().astype(np.float64)
    if across:
        keep = languages[one] != languages[other]
        one, other, cosine = one[keep], other[keep], cosine[keep]
    signs = Signs.of(texts, languages)
    numbers, heading = signs.at_odds(one, other)
    margin = cosine / np.maximum((crowd[one] + crowd[other]) / 2, LEAST_CROWD)
    features = {
        "cosine": cosine,
        "margin": np.clip(margin, 0.0, WIDEST_MARGIN),
        "held": signs.held(one, other),
        "numbers": numbers.astype(np.float64),
        "heading": signs.differ(one, other).astype(np.float64),
        "contradicts": heading.astype(np.float64),
    }
    return one, other, features


def confidence_of(features: dict[str, Doubles]) -> Doubles:
    """Estimate how sure each pair is; 0 where the numbers of first lines contradict each other."""
    logit = WEIGHTS["constant"] + sum(
        (weight * features[name] for name, weight in WEIGHTS.items() if name != "constant"),
        start=np.zeros(len(features["cosine"])),
    )
    return np.where(features["contradicts"] > 0, 0.0, 1 / (1 + np.exp(-logit)))


def _crowd(near: Neighbours, code: Integers, *, across: bool) -> Doubles:
    """Give each text's mean cosine to its nearest rivals, shape (texts,).

    A rival cannot be its version, as a nearer text of the same language would be: so a work in many
    languages does not crowd itself, as it would among simply the nearest. Without any rival in
    sight the last candidate stands for them.
    """
    if not near.items.shape[1]:
        return np.zeros(len(code))
    order = np.argsort(-near.cosines, axis=1, kind="stable")
    cosines = np.take_along_axis(near.cosines, order, axis=1).astype(np.float64)
    seen = code[np.take_along_axis(near.items, order, axis=1)]
    rival = np.zeros(seen.shape, dtype=np.bool_)
    for place in range(seen.shape[1]):
        rival[:, place] = (seen[:, :place] == seen[:, [place]]).any(axis=1)
        if across:
            rival[:, place] |= seen[:, place] == code
    counts = rival & (np.cumsum(rival, axis=1) <= RIVALS)
    n_rivals = counts.sum(axis=1)
    mean = (cosines * counts).sum(axis=1) / np.maximum(n_rivals, 1)
    return np.where(n_rivals > 0, mean, cosines[:, -1])


def _best_of_each(one: Integers, group: Integers, confidence: Doubles) -> Integers:
    """Give for each text its most confident pair in every group."""
    order = np.lexsort((-confidence, group, one))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (one[order][1:] != one[order][:-1]) | (group[order][1:] != group[order][:-1])
    return order[first]
