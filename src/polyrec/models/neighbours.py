"""Soft neighbours: each item's nearest items by vector, weighted by how near they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.progress import progress

if TYPE_CHECKING:
    from polyrec.core.types import Floats

BLOCK = 1024


def soft_neighbours(vectors: Floats, *, n_neighbours: int, sharpness: float) -> sp.csr_array:
    """Weigh each item's nearest items by exp(sharpness (cos - the nearest one's cos)).

    Args:
        vectors: unit rows, shape (items, dim).
        n_neighbours: how many items, the item itself left out.
        sharpness: how fast the weight falls with the cosine.

    Returns:
        Rows that sum to one, shape (items, items), `n_neighbours` entries each. Cost is items
        squared x dim in time, items x `BLOCK` in memory.
    """
    n_items = len(vectors)
    depth = min(n_neighbours, n_items - 1)
    if depth < 1:
        return sp.csr_array(np.zeros((n_items, n_items), dtype=np.float32))
    near = np.empty((n_items, depth), dtype=np.int64)
    weight = np.empty((n_items, depth), dtype=np.float32)
    with progress("neighbours", n_items, unit="items") as advance:
        for start in range(0, n_items, BLOCK):
            cosine = vectors[start : start + BLOCK] @ vectors.T
            rows = np.arange(len(cosine))
            cosine[rows, start + rows] = -np.inf
            top = np.argpartition(cosine, n_items - depth, axis=1)[:, n_items - depth :]
            top.sort(axis=1)
            value = np.take_along_axis(cosine, top, axis=1)
            soft = np.exp(sharpness * (value - value.max(axis=1, keepdims=True)))
            near[start : start + BLOCK] = top
            weight[start : start + BLOCK] = soft / soft.sum(axis=1, keepdims=True)
            advance(len(cosine))
    indptr = np.arange(0, n_items * depth + 1, depth)
    table = (weight.ravel(), near.ravel(), indptr)
    return sp.csr_array(table, shape=(n_items, n_items), dtype=np.float32)
