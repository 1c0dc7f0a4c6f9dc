"""What stays the same when a text is translated: names, codes, rare words, numbers, years."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import regex
import scipy.sparse as sp

from polyrec.text.words import normal, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Booleans, Doubles, Integers, Strings

NUMBER = regex.compile(r"\d+")

BLOCK = 65_536
"""Pairs that are compared at a time."""


@dataclass(frozen=True, eq=False)
class Signs:
    """What each of some texts holds of what translations keep.

    Attributes:
        words: which words of other languages too each text holds, weighted by how rare they are,
            shape (texts, words).
        numbers: the numbers of each text.
        headings: those of its first line.
    """

    words: sp.csr_array
    numbers: tuple[frozenset[int], ...]
    headings: tuple[frozenset[int], ...]

    @classmethod
    def of(cls, texts: Sequence[str], languages: Strings) -> Signs:
        """Look for them in texts; only words that stand in texts of two languages count."""
        plain = [normal(text) for text in texts]
        bags = [frozenset(piece.word.casefold() for piece in words(text)) for text in plain]
        spoken: dict[str, set[str]] = defaultdict(set)
        for bag, language in zip(bags, languages.tolist(), strict=True):
            for word in bag:
                spoken[word].add(language)
        kept = sorted(word for word, by in spoken.items() if len(by) > 1)
        place = {word: i for i, word in enumerate(kept)}
        rows = [sorted(place[word] for word in bag if word in place) for bag in bags]
        return cls(
            _by_rarity(rows, len(kept)),
            tuple(numbers_of(text) for text in plain),
            tuple(numbers_of(text.strip().partition("\n")[0]) for text in plain),
        )

    def held(self, one: Integers, other: Integers) -> Doubles:
        """Say how much of one text's words the other holds, by how rare they are, shape (pairs,).

        Of the text that has fewer; 0 to 1.
        """
        total = self.words.sum(axis=1)
        there = self.words.astype(np.bool_).astype(np.float32)
        common: Doubles = np.zeros(len(one))
        for start in range(0, len(one), BLOCK):
            block = slice(start, start + BLOCK)
            common[block] = self.words[one[block]].multiply(there[other[block]]).sum(axis=1)
        return common / np.maximum(np.minimum(total[one], total[other]), 1e-9)

    def at_odds(self, one: Integers, other: Integers) -> tuple[Booleans, Booleans]:
        """Say of pairs of texts whether their numbers contradict each other, shape (pairs,).

        They do where each has one that the other lacks. Said of whole texts, and of first lines.
        """
        whole = [_contradict(self.numbers[i], self.numbers[j]) for i, j in _pairs(one, other)]
        first = [_contradict(self.headings[i], self.headings[j]) for i, j in _pairs(one, other)]
        return np.array(whole, dtype=np.bool_), np.array(first, dtype=np.bool_)

    def differ(self, one: Integers, other: Integers) -> Booleans:
        """Say of pairs of texts whether a first line has a number that the other lacks."""
        found = [self.headings[i] != self.headings[j] for i, j in _pairs(one, other)]
        return np.array(found, dtype=np.bool_)


def numbers_of(text: str) -> frozenset[int]:
    """Find the whole numbers of a text, whatever the script of their digits."""
    return frozenset(int(found) for found in NUMBER.findall(text[:100_000]) if len(found) < 100)


def _contradict(one: frozenset[int], other: frozenset[int]) -> bool:
    return bool(one - other) and bool(other - one)


def _pairs(one: Integers, other: Integers) -> zip[tuple[int, int]]:
    return zip(one.tolist(), other.tolist(), strict=True)


def _by_rarity(rows: list[list[int]], n_words: int) -> sp.csr_array:
    """Weigh each text's words by log(texts / texts that hold it), shape (texts, words)."""
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    indices = np.array([word for row in rows for word in row], dtype=np.int64)
    holding: Doubles = np.bincount(indices, minlength=n_words).astype(np.float64)
    rare = np.log(len(rows) / np.maximum(holding, 1)).astype(np.float32)
    return sp.csr_array((rare[indices], indices, indptr), shape=(len(rows), n_words))
