"""Factors of ratings by gradient descent: what `biased-mf` and `text-mf` have in common.

A rating is taken to be mean + user's bias + item's bias + user's factors . item's factors. A row
holds the factors of a user or an item and, last, the bias. It is what is known of it (a constant
and perhaps a text) times a map, plus a part of its own, which is held back: who has hardly rated
anything is what the map says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Histories, Integers

NOISE = 0.03
"""Own parts start as factors of this size, drawn; they must differ for there to be a way down."""

TINY = 1e-8


@dataclass(eq=False)
class Side:
    """Users or items while they are learned.

    Attributes:
        known: what is known of each, a constant first, shape (rows, known).
        counts: how often each is rated, shape (rows,).
        own: each one's own part, shape (rows, factors + 1).
        map: from what is known to rows, shape (known, factors + 1).
        penalty: on own parts, shape (factors + 1,).
        map_penalty: on the map but for the constant, shape (known, 1).
    """

    known: Floats
    counts: Integers
    own: Floats
    map: Floats
    penalty: Floats
    map_penalty: Floats
    _own_steps: Floats = field(init=False, repr=False)
    _map_steps: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.own[self.counts == 0] = 0
        self._own_steps = np.full_like(self.own, TINY)
        self._map_steps = np.full_like(self.map, TINY)

    def rows(self, which: Integers) -> Floats:
        """Give some rows as they are now."""
        return np.asarray(self.own[which] + self.known[which] @ self.map)

    def step(self, which: Integers, pull: Floats, times: Integers, rate: float) -> None:
        """Move rows along their pull, the negative gradient of the squared error.

        Args:
            which: the rows, each once.
            pull: shape (rows, factors + 1).
            times: how many of each one's ratings pull; so much of its penalty counts.
            rate: the length of a first step.
        """
        share = np.float32(times.sum() / self.counts.sum())
        down = self.known[which].T @ pull - share * self.map_penalty * self.map
        self._map_steps += down**2
        self.map += rate * down / np.sqrt(self._map_steps)
        part = (times / self.counts[which]).astype(np.float32)[:, None]
        down = pull - part * self.penalty * self.own[which]
        self._own_steps[which] += down**2
        self.own[which] += rate * down / np.sqrt(self._own_steps[which])


def side(
    known: Floats, counts: Integers, penalty: Floats, map_l2: float, rng: np.random.Generator
) -> Side:
    """Start a side: small factors, no bias, a map of zeros."""
    own = rng.normal(0, NOISE, (len(known), len(penalty))).astype(np.float32)
    own[:, -1] = 0
    map_penalty = np.full((known.shape[1], 1), map_l2, dtype=np.float32)
    map_penalty[0] = 0
    start = np.zeros((known.shape[1], len(penalty)), dtype=np.float32)
    return Side(known, counts, own, start, penalty, map_penalty)


def descend(
    histories: Histories,
    users: Side,
    items: Side,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    rng: np.random.Generator,
) -> tuple[float, Doubles]:
    """Learn both sides by gradient descent on the squared error of batches of ratings.

    Steps are Adagrad's (Duchi et al. 2011) and shrink to nothing over the epochs.

    Returns:
        The mean rating, and the mean squared error of each epoch, shape (epochs,): of each rating
        just before it was learned from.
    """
    user = histories.users
    mean = float(histories.weights.mean(dtype=np.float64))
    stars = histories.weights - np.float32(mean)
    loss: Doubles = np.zeros(epochs)
    for epoch in range(epochs):
        order = rng.permutation(len(stars))
        rate = learning_rate * (1 - epoch / epochs)
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            u, at_u, n_u = np.unique(user[batch], return_inverse=True, return_counts=True)
            i, at_i, n_i = np.unique(
                histories.items[batch], return_inverse=True, return_counts=True
            )
            U, V = users.rows(u), items.rows(i)
            error = stars[batch] - _products(U[at_u], V[at_i])
            loss[epoch] += float(error @ error)
            E = sp.csr_array((error, (at_u, at_i)), shape=(len(u), len(i)))
            of_users, of_items = _pulled(E, V), _pulled(sp.csr_array(E.T), U)
            users.step(u, of_users, n_u, rate)
            items.step(i, of_items, n_i, rate)
    return mean, loss / len(stars)


def _products(U: Floats, V: Floats) -> Floats:
    """Give what pairs of rows say: biases, and the product of the factors."""
    return np.asarray((U[:, :-1] * V[:, :-1]).sum(axis=1) + U[:, -1] + V[:, -1])


def _pulled(errors: sp.csr_array, others: Floats) -> Floats:
    """Sum the errors of each row, times the others' factors and, for the bias, times one."""
    return np.hstack([errors @ others[:, :-1], errors.sum(axis=1)[:, None]])


def fold_in(stars: Floats, items: Floats, before: Floats, penalty: Floats) -> Doubles:
    """Find a user's row from ratings, given the items' rows: ridge regression, in closed form.

    Args:
        stars: the ratings less the mean, shape (ratings,).
        items: the rows of what was rated, shape (ratings, factors + 1).
        before: the row that is taken without any rating, shape (factors + 1,).
        penalty: on what differs from it, shape (factors + 1,).

    Returns:
        Shape (factors + 1,).
    """
    told = np.hstack([items[:, :-1], np.ones((len(items), 1))]).astype(np.float64)
    missing = stars - items[:, -1] - told @ before
    gram = told.T @ told + np.diag(penalty.astype(np.float64))
    return np.asarray(before + np.linalg.solve(gram, told.T @ missing))
