"""The frequent words of a language, where they lie in the multilingual space, and their like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import MissingExtraError
from polyrec.core.language import matches
from polyrec.core.vectors import unit_rows

if TYPE_CHECKING:
    from polyrec.core.types import Floats
    from polyrec.encode.encoder import Encoder

SKIPPED = 150
"""A language's most frequent words stay as they are: most of them are stop words."""

BLOCK = 1024

NEAR = 10
"""How many nearest words say how crowded it is around a word."""

DENSE_SCRIPTS = "\u3040"
"""From this sign on a sign holds more than a letter: Kana, Han, Hangul."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Frequent words of one language.

    Attributes:
        words: in small letters, the most frequent first.
        vectors: unit rows with the mean of the language taken away, shape (words, dim).
    """

    words: tuple[str, ...]
    vectors: Floats

    @classmethod
    def of(cls, language: str, encoder: Encoder, size: int) -> Vocabulary:
        """Look up and encode a language's words; none for a language without a list.

        Raises:
            MissingExtraError: wordfreq is not installed.
        """
        words = frequent_words(language, size)
        raw = encoder.encode(words)
        centre = raw.mean(axis=0) if len(words) else np.zeros(encoder.dim, dtype=np.float32)
        return cls(tuple(words), unit_rows(raw - centre))


def frequent_words(language: str, size: int) -> list[str]:
    """List the words of a language that may be put for others, the most frequent first.

    Left out are the `SKIPPED` most frequent ones, short ones, and what holds anything but letters.

    Raises:
        MissingExtraError: wordfreq is not installed.
    """
    try:
        import wordfreq
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "nearest words", needs="wordfreq", remedy="pip install 'polyrec[augment]'"
        ) from error
    lists = sorted(tag for tag in wordfreq.available_languages("small") if matches(tag, language))
    if not lists:
        return []
    listed = wordfreq.top_n_list(lists[0], SKIPPED + size)
    return [word for word in listed[SKIPPED:] if is_content(word)]


def is_content(word: str) -> bool:
    """Say whether a word is long enough to mean something, and of letters alone."""
    return len(word) >= (2 if word[:1] >= DENSE_SCRIPTS else 3) and word.isalpha()


def synonyms(vocabulary: Vocabulary, *, depth: int, min_cosine: float) -> dict[str, list[str]]:
    """Find each word's nearest other words in the same language, the nearest first."""
    words, vectors = vocabulary.words, vocabulary.vectors
    found: dict[str, list[str]] = {}
    for start in range(0, len(words), BLOCK):
        cosine = vectors[start : start + BLOCK] @ vectors.T
        here = np.arange(len(cosine))
        cosine[here, start + here] = -np.inf
        order = np.argsort(-cosine, axis=1, kind="stable")[:, :depth]
        for row, near in zip(here, order, strict=True):
            good = [words[i] for i in near if cosine[row, i] >= min_cosine]
            if good:
                found[words[start + row]] = good
    return found


def dictionary(source: Vocabulary, target: Vocabulary, *, margin: float) -> dict[str, str]:
    """Induce a dictionary: words of two languages that are each other's nearest.

    Nearness is the cosine less how crowded it is around both words, so that words that are near to
    everything are no translation of everything: cos - (mean cosine of x's `NEAR` nearest targets +
    that of y's `NEAR` nearest sources) / 2. Source: Conneau et al. 2018, "Word translation without
    parallel data" (CSLS, halved).

    Args:
        source: words to translate.
        target: words to translate them into.
        margin: how near two words must be to count.

    Returns:
        The same pairs from either side. Time and memory grow with words x words.
    """
    if not source.words or not target.words:
        return {}
    cosine = source.vectors @ target.vectors.T
    near = cosine - _crowd(cosine)[:, None] / 2 - _crowd(cosine.T)[None, :] / 2
    forth, back = near.argmax(axis=1), near.argmax(axis=0)
    rows = np.arange(len(forth))
    mutual = np.flatnonzero((back[forth] == rows) & (near[rows, forth] >= margin))
    return {source.words[row]: target.words[forth[row]] for row in mutual}


def _crowd(cosine: Floats) -> Floats:
    """Give the mean of each row's largest cosines."""
    depth = min(NEAR, cosine.shape[1])
    largest = np.partition(cosine, cosine.shape[1] - depth, axis=1)[:, -depth:]
    return np.asarray(largest.mean(axis=1))
