"""What is measured of one space, text by text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.measures.bitext import bitext_accuracy
from polyrec.measures.hubness import anti_hubs
from polyrec.measures.mixed_pool import neighbourhoods, shuffled

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Doubles, Floats, Integers
    from polyrec.data.parallel import Parallel

PerText = dict[str, "Doubles"]
"""By measure one value per text, NaN where it says nothing of the text."""

K = 10


def pool_measures(
    vectors: Floats, texts: Parallel, *, seed: int = 0, advance: Callable[[int], None]
) -> PerText:
    """Measure retrieval from one pool of all texts, and the same with shuffled sentences."""
    mixed = shuffled(texts.sentences, texts.languages, seed=seed)
    alignments = [texts.sentences, mixed]
    found = neighbourhoods(vectors, texts.languages, alignments, k=K, advance=advance)
    return {
        "map": found.average_precision[0],
        "map-shuffled": found.average_precision[1],
        "same-language": found.same_language,
        "anti-hubs": anti_hubs(found.occurrences),
        "occurrences": found.occurrences.astype(np.float64),
    }


def bitext_measures(vectors: Floats, texts: Parallel, *, seed: int = 0) -> PerText:
    """Measure, for each language and the pivot, how often translations are nearest.

    A value stands at the text of the other language, whoever asks; the pivot's texts have none.
    """
    names = ("to-pivot", "from-pivot", "to-pivot-shuffled")
    values: PerText = {name: np.full(len(texts), np.nan) for name in names}
    rng = np.random.default_rng(seed)
    for own, pivot in pairs(texts):
        there, back = vectors[own], vectors[pivot]
        values["to-pivot"][own] = bitext_accuracy(there, back)
        values["from-pivot"][own] = bitext_accuracy(back, there)
        mixed = rng.permutation(len(own))
        values["to-pivot-shuffled"][own] = bitext_accuracy(there, back[mixed])
    return values


def bitext_chance(texts: Parallel) -> Doubles:
    """Give the accuracy of drawing blindly, at each text that is asked for or asks."""
    chance = np.full(len(texts), np.nan)
    for own, _ in pairs(texts):
        chance[own] = 1 / len(own)
    return chance


def pairs(texts: Parallel) -> list[tuple[Integers, Integers]]:
    """List for each language but the pivot its texts, and the pivot's of the same sentences."""
    pivot = np.flatnonzero(texts.languages == texts.pivot)
    place = dict(zip(texts.sentences[pivot].tolist(), pivot.tolist(), strict=True))
    found = []
    for tag in texts.tags:
        own = np.flatnonzero(texts.languages == tag)
        own = own[[number in place for number in texts.sentences[own].tolist()]]
        if tag != texts.pivot and len(own):
            other = [place[number] for number in texts.sentences[own].tolist()]
            found.append((own, np.array(other, dtype=np.int64)))
    return found
