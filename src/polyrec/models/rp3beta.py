"""RP3beta: a random walk from the history over other users to items, popular ones held back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender
from polyrec.models.sparse_product import strongest

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Training


@dataclass
class Rp3Beta(Recommender):
    """Scores an item by how likely three steps from the user lead to it, by its popularity less.

    A step goes from a user to one of their items, or from an item to one of its users, with a
    probability in proportion to the weight, raised to `alpha`; the sum over all paths of three
    steps is divided by (users who chose the item) to the power `beta`. Of each item only the
    strongest ways to others are kept. Cost is the sum of the histories' lengths squared in time,
    items x `n_neighbours` in memory. Blind to new items. Use it on large and sparse data, where
    lists shall reach beyond what is popular. Sources: Paudel et al. 2017, "Updatable, accurate,
    diverse, and scalable recommendations for interactive applications"; that only the strongest are
    kept: Ferrari Dacrema et al. 2019, "Are we really making much progress?".

    Attributes:
        n_neighbours: how many ways to other items an item keeps.
        alpha: raises each step's probability; below 1 likely and unlikely steps draw near.
        beta: how far popular items are held back; 0 not at all.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "n_neighbours": Between(5, 1000, log=True, whole=True),
        "alpha": Between(0.1, 2.0),
        "beta": Between(0.0, 1.5),
    }

    n_neighbours: int = 100
    alpha: float = 0.6
    beta: float = 0.8
    weights_: sp.csr_array | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.n_neighbours < 1:
            raise ConfigError(f"n_neighbours is {self.n_neighbours}", hint="give at least 1")
        if not 0 < self.alpha < np.inf:
            raise ConfigError(f"alpha is {self.alpha}", hint="give a number above 0")
        if not 0 <= self.beta < np.inf:
            raise ConfigError(f"beta is {self.beta}", hint="give 0 or a number above it")

    def _fit(self, training: Training, seed: int) -> None:
        del seed
        X = training.histories.matrix()
        to_users, to_items = self._step(X.T.tocsr()), self._step(X)
        popularity = np.bincount(X.indices, minlength=X.shape[1]).astype(np.float32)
        to_items.data /= popularity[to_items.indices] ** self.beta
        self.weights_ = strongest(to_users, to_items, self.n_neighbours, without_self=True)

    def _step(self, matrix: sp.csr_array, whole: sp.csr_array | None = None) -> sp.csr_array:
        """Give the probabilities of going from a row to a column, raised to alpha.

        Rows may be parts of wholes, one for each or one for all, that have more ways to go.
        """
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        total = (matrix if whole is None else whole).sum(axis=1, dtype=np.float64)
        likely = (matrix.data / np.broadcast_to(total, matrix.shape[:1])[rows]) ** self.alpha
        table = (likely.astype(np.float32), matrix.indices, matrix.indptr)
        return sp.csr_array(table, shape=matrix.shape)

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.weights_ is not None
        return np.asarray((self._step(parts.matrix(), whole.matrix()) @ self.weights_).toarray())
