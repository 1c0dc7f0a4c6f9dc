"""Soft neighbours: each item's nearest items by vector, weighted by how near they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.progress import progress

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers

BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest items of some items, nearest in no order.

    Attributes:
        items: shape (rows, depth).
        cosines: how near each is, shape (rows, depth).
        n_items: how many items there are to be near to.
    """

    items: Integers
    cosines: Floats
    n_items: int

    def weights(self, sharpness: float) -> sp.csr_array:
        """Weigh each row's items by exp(sharpness (cos - the nearest one's cos)).

        Returns:
            Rows that sum to one, shape (rows, items), `depth` entries each.
        """
        n_rows, depth = self.items.shape
        if not depth:
            return sp.csr_array(np.zeros((n_rows, self.n_items), dtype=np.float32))
        soft = np.exp(sharpness * (self.cosines - self.cosines.max(axis=1, keepdims=True)))
        soft /= soft.sum(axis=1, keepdims=True)
        indptr = np.arange(0, n_rows * depth + 1, depth)
        table = (soft.ravel(), self.items.ravel(), indptr)
        return sp.csr_array(table, shape=(n_rows, self.n_items), dtype=np.float32)


def nearest(vectors: Floats, depth: int, *, first: int = 0) -> Neighbours:
    """Find each item's nearest other items by cosine.

    Args:
        vectors: unit rows, shape (items, dim).
        depth: how many, the item itself left out; fewer where there are fewer.
        first: the first item whose neighbours are wanted; those before it are only near to others.

    Returns:
        Rows for the items from `first` on. Cost is rows x items x dim in time, items x `BLOCK` in
        memory.
    """
    n_items = len(vectors)
    n_rows, depth = n_items - first, max(min(depth, n_items - 1), 0)
    items = np.empty((n_rows, depth), dtype=np.int64)
    cosines = np.empty((n_rows, depth), dtype=np.float32)
    if not depth:
        return Neighbours(items, cosines, n_items)
    with progress("neighbours", n_rows, unit="items") as advance:
        for start in range(0, n_rows, BLOCK):
            cosine = vectors[first + start : first + start + BLOCK] @ vectors.T
            rows = np.arange(len(cosine))
            cosine[rows, first + start + rows] = -np.inf
            top = np.argpartition(cosine, n_items - depth, axis=1)[:, n_items - depth :]
            top.sort(axis=1)
            items[start : start + BLOCK] = top
            cosines[start : start + BLOCK] = np.take_along_axis(cosine, top, axis=1)
            advance(len(cosine))
    return Neighbours(items, cosines, n_items)
