"""Nearest items by looking at all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers


def exactly_nearest(vectors: Floats, rows: Integers, depth: int) -> tuple[Integers, Floats]:
    """Find the nearest other items of some items by cosine.

    Args:
        vectors: unit rows, shape (items, dim).
        rows: the items whose neighbours are wanted.
        depth: how many, the item itself left out; there must be more items than this.

    Returns:
        Items in ascending order and their cosines, both of shape (rows, depth). Cost is rows x
        items x dim in time, rows x items in memory.
    """
    n_items = len(vectors)
    cosine = vectors[rows] @ vectors.T
    cosine[np.arange(len(rows)), rows] = -np.inf
    top = np.argpartition(cosine, n_items - depth, axis=1)[:, n_items - depth :]
    top.sort(axis=1)
    return top, np.take_along_axis(cosine, top, axis=1)
