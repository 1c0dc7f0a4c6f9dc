"""Puts other words in the place of some of a text's words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from polyrec.translate.glossary_terms import in_case_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

WORD = re.compile(r"[^\W\d_]+")


def reworded(
    text: str, others: Mapping[str, Sequence[str]], share: float, rng: np.random.Generator
) -> tuple[str, float]:
    """Replace a share of the words that have others, with the case of what they stand for.

    Args:
        text: a text of any language that puts something between words.
        others: what may stand for a word, by its spelling in small letters.
        share: the chance of each word that has others to be replaced.
        rng: draws which words, and what stands for them.

    Returns:
        The text, and which share of all its words was replaced.
    """
    words = replaced = 0

    def put(match: re.Match[str]) -> str:
        nonlocal words, replaced
        word = match.group()
        words += 1
        near = others.get(word.lower())
        if not near or rng.random() >= share:
            return word
        replaced += 1
        return in_case_of(word, near[int(rng.integers(len(near)))])

    made = WORD.sub(put, text)
    return made, replaced / words if words else 0.0
