"""Retrieval from one pool that holds every language: where language bias shows, and how much.

Each text in turn asks, all others answer, nearest first. Relevant are the same sentence's texts in
other languages. Source: Roy et al. 2020, "LAReQA: language-agnostic answer retrieval from a
multilingual pool".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles, Floats, Integers, Strings

MAX_CELLS = 8_000_000
"""Cosines that are held in memory at a time."""

MAX_ROWS = 256


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """What lies around each text of a pool.

    Attributes:
        average_precision: one row per alignment, shape (alignments, texts); NaN for a text whose
            sentence has no other text.
        same_language: share of a text's k nearest that are in its language, shape (texts,).
        occurrences: among how many other texts' k nearest a text is, shape (texts,).
    """

    average_precision: Doubles
    same_language: Doubles
    occurrences: Integers


def neighbourhoods(
    vectors: Floats,
    languages: Strings,
    alignments: Sequence[Integers],
    *,
    k: int = 10,
    advance: Callable[[int], None] = lambda _: None,
) -> Neighbourhoods:
    """Rank the whole pool for every text of it, a block of texts at a time.

    Args:
        vectors: unit rows, shape (texts, dim).
        languages: tag of each text, shape (texts,).
        alignments: each names the sentence of every text, shape (texts,); a sentence has at most
            one text per language. Several share the work: the true one and shuffled ones.
        k: how many nearest texts are looked at for languages and hubs.
        advance: told how many texts are done.

    Returns:
        Cost grows with the square of the number of texts. A text that is not relevant and ties
        with a relevant one stands before it.
    """
    n_texts = len(vectors)
    depth = min(k, n_texts - 1)
    others = [_others(sentences) for sentences in alignments]
    precision: Doubles = np.full((len(alignments), n_texts), np.nan)
    same: Doubles = np.full(n_texts, np.nan)
    occurrences = np.zeros(n_texts, dtype=np.int64)
    size = max(1, min(MAX_ROWS, MAX_CELLS // max(n_texts, 1)))
    for start in range(0, n_texts if depth > 0 else 0, size):
        rows = np.arange(start, min(start + size, n_texts))
        cosine = vectors[rows] @ vectors.T
        cosine[np.arange(len(rows)), rows] = -np.inf
        nearest = np.argpartition(cosine, n_texts - depth, axis=1)[:, n_texts - depth :]
        same[rows] = (languages[nearest] == languages[rows, None]).mean(axis=1)
        occurrences += np.bincount(nearest.ravel(), minlength=n_texts)
        ranked = np.sort(cosine, axis=1)
        for place, relevant in enumerate(others):
            precision[place, rows] = _average_precision(cosine, ranked, relevant[rows])
        advance(len(rows))
    return Neighbourhoods(precision, same, occurrences)


def same_language_pool(languages: Strings) -> Doubles:
    """Share of the other texts that are in each text's language: what a blind draw would show."""
    _, which, counts = np.unique(languages, return_inverse=True, return_counts=True)
    return np.asarray((counts[which] - 1) / max(len(languages) - 1, 1), dtype=np.float64)


def chance_average_precision(sentences: Integers) -> Doubles:
    """Give each text's expected average precision were the pool in random order, shape (texts,).

    With R relevant among N texts it is (H + (R - 1) (N - H) / (N - 1)) / N, where H is the sum of
    1 / i for i up to N. NaN where nothing is relevant.
    """
    _, which, counts = np.unique(sentences, return_inverse=True, return_counts=True)
    n_relevant, n = (counts[which] - 1).astype(np.float64), len(sentences) - 1
    if n < 1:
        return np.full(len(sentences), np.nan)
    harmonic = (1 / np.arange(1, n + 1)).sum()
    expected: Doubles = (harmonic + (n_relevant - 1) * (n - harmonic) / max(n - 1, 1)) / n
    expected[n_relevant < 1] = np.nan
    return expected


def shuffled(sentences: Integers, languages: Strings, *, seed: int = 0) -> Integers:
    """Permute the sentences within each language: an alignment that means nothing."""
    rng = np.random.default_rng(seed)
    mixed = sentences.copy()
    for tag in np.unique(languages):
        own = np.flatnonzero(languages == tag)
        mixed[own] = sentences[rng.permutation(own)]
    return mixed


def _others(sentences: Integers) -> Integers:
    """List the other texts of each text's sentence, shape (texts, most), padded with -1."""
    _, which, counts = np.unique(sentences, return_inverse=True, return_counts=True)
    by_sentence = np.argsort(which, kind="stable")
    first = np.concatenate([[0], np.cumsum(counts)])[which]
    most = int(counts.max(initial=1))
    places = first[:, None] + np.arange(most)
    inside = np.arange(most) < counts[which][:, None]
    members = np.where(inside, by_sentence[np.minimum(places, len(sentences) - 1)], -1)
    members[members == np.arange(len(sentences))[:, None]] = -1
    return np.sort(members, axis=1)[:, ::-1]


def _average_precision(cosine: Floats, ranked: Floats, relevant: Integers) -> Doubles:
    """Give the average precision of some texts, whose cosines are also given in rising order."""
    n_relevant = (relevant >= 0).sum(axis=1)
    own = np.take_along_axis(cosine, np.maximum(relevant, 0), axis=1)
    own = -np.sort(np.where(relevant >= 0, -own, np.inf), axis=1)  # falling, padding last
    found = zip(ranked, own, strict=True)
    at_least = ranked.shape[1] - np.stack([np.searchsorted(row, values) for row, values in found])
    relevant_at_least = (own[:, None, :] >= own[:, :, None]).sum(axis=2)
    place = np.arange(1, own.shape[1] + 1)
    precision = place / (at_least - relevant_at_least + place)
    total = np.where(place <= n_relevant[:, None], precision, 0.0).sum(axis=1)
    values: Doubles = np.full(len(cosine), np.nan)
    np.divide(total, n_relevant, out=values, where=n_relevant > 0)
    return values
