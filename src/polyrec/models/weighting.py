"""What a choice counts when items or users are compared: as it is, by TF-IDF or by BM25."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between, OneOf

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats

WEIGHTINGS = ("cosine", "tfidf", "bm25")

NEIGHBOUR_SPACE: SearchSpace = {
    "n_neighbours": Between(5, 1000, log=True, whole=True),
    "weighting": OneOf(WEIGHTINGS),
    "shrinkage": Between(0.0, 200.0),
}
"""What `check_neighbours` lets through, as far as it may be worth trying."""

K1, B = 100.0, 0.8
"""BM25's saturation and length normalisation, as the library implicit has them for choices."""


def check_neighbours(weighting: str, n_neighbours: int, shrinkage: float) -> None:
    """Refuse settings of a neighbour model that cannot be used.

    Raises:
        ConfigError: there is no such weighting, or a number is out of range.
    """
    if weighting not in WEIGHTINGS:
        raise ConfigError(f"weighting is {weighting!r}", hint=f"give one of {WEIGHTINGS}")
    if n_neighbours < 1:
        raise ConfigError(f"n_neighbours is {n_neighbours}", hint="give at least 1")
    if not 0 <= shrinkage < np.inf:
        raise ConfigError(f"shrinkage is {shrinkage}", hint="give 0 or a number above it")


def rarity(documents: sp.csr_array) -> Floats:
    """Say how rare each word is: log(1 + (n - df + 1/2) / (df + 1/2)), shape (words,).

    Args:
        documents: how often each word stands in each, shape (documents, words); empty ones do not
            count.
    """
    n = np.count_nonzero(np.diff(documents.indptr))
    frequency = np.bincount(documents.indices, minlength=documents.shape[1])
    return np.log1p((n - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)


def mean_length(documents: sp.csr_array) -> float:
    """Give the mean sum of the documents that are not empty."""
    n = np.count_nonzero(np.diff(documents.indptr))
    return float(documents.data.sum(dtype=np.float64)) / max(int(n), 1)


def weighted(
    documents: sp.csr_array, weighting: str, rare: Floats, usual_length: float
) -> sp.csr_array:
    """Weigh words so that the product of two documents says how alike they are.

    `cosine` takes counts as they are and `tfidf` times the words' rarity, both scaled to length
    one. `bm25` has its own normalisation of length: count (K1 + 1) / (count + K1 (1 - B + B length
    / usual length)) times rarity. Sources: Sarwar et al. 2001, "Item-based collaborative filtering
    recommendation algorithms"; Robertson and Zaragoza 2009, "The probabilistic relevance framework:
    BM25 and beyond".

    Args:
        documents: shape (documents, words).
        weighting: one of `WEIGHTINGS`.
        rare: how rare each word is among the documents learned from.
        usual_length: the mean length of those.
    """
    counts: Doubles = documents.data.astype(np.float64)
    rows = np.repeat(np.arange(documents.shape[0]), np.diff(documents.indptr))
    if weighting == "bm25":
        length = np.bincount(rows, weights=counts, minlength=documents.shape[0])
        saturation = K1 * (1 - B + B * length / usual_length)
        counts = counts * (K1 + 1) / (counts + saturation[rows])
    if weighting != "cosine":
        counts = counts * rare[documents.indices]
    if weighting != "bm25":
        squares = np.bincount(rows, weights=np.square(counts), minlength=documents.shape[0])
        counts = counts / np.sqrt(squares)[rows]
    table = (counts.astype(np.float32), documents.indices, documents.indptr)
    return sp.csr_array(table, shape=documents.shape)
