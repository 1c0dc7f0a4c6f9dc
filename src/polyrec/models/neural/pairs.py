"""Examples to learn from: a choice, and the history without it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Booleans, Histories, Integers


class Pairs(NamedTuple):
    """Some choices.

    Attributes:
        targets: the items chosen, shape (pairs,).
        rest: the shares of each user's other items, rows sum to one, shape (pairs, items).
        history: all items of the users, shape (pairs, items).
    """

    targets: Integers
    rest: sp.csr_array
    history: sp.csr_array

    def have(self, items: Integers) -> Booleans:
        """Say who has which items, shape (pairs, items asked for)."""
        return np.asarray(self.history[:, items].toarray() > 0)


def able(histories: Histories) -> Integers:
    """List the choices of users who have others, as places in the histories."""
    return np.flatnonzero(np.repeat(histories.lengths, histories.lengths) > 1)


def pairs(histories: Histories, size: int, rng: np.random.Generator) -> Iterator[Pairs]:
    """Give all choices of users who have others, `size` at a time, in an order that is drawn."""
    X = histories.matrix()
    user = histories.users
    order = rng.permutation(able(histories))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        targets, history = histories.items[places], X[user[places]]
        rest = history.copy()
        rest.data[np.repeat(targets, np.diff(rest.indptr)) == rest.indices] = 0
        yield Pairs(targets, shares(rest), history)


def shares(rows: sp.csr_array) -> sp.csr_array:
    """Scale rows to the sum of one; those of zeros stay so."""
    total = np.repeat(np.maximum(rows.sum(axis=1), 1e-12), np.diff(rows.indptr))
    table = ((rows.data / total).astype(np.float32), rows.indices, rows.indptr)
    return sp.csr_array(table, shape=rows.shape)


def ragged(rows: sp.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give rows as items, where each row starts, and shares, as `embedding_bag` takes them."""
    return rows.indices.astype(np.int64), rows.indptr[:-1].astype(np.int64), rows.data
