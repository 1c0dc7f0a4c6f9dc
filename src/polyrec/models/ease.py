"""EASE: item-to-item weights in closed form; strong and simple, blind to new items."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.linalg

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    import scipy.sparse as sp

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Doubles, Floats, Histories, Training

GB = 1e9
BLOCK = 4096


@dataclass
class Ease(Recommender):
    """Ridge regression of each item on all others, with a zero diagonal.

    With X the histories and P = (X'X + l2 I)^-1, the weights are B = I - P / diag(P), the scores
    X B. Where users are fewer than items, the dual K = (X X' + l2 I)^-1 gives the same scores:
    l2 P = I - X' K X, never formed; its diagonal is kept. Cost is min(users, items) cubed in time
    and squared in memory. Items without interactions score 0. Source: Steck 2019, "Embarrassingly
    shallow autoencoders for sparse data".

    Attributes:
        l2: ridge penalty; higher trusts rare items less.
        memory_limit_gb: refuse to fit where the square matrices would need more.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {"l2": Between(0.5, 5000.0, log=True)}

    l2: float = 5.0
    memory_limit_gb: float = 4.0
    seen_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)
    dual_: Doubles | None = field(default=None, init=False, repr=False, compare=False)
    weights_: Floats | None = field(default=None, init=False, repr=False, compare=False)
    diagonal_: Doubles | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.l2 < np.inf:
            raise ConfigError(f"l2 is {self.l2}", hint="give a number above 0")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        X = training.histories.matrix().astype(np.float64)
        X = X[np.diff(X.indptr) > 0]
        n_users, n_items = X.shape
        self._check_memory(min(n_users, n_items))
        self.seen_ = self.dual_ = self.weights_ = self.diagonal_ = None
        if n_users < n_items:
            self._fit_dual(X)
        else:
            self._fit_primal(X)

    def _check_memory(self, side: int) -> None:
        """Refuse before two square matrices of doubles would exceed the limit."""
        needed_gb = 2 * 8 * side**2 / GB
        if needed_gb > self.memory_limit_gb:
            raise ConfigError(
                f"ease would need {needed_gb:.2g} GB for {side:,} x {side:,} weights, "
                f"the limit is {self.memory_limit_gb:g} GB",
                hint="use the recommender 'sparse-ease', or raise memory_limit_gb",
            )

    def _fit_dual(self, X: sp.csr_array) -> None:
        gram = (X @ X.T).toarray()
        gram[np.diag_indices_from(gram)] += self.l2
        self.dual_ = _inverse(gram)
        self.seen_ = X
        self.diagonal_ = np.empty(X.shape[1])
        for start in range(0, X.shape[1], BLOCK):
            part = X[:, start : start + BLOCK]
            through = part.multiply(self.dual_ @ part).sum(axis=0)
            self.diagonal_[start : start + BLOCK] = 1 - through

    def _fit_primal(self, X: sp.csr_array) -> None:
        gram = (X.T @ X).toarray()
        gram[np.diag_indices_from(gram)] += self.l2
        P = _inverse(gram)
        weights = P / -np.diag(P)
        np.fill_diagonal(weights, 0.0)
        self.weights_ = weights.astype(np.float32)

    def _forget(self, kept: Booleans) -> None:
        """Leave users out of the dual: then it is that of the others, as if fitted on them."""
        if self.dual_ is None:
            return
        assert self.seen_ is not None
        assert self.diagonal_ is not None
        gone = np.linalg.inv(self.dual_[np.ix_(~kept, ~kept)])
        between = self.dual_[np.ix_(~kept, kept)]
        through = self.dual_[~kept] @ self.seen_
        # by the inverse of a matrix in blocks
        self.dual_ = self.dual_[np.ix_(kept, kept)] - between.T @ (gone @ between)
        self.diagonal_ = self.diagonal_ + (through * (gone @ through)).sum(axis=0)
        self.seen_ = self.seen_[kept]

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        X = histories.matrix()
        if self.weights_ is not None:
            return np.asarray(X @ self.weights_)
        assert self.seen_ is not None
        assert self.dual_ is not None
        assert self.diagonal_ is not None
        known = X.toarray().astype(np.float64)
        through = (self.seen_.T @ (self.dual_ @ (self.seen_ @ known.T))).T
        return np.asarray(known - (known - through) / self.diagonal_, dtype=np.float32)


def _inverse(gram: Doubles) -> Doubles:
    """Invert a symmetric positive definite matrix by its Cholesky factor."""
    factor = scipy.linalg.cho_factor(gram, overwrite_a=True, check_finite=False)
    return np.asarray(scipy.linalg.cho_solve(factor, np.eye(len(gram)), check_finite=False))
