"""Keywords: which words say most about an item, or about what somebody has chosen."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

from polyrec.core.errors import ConfigError, NotFittedError
from polyrec.core.progress import progress
from polyrec.text.tokens import tokenizer_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from polyrec.data.catalog import Catalog


class Keyword(NamedTuple):
    """One word.

    Attributes:
        word: as it stands in most of the texts, in lower case; verbs of Japanese and Korean in
            their dictionary's form.
        score: how much it says, comparable within one answer.
    """

    word: str
    score: float


@dataclass
class Keywords:
    """Finds the words of an item or a user that are rare in the rest of the catalog (TF-IDF).

    Forms of one word count as one. Rarity is that among the catalog's texts of the same language,
    so a word of a small language is not rare for that. Stop words, numbers and
    single letters are left out.

    Attributes:
        strict: whether a language's missing extra is an error; else it is cut by rules alone.
        most_texts: of each language so many texts say how rare words are, and they are counted when
            it is first asked for; None for all texts, counted by `fit`.
    """

    strict: bool = True
    most_texts: int | None = None
    _catalog: Catalog | None = field(default=None, init=False, repr=False, compare=False)
    _n_texts: Counter[str] = field(default_factory=Counter, init=False, repr=False, compare=False)
    _n_with: dict[str, Counter[str]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def fit(self, catalog: Catalog) -> Self:
        """Count in how many texts of its language each term stands.

        Raises:
            MissingExtraError: a language needs an extra that is not installed.
        """
        self._catalog, self._n_texts, self._n_with = catalog, Counter(), {}
        if self.most_texts is None:
            with progress("counting words", len(catalog), unit="items") as advance:
                for language in dict.fromkeys(catalog.language):
                    self._count(catalog, language, advance)
        return self

    def over(self, catalog: Catalog) -> Keywords:
        """Give the same for another catalog, such as one with an item more.

        Languages that were counted stay as they are; those counted later count for both.
        """
        made = copy(self)
        made._catalog = catalog
        return made

    def work_ahead(self) -> None:
        """Count all languages now, so that nobody who asks waits for it."""
        if self._catalog is None:
            raise NotFittedError("Keywords")
        for language in dict.fromkeys(self._catalog.language):
            if language not in self._n_with:
                self._count(self._catalog, language, _silent)

    def of_item(self, item_id: str, *, k: int = 10) -> list[Keyword]:
        """Give the keywords of an item, in the language of its text, best first.

        Raises:
            NotFittedError: `fit` was not called.
            UnknownIdError: there is no such item.
            ConfigError: k is below 1.
        """
        return next(iter(self.of_items([item_id], k=k).values()), [])

    def of_items(self, item_ids: Iterable[str], *, k: int = 10) -> dict[str, list[Keyword]]:
        """Give the keywords of several items together, such as a user's history.

        Returns:
            By language, that of most items first, the k best of each, best first; an item counts
            once for each of its words. Languages without a word are left out.

        Raises:
            NotFittedError: `fit` was not called.
            UnknownIdError: an item is not known.
            ConfigError: k is below 1.
        """
        if self._catalog is None:
            raise NotFittedError("Keywords")
        if k < 1:
            raise ConfigError(f"k is {k}", hint="give at least 1")
        items = self._catalog.ids.indices(item_ids).tolist()
        by_language: dict[str, list[int]] = defaultdict(list)
        for item in items:
            by_language[self._catalog.language[item]].append(item)
        ordered = sorted(by_language.items(), key=lambda each: -len(each[1]))
        found = {language: self._best(language, own, k) for language, own in ordered}
        return {language: words for language, words in found.items() if words}

    def _count(self, catalog: Catalog, language: str, advance: Callable[[int], None]) -> None:
        """Count in how many texts of a language each term stands."""
        texts = [
            text
            for tag, text in zip(catalog.language, catalog.text, strict=True)
            if tag == language
        ]
        if self.most_texts is not None and len(texts) > self.most_texts:
            texts = random.Random(0).sample(texts, self.most_texts)  # noqa: S311
        n_with: Counter[str] = Counter()
        for text in texts:
            n_with.update({term for term, _ in self._terms(text, language)})
            advance(1)
        self._n_texts[language], self._n_with[language] = len(texts), n_with

    def _best(self, language: str, items: list[int], k: int) -> list[Keyword]:
        assert self._catalog is not None
        if language not in self._n_with:
            self._count(self._catalog, language, _silent)
        scores: dict[str, float] = defaultdict(float)
        shown: dict[str, Counter[str]] = defaultdict(Counter)
        for item in items:
            terms = self._terms(self._catalog.text[item], language)
            for term, word in terms:
                shown[term][word] += 1
            for term, n in Counter(term for term, _ in terms).items():
                scores[term] += (1 + math.log(n)) * self._rarity(language, term)
        best = sorted(scores, key=lambda term: (-scores[term], term))[:k]
        return [Keyword(_commonest(shown[term]), scores[term] / len(items)) for term in best]

    def _rarity(self, language: str, term: str) -> float:
        return 1 + math.log((1 + self._n_texts[language]) / (1 + self._n_with[language][term]))

    def _terms(self, text: str, language: str) -> list[tuple[str, str]]:
        return subject_words(text, language, strict=self.strict)


def subject_words(text: str, language: str, *, strict: bool = True) -> list[tuple[str, str]]:
    """Give the terms of a text that may say what it is about, and how each is shown, in order.

    Raises:
        LanguageError: the language is not a tag.
        MissingExtraError: the language needs an extra that is not installed, and `strict`.
    """
    return [
        (token.term, token.shown)
        for token in tokenizer_for(language, strict=strict)(text)
        if not token.is_stop and not _is_short(token.word)
    ]


def _silent(steps: int) -> None:
    """Count nothing: few texts are read."""
    del steps


def _is_short(word: str) -> bool:
    """Say whether a word is a number, or a single letter of a script that has upper case."""
    return word[0].isdigit() or (len(word) == 1 and word.upper() != word)


def _commonest(words: Counter[str]) -> str:
    """Give the most frequent form; of equals the shortest, then the first of the alphabet."""
    return min(words, key=lambda word: (-words[word], len(word), word))
