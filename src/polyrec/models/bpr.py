"""BPR: factors of items, learned so that what people chose stands before what they did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import scipy.sparse as sp
from scipy.special import expit

from polyrec.core.errors import ConfigError
from polyrec.core.progress import progress
from polyrec.core.search_space import Between
from polyrec.models.recommender import Recommender

if TYPE_CHECKING:
    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Booleans, Floats, Histories, Integers, Training

BATCH = 32
"""Users whose choices make one step."""

FIRST = 0.1
"""Standard deviation of the factors to start with."""


@dataclass
class Bpr(Recommender):
    """Scores an item by its factors along those of the history, learned from pairs of items.

    With x a history and F the factors, scores are x F F' / |x|: users have no factors of their own,
    so anybody can be scored. For each choice another user's is drawn, and the log-likelihood climbs
    that the first stands before the second; no item speaks for itself. Steps are AdaGrad's, each
    over `BATCH` users. Cost is `epochs` x choices x `dim`; the model is items x
    `dim`. Blind to new items. Use it where the order of few items counts and the catalog is large.
    Sources: Rendle et al. 2009, "BPR: Bayesian personalized ranking from implicit feedback"; users
    as sums of their items: Kabbur et al. 2013, "FISM"; the steps: Duchi et al. 2011.

    Attributes:
        dim: how many factors an item has.
        epochs: how often each choice is learned from.
        learning_rate: length of the first steps; later ones are shorter.
        l2: how strongly factors are held back.
    """

    is_linear = True
    search_space: ClassVar[SearchSpace] = {
        "dim": Between(8, 512, log=True, whole=True),
        "epochs": Between(5, 200, log=True, whole=True),
        "learning_rate": Between(0.01, 0.5, log=True),
        "l2": Between(0.0001, 0.5, log=True),
    }

    dim: int = 128
    epochs: int = 100
    learning_rate: float = 0.05
    l2: float = 0.02
    factors_: Floats | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("dim", "epochs"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}", hint="give at least 1")
        if not 0 < self.learning_rate < np.inf:
            raise ConfigError(
                f"learning_rate is {self.learning_rate}", hint="give a number above 0"
            )
        if not 0 <= self.l2 < np.inf:
            raise ConfigError(f"l2 is {self.l2}", hint="give 0 or a number above it")

    def _fit(self, training: Training, seed: int) -> None:
        rng = np.random.default_rng(seed)
        X = training.histories.matrix()
        X = X[np.diff(X.indptr) > 1]  # nothing else speaks for an only item
        known = np.unique(X.indices)
        F: Floats = np.zeros((X.shape[1], self.dim), dtype=np.float32)
        F[known] = FIRST * rng.standard_normal((len(known), self.dim), dtype=np.float32)
        squares = np.full_like(F, np.finfo(np.float32).eps)
        with progress("epochs", self.epochs, unit="epochs") as advance:
            for _ in range(self.epochs):
                order = rng.permutation(X.shape[0])
                for start in range(0, len(order), BATCH):
                    chosen = X[order[start : start + BATCH]]
                    items, slope = slopes(F, chosen, rng.choice(X.indices, chosen.nnz))
                    slope -= np.float32(self.l2) * F[items]
                    squares[items] += np.square(slope)
                    F[items] += np.float32(self.learning_rate) * slope / np.sqrt(squares[items])
                advance(1)
        if not np.isfinite(F).all():
            hint = "give a smaller learning_rate"
            raise ConfigError("the factors grew beyond all bounds", hint=hint)
        self.factors_ = F

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self._score_parts(histories, histories, profiles)

    def _score_parts(self, parts: Histories, whole: Histories, profiles: Floats | None) -> Floats:
        del profiles
        assert self.factors_ is not None
        users = parts.matrix() @ self.factors_ / np.maximum(lengths(whole.matrix()), 1e-12)[:, None]
        return np.asarray(users @ self.factors_.T)


def slopes(F: Floats, chosen: sp.csr_array, others: Integers) -> tuple[Integers, Floats]:
    """Say which way factors go for choices to stand before other items.

    Args:
        F: factors, shape (items, dim).
        chosen: histories of one item or more, shape (users, items).
        others: an item to set against each choice, shape (choices,); counts for nothing where the
            user chose it as well.

    Returns:
        The items that are touched, shape (n,), and the gradient of the sum of log(sigmoid(score of
        the choice - score of the other)) in their factors, shape (n, dim).
    """
    rows = np.repeat(np.arange(chosen.shape[0]), np.diff(chosen.indptr))
    length = lengths(chosen)[rows, None]
    share = chosen.data[:, None] / length
    user = (chosen @ F)[rows] / length - share * F[chosen.indices]
    apart = F[chosen.indices] - F[others]
    pull = expit(-np.einsum("ij,ij->i", user, apart))[:, None]
    pull[_chosen_too(rows, chosen, others)] = 0
    to_user, to_items = pull * apart, pull * user
    of_row = np.add.reduceat(to_user, chosen.indptr[:-1])[rows]
    gradient = np.concatenate([to_items + share * (of_row - to_user), -to_items])
    items, place = np.unique(np.concatenate([chosen.indices, others]), return_inverse=True)
    table = (np.ones(len(place), np.float32), place, np.arange(len(place) + 1))
    gather = sp.csr_array(table, shape=(len(place), len(items)))
    return items, np.asarray(gather.T @ gradient)


def lengths(X: sp.csr_array) -> Floats:
    """Give the length of each row as a vector, shape (rows,)."""
    return np.asarray(np.sqrt(X.multiply(X).sum(axis=1)))


def _chosen_too(rows: Integers, chosen: sp.csr_array, others: Integers) -> Booleans:
    n_items = chosen.shape[1]
    return np.isin(rows * n_items + others, rows * n_items + chosen.indices)
