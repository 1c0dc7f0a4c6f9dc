"""Translations against references: chrF and BLEU by sacrebleu, of sentences and of corpora.

Corpora are measured from counts per sentence, which add up: a resample of sentences needs no second
look at the texts. Scores are those of the field, 0 to 100.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Doubles

ORDER, BETA = 6, 2
"""chrF2: character n-grams to 6, recall counts twice."""


@lru_cache(maxsize=1)
def _chrf() -> Any:
    from sacrebleu.metrics.chrf import CHRF

    return CHRF(char_order=ORDER, word_order=0, beta=BETA)


@lru_cache(maxsize=8)
def _bleu(tokenize: str) -> Any:
    from sacrebleu.metrics.bleu import BLEU

    return BLEU(tokenize=tokenize)


def sentence_chrf(translations: Sequence[str], references: Sequence[str]) -> Doubles:
    """Give chrF2 of each sentence, shape (texts,). Source: Popović 2015, "chrF"."""
    return chrf_of(chrf_counts(translations, references))


def chrf_counts(translations: Sequence[str], references: Sequence[str]) -> Doubles:
    """Count n-grams of translation, reference and both, shape (texts, 3 x `ORDER`)."""
    rows = _chrf()._extract_corpus_statistics(list(translations), [list(references)])
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3 * ORDER)


def chrf_of(counts: Doubles) -> Doubles:
    """Give chrF2 of counts or of their sums or means, shape (..., 3 x `ORDER`) to (...)."""
    theirs, right, both = (counts[..., i::3] for i in range(3))
    there = (theirs > 0) & (right > 0)
    precision, recall = (
        np.where(there, both / np.where(there, of, 1), 0).sum(-1) / np.maximum(there.sum(-1), 1)
        for of in (theirs, right)
    )
    below = BETA**2 * precision + recall
    score = (1 + BETA**2) * precision * recall / np.where(below > 0, below, 1)
    return np.asarray(100 * score, dtype=np.float64)


def bleu_counts(
    translations: Sequence[str], references: Sequence[str], *, tokenize: str = "13a"
) -> Doubles:
    """Count words and n-grams, shape (texts, 10), for `bleu_of`."""
    rows = _bleu(tokenize)._extract_corpus_statistics(list(translations), [list(references)])
    return np.array(rows, dtype=np.float64).reshape(len(rows), 10)


def bleu_of(counts: Doubles) -> Doubles:
    """Give BLEU of sums or means of counts, shape (..., 10) to (...).

    Where no n-gram of some length is right, BLEU is 0: no smoothing. Source: Papineni et al. 2002.
    """
    theirs, right = counts[..., 0], counts[..., 1]
    correct, total = counts[..., 2:6], counts[..., 6:10]
    shares = correct / np.where(total > 0, total, 1)
    known = np.all(shares > 0, axis=-1)
    mean = np.log(np.where(shares > 0, shares, 1)).mean(axis=-1)
    brevity = np.minimum(0, 1 - right / np.where(theirs > 0, theirs, 1))
    return np.asarray(np.where(known, 100 * np.exp(mean + brevity), 0.0), dtype=np.float64)
