"""Bitext retrieval: is a sentence's nearest text in another language its translation?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats

BLOCK = 512


def bitext_accuracy(source: Floats, target: Floats) -> Doubles:
    """Say for each source text whether its translation is nearest by cosine (accuracy@1).

    Args:
        source: unit rows, shape (sentences, dim).
        target: their translations, in the same order.

    Returns:
        Shape (sentences,): 1 or 0; where several targets tie for the nearest and the translation
        is one of them, one over how many. Source: Artetxe and Schwenk 2019, which introduced the
        Tatoeba test.
    """
    found: Doubles = np.zeros(len(source))
    for start in range(0, len(source), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(source)))
        cosine = source[rows] @ target.T
        best = cosine.max(axis=1)
        own = cosine[np.arange(len(rows)), rows]
        found[rows] = (own == best) / (cosine == best[:, None]).sum(axis=1)
    return found
