"""Word2Vec learned on the catalog's own words; `fit` needs the extra `word2vec`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import MissingExtraError
from polyrec.encode.by_terms import ByTerms

if TYPE_CHECKING:
    import scipy.sparse as sp

    from polyrec.core.types import Floats


@dataclass
class Word2Vec(ByTerms):
    """The mean of a text's word vectors, rare words weighing more, learned on the catalog.

    Words that stand in like company get like vectors. It wants many texts of each language, and
    languages meet only in the words that they share. One thread learns, so that the same catalog
    gives the same vectors. Source: Mikolov et al. 2013, "Efficient estimation of word
    representations in vector space", skip-grams, by gensim.

    Attributes:
        size: length of a vector.
        min_count: in how many texts a term must stand.
        max_terms: how many terms are kept, the most frequent ones.
        strict: whether a language's missing extra is an error; else it is cut by rules alone.
        window: how many words on either side are a word's company.
        epochs: how often the texts are read.
        seed: draws all that is drawn.
    """

    window: int = 5
    epochs: int = 10
    seed: int = 0

    def _settings(self) -> tuple[object, ...]:
        return (self.window, self.epochs, self.seed)

    def _damped(self, counts: Floats) -> Floats:
        return counts

    def _learn(self, documents: list[list[str]], counts: sp.csr_array) -> Floats:
        del counts
        assert self.terms_ is not None
        if not len(self.terms_):
            return np.zeros((0, self.size), dtype=np.float32)
        try:
            from gensim.models import Word2Vec as Gensim
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                "encoder 'word2vec'", needs="gensim", remedy="pip install 'polyrec[word2vec]'"
            ) from error
        model = Gensim(
            documents,
            vector_size=self.size,
            window=self.window,
            epochs=self.epochs,
            min_count=1,
            sg=1,
            workers=1,
            seed=self.seed,
        )
        return np.asarray(model.wv[[str(term) for term in self.terms_]], dtype=np.float32)
