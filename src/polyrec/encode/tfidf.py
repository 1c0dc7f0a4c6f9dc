"""TF-IDF on the words of each language, brought to few dimensions: no model, nothing to load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.encode.by_terms import ByTerms

if TYPE_CHECKING:
    from polyrec.core.types import Floats

MORE, ROUNDS = 16, 4


@dataclass
class Tfidf(ByTerms):
    """TF-IDF of stems, projected on the strongest directions of the catalog (LSA).

    Rare terms weigh more; a term that stands twice in a text counts 1 + ln 2. It knows no meaning:
    texts of different languages meet only in names and borrowed words. Source: Deerwester et al.
    1990, "Indexing by latent semantic analysis"; the directions are found by a randomised SVD
    (Halko et al. 2011).

    Attributes:
        size: length of a vector; where the catalog gives fewer dimensions the rest is 0.
        min_count: in how many texts a term must stand.
        max_terms: how many terms are kept, the most frequent ones.
        strict: whether a language's missing extra is an error; else it is cut by rules alone.
        seed: draws where the search for directions starts.
    """

    seed: int = 0

    def _settings(self) -> tuple[object, ...]:
        return (self.seed,)

    def _damped(self, counts: Floats) -> Floats:
        return 1 + np.log(counts)

    def _learn(self, documents: list[list[str]], counts: sp.csr_array) -> Floats:
        del documents
        weighed = self._weighed(counts)
        lengths = np.sqrt(weighed.power(2).sum(axis=1))
        rows = sp.diags_array(1 / np.where(lengths > 0, lengths, 1)) @ weighed
        return strongest_directions(sp.csr_array(rows), self.size, seed=self.seed)


def strongest_directions(rows: sp.csr_array, size: int, *, seed: int = 0) -> Floats:
    """Find the right singular vectors of the largest singular values, shape (columns, size).

    There are fewer where the matrix has fewer rows or columns. Costs (rows + columns) x size^2.
    """
    size = min(size, *rows.shape)
    wide = min(size + MORE, *rows.shape)
    rng = np.random.default_rng(seed)
    found = np.asarray(rows @ rng.standard_normal((rows.shape[1], wide)))
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(found)
        basis, _ = np.linalg.qr(np.asarray(rows.T @ basis))
        found = np.asarray(rows @ basis)
    basis, _ = np.linalg.qr(found)
    _, _, directions = np.linalg.svd(np.asarray(rows.T @ basis).T, full_matrices=False)
    return np.asarray(directions[:size].T, dtype=np.float32)
