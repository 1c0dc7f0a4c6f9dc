"""Texts that mean the same in several languages: what a multilingual space is tested on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from polyrec.core.types import Booleans, Integers, Strings

ENGLISH = "en"


@dataclass(frozen=True, eq=False)
class Parallel:
    """Texts, the language of each, and which sentence each one says.

    Attributes:
        texts: never empty.
        languages: BCP 47 tag of each text, shape (texts,).
        sentences: what each text says, as a number, shape (texts,); a sentence has at most one text
            per language, and at least two texts.
        name: what reports call it.
        is_pool: whether sentences stand in more than two languages, so that one pool of all texts
            makes sense; pairs with one language make none.
    """

    texts: tuple[str, ...]
    languages: Strings
    sentences: Integers
    name: str = "parallel text"
    is_pool: bool = True

    @classmethod
    def from_sentences(
        cls, sentences: Iterable[Mapping[str, str]], *, name: str = "parallel text"
    ) -> Parallel:
        """Build from each sentence's texts by language.

        Empty texts are left out, then sentences with fewer than two texts.

        Raises:
            DataError: nothing is left.
        """
        rows: list[tuple[str, str, int]] = []
        most = 0
        for number, by in enumerate(sentences):
            kept = [(tag, text) for tag, text in by.items() if text.strip()]
            if len(kept) > 1:
                most = max(most, len(kept))
                rows += [(text, tag, number) for tag, text in kept]
        if not rows:
            raise DataError(
                f"{name}: no sentence stands in two languages", hint="give aligned texts"
            )
        texts, languages, numbers = zip(*rows, strict=True)
        return cls(
            tuple(texts), np.array(languages), np.array(numbers, dtype=np.int64), name, most > 2
        )

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def n_sentences(self) -> int:
        """How many sentences there are."""
        return len(np.unique(self.sentences))

    @property
    def tags(self) -> list[str]:
        """The languages, most frequent first, then by tag."""
        counts = Counter(self.languages.tolist())
        return sorted(counts, key=lambda tag: (-counts[tag], tag))

    @property
    def pivot(self) -> str:
        """The language that the others are held against: English, or else the most frequent."""
        return ENGLISH if ENGLISH in self.languages else self.tags[0]

    def sample(self, n: int, *, seed: int = 0) -> Parallel:
        """Draw sentences until every language but the pivot has n of them, or all that it has.

        Where every sentence stands in every language, these are n sentences.
        """
        found: Counter[str] = Counter()
        chosen = []
        by_sentence: dict[int, list[str]] = {}
        for number, tag in zip(self.sentences.tolist(), self.languages.tolist(), strict=True):
            by_sentence.setdefault(number, []).append(tag)
        numbers = np.array(list(by_sentence))
        for number in np.random.default_rng(seed).permutation(numbers).tolist():
            tags = [tag for tag in by_sentence[number] if tag != self.pivot]
            if any(found[tag] < n for tag in tags):
                found.update(tags)
                chosen.append(number)
        return self.where(np.isin(self.sentences, chosen))

    def halves(self, *, seed: int = 0) -> tuple[Parallel, Parallel]:
        """Part the sentences evenly into two that share none.

        Raises:
            DataError: there is only one sentence.
        """
        numbers = np.random.default_rng(seed).permutation(np.unique(self.sentences))
        if len(numbers) < 2:
            raise DataError(f"{self.name} has one sentence", hint="give more")
        first = np.isin(self.sentences, numbers[: len(numbers) // 2])
        return self.where(first), self.where(~first)

    def where(self, keep: Booleans) -> Parallel:
        """Keep the texts where the mask is true."""
        texts = tuple(text for text, kept in zip(self.texts, keep, strict=True) if kept)
        return Parallel(texts, self.languages[keep], self.sentences[keep], self.name, self.is_pool)
