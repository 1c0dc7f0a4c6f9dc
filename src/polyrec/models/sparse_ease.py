"""Sparse EASE: item-to-item weights in closed form among few candidates, for large catalogs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.progress import progress
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender
from polyrec.models.sparse_product import strongest

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Training


@dataclass
class SparseEase(Recommender):
    """Ridge regression of each item on the items that were most often chosen together with it.

    With X the histories and C an item j's candidates (those of the largest X'X[:, j], without j),
    its weights are (X_C' X_C + l2 I)^-1 X_C' x_j, all others 0, and scores are X B. These are the
    weights of EASE where all items that hang together are candidates of each other. Each item costs
    `n_neighbours` cubed and what its candidates' users chose; the model is items x `n_neighbours`.
    Blind to new items. Use it where the catalog is too large for `ease`. Sources: Ning and Karypis
    2011, "SLIM: Sparse linear methods for top-N recommender systems" (its candidate sets); Steck
    2019, "Embarrassingly shallow autoencoders for sparse data" (the closed form).

    Attributes:
        n_neighbours: how many candidates an item has.
        l2: ridge penalty; higher trusts rare items less.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "n_neighbours": Between(10, 500, log=True, whole=True),
        "l2": Between(0.5, 5000.0, log=True),
    }

    n_neighbours: int = 100
    l2: float = 10.0
    weights_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ConfigError(f"n_neighbours is {self.n_neighbours}", hint="give at least 1")
        if not 0 < self.l2 < np.inf:
            raise ConfigError(f"l2 is {self.l2}", hint="give a number above 0")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        X = training.histories.matrix().astype(np.float64)
        together = strongest(X.T.tocsr(), X, self.n_neighbours, without_self=True)
        columns = X.tocsc()
        weights = np.empty(together.nnz, dtype=np.float32)
        with progress("weights", X.shape[1], unit="items") as advance:
            for first, last in zip(together.indptr[:-1], together.indptr[1:], strict=True):
                candidates = columns[:, together.indices[first:last]]
                gram = (candidates.T @ candidates).toarray()
                gram[np.diag_indices_from(gram)] += self.l2
                weights[first:last] = scipy.linalg.solve(
                    gram, together.data[first:last], assume_a="pos", check_finite=False
                )
                advance(1)
        by_item = (weights, together.indices, together.indptr)
        self.weights_ = sp.csr_array(by_item, shape=together.shape).T.tocsr()

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.weights_ is not None
        return np.asarray((histories.matrix() @ self.weights_).toarray())
