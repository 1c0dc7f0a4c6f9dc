"""PureSVD: histories seen through the directions in which they differ most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between, OneOf
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Doubles, Floats, Histories, Training

ROUNDS = 8
"""How often the directions are drawn towards the strongest; each costs two products with X."""

SPARE = 16
"""Directions that are looked for beyond those wanted, which makes these exact sooner."""


@dataclass
class PureSvd(Recommender):
    """Projects a history onto the directions in which the histories differ most.

    With X = U S V' cut to the `dim` largest singular values, scores are X V V': users have no
    factors of their own, so anybody can be scored. V is found from a random start (Halko et al.
    2011, "Finding structure with randomness"). Cost is that of some `ROUNDS` x `dim` products of X
    with a vector, and (users + items) x `dim` in memory; the model is items x `dim`. Blind to new
    items. Use it as the plainest model with factors, or where a large catalog needs a small model.
    Source: Cremonesi et al. 2010, "Performance of recommender algorithms on top-N recommendation
    tasks".

    Attributes:
        dim: how many directions are kept, at most half of all: with all of them the scores are the
            histories themselves.
        unit_users: scale each history to length one before the directions are sought, so that the
            long ones do not take all; False is as in the source.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "dim": Between(4, 512, log=True, whole=True),
        "unit_users": OneOf((True, False)),
    }

    dim: int = 200
    unit_users: bool = True
    factors_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.dim < 1:
            raise ConfigError(f"dim is {self.dim}", hint="give at least 1")

    def _fit(self, training: Training, seed: int) -> None:
        X = training.histories.matrix().astype(np.float64)
        X = X[np.diff(X.indptr) > 0]
        if self.unit_users:
            length = np.sqrt(X.multiply(X).sum(axis=1))
            X.data /= np.repeat(length, np.diff(X.indptr))
        dim = min(self.dim, max(1, min(X.shape) // 2))
        self.factors_ = directions(X, dim, seed=seed).astype(np.float32)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.factors_ is not None
        return np.asarray((histories.matrix() @ self.factors_) @ self.factors_.T)


def directions(X: sp.csr_array, dim: int, *, seed: int) -> Doubles:
    """Find the strongest right singular vectors, strongest first; none of strength 0.

    Returns:
        Orthonormal columns, shape (items, at most dim).
    """
    width = min(dim + SPARE, *X.shape)
    Q: Doubles = np.random.default_rng(seed).standard_normal((X.shape[1], width))
    for _ in range(ROUNDS):
        Q = _orthonormal(X.T @ _orthonormal(X @ Q))
    _, strength, within = scipy.linalg.svd(X @ Q, full_matrices=False)
    real = strength[:dim] > strength[0] * max(X.shape) * np.finfo(np.float64).eps
    return np.asarray(Q @ within[:dim][real].T)


def _orthonormal(columns: Doubles) -> Doubles:
    return np.asarray(scipy.linalg.qr(columns, mode="economic", check_finite=False)[0])
