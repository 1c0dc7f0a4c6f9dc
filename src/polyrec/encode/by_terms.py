"""What encoders share that count a catalog's words: a vocabulary, and a vector for each term."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError, NotFittedError
from polyrec.core.language import UNDETERMINED
from polyrec.encode.encoder import Encoder, Kind
from polyrec.text.tokens import tokenizer_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats, Strings

LONGEST_TERM = 40
"""Longer terms are cut: they are no words, and all terms are kept as wide as the longest."""


@dataclass
class ByTerms(Encoder):
    """A text's vector is the sum of its terms' vectors, each weighed; a new one writes `_learn`.

    Terms are stems or dictionary forms without stop words, found by the tools of each text's
    language. Languages share the terms that they share. A text whose language is not known is cut
    as the language of the catalog does that knows most of its words.

    Attributes:
        size: length of a vector; where the catalog gives fewer dimensions the rest is 0.
        min_count: in how many texts a term must stand.
        max_terms: how many terms are kept, the most frequent ones.
        strict: whether a language's missing extra is an error; else it is cut by rules alone.
    """

    size: int = 256
    min_count: int = 2
    max_terms: int = 100_000
    strict: bool = True
    terms_: Strings | None = field(default=None, init=False, repr=False, compare=False)
    weights_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    table_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    languages_: Strings | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("size", "min_count", "max_terms", "window", "epochs"):
            if (value := getattr(self, name, 1)) < 1:
                raise ConfigError(f"{name} is {value}", hint="give at least 1")
        if (seed := getattr(self, "seed", 0)) < 0:
            raise ConfigError(f"seed is {seed}", hint="give 0 or more")

    @property
    def learns(self) -> bool:
        """It does."""
        return True

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.size

    @property
    def fingerprint(self) -> str:
        """Names the settings and, once fitted, what was learned."""
        settings = (self.size, self.min_count, self.max_terms, self.strict, *self._settings())
        name = f"{type(self).__name__.lower()}-1/{'/'.join(map(str, settings))}"
        return name if self.terms_ is None else f"{name}/{self._digest}"

    @cached_property
    def _digest(self) -> str:
        learned = (self.terms_, self.languages_, self.weights_, self.table_)
        digest = hashlib.sha256()
        for each in learned:
            digest.update(np.ascontiguousarray(each).tobytes())
        return digest.hexdigest()[:16]

    def _settings(self) -> tuple[object, ...]:
        """Give further settings that vectors depend on."""
        return ()

    @abstractmethod
    def _learn(self, documents: list[list[str]], counts: sp.csr_array) -> Floats:
        """Learn a vector for each term.

        Args:
            documents: the terms of each text, those of the vocabulary alone, in order.
            counts: how often each text has each term, shape (texts, terms).

        Returns:
            Shape (terms, size) or narrower.
        """

    @abstractmethod
    def _damped(self, counts: Floats) -> Floats:
        """Say how much a term's repetition in a text counts."""

    def _fit(self, texts: list[str], languages: list[str]) -> None:
        found = [self._terms(text, tag) for text, tag in zip(texts, languages, strict=True)]
        self.languages_ = np.array(sorted(set(languages)), dtype=np.str_)
        self.terms_, n_texts = self._vocabulary(found)
        self.weights_ = np.log((1 + len(texts)) / (1 + n_texts)).astype(np.float32) + 1
        for name in ("_place", "_digest"):
            self.__dict__.pop(name, None)
        documents = [[term for term in terms if term in self._place] for terms in found]
        learned = self._learn(documents, self._counts(documents)).astype(np.float32)
        self.table_ = np.zeros((len(self.terms_), self.size), dtype=np.float32)
        self.table_[:, : learned.shape[1]] = learned

    def _vocabulary(self, documents: list[list[str]]) -> tuple[Strings, Floats]:
        """Give the terms, sorted, and in how many texts each stands."""
        n_texts: dict[str, int] = {}
        for terms in documents:
            for term in set(terms):
                n_texts[term] = n_texts.get(term, 0) + 1
        often = [(-n, term) for term, n in n_texts.items() if n >= self.min_count]
        kept = sorted(term for _, term in sorted(often)[: self.max_terms])
        counts = np.array([n_texts[term] for term in kept], dtype=np.float32)
        return np.array(kept, dtype=np.str_), counts

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        return self._encode_by_language(texts, [UNDETERMINED] * len(texts), kind, advance)

    def _encode_by_language(
        self, texts: list[str], languages: list[str], kind: Kind, advance: Callable[[int], None]
    ) -> Floats:
        del kind  # what is looked for and what is found are counted alike
        if self.table_ is None:
            raise NotFittedError(type(self).__name__)
        documents = []
        for text, tag in zip(texts, languages, strict=True):
            documents.append(
                self._best_terms(text) if tag == UNDETERMINED else self._terms(text, tag)
            )
            advance(1)
        weighed = self._weighed(self._counts(documents))
        return cast("Floats", np.asarray(weighed @ self.table_))

    def _terms(self, text: str, language: str) -> list[str]:
        cut = tokenizer_for(language, strict=self.strict)
        return [token.term[:LONGEST_TERM] for token in cut(text) if not token.is_stop]

    def _best_terms(self, text: str) -> list[str]:
        """Cut a text as that language does whose terms are known best."""
        assert self.languages_ is not None
        best: tuple[float, list[str]] = (-1.0, [])
        for tag in dict.fromkeys([UNDETERMINED, *self.languages_]):
            terms = self._terms(text, str(tag))
            known = sum(term in self._place for term in terms) / max(1, len(terms))
            if known > best[0]:
                best = (known, terms)
        return best[1]

    @cached_property
    def _place(self) -> dict[str, int]:
        assert self.terms_ is not None
        return {str(term): i for i, term in enumerate(self.terms_)}

    def _counts(self, documents: list[list[str]]) -> sp.csr_array:
        places = [[self._place[t] for t in terms if t in self._place] for terms in documents]
        indptr = np.cumsum([0, *map(len, places)])
        indices = np.array([place for row in places for place in row], dtype=np.int64)
        ones = np.ones(len(indices), dtype=np.float32)
        made = sp.csr_array((ones, indices, indptr), shape=(len(documents), len(self._place)))
        made.sum_duplicates()
        return made

    def _weighed(self, counts: sp.csr_array) -> sp.csr_array:
        """Weigh each term by how rare it is and how often it stands in the text."""
        assert self.weights_ is not None
        made = counts.copy()
        made.data = self._damped(made.data) * self.weights_[made.indices]
        return made
