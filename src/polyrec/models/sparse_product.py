"""Products of two sparse matrices of which each row keeps its largest entries, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Integers

CELLS = 2**23
"""Rows are multiplied in blocks whose product has at most so many entries, or one by one."""


def strongest(
    left: sp.csr_array,
    right: sp.csr_array,
    k: int,
    *,
    shrinkage: float = 0.0,
    without_self: bool = False,
) -> sp.csr_array:
    """Multiply, and keep the k largest entries of each row; which of equal ones, is drawn.

    Args:
        left: entries above 0, shape (rows, inner).
        right: entries above 0, shape (inner, columns).
        k: how many entries a row keeps; fewer where there are fewer.
        shrinkage: an entry that n pairs add up to is multiplied by n / (n + shrinkage).
        without_self: leave out the diagonal.

    Returns:
        Float32, shape (rows, columns). Time is that of the sparse product; memory k entries a row,
        and `CELLS` entries.
    """
    tie_break = np.random.default_rng(0).permutation(right.shape[1])
    kept: list[sp.csr_array] = []
    with progress("neighbours", left.shape[0], unit="rows") as advance:
        for first, last in _blocks(left, right):
            block = left[first:last]
            product = block @ right
            if shrinkage:
                pairs = _ones(block) @ _ones(right)
                pairs.data /= pairs.data + np.float32(shrinkage)
                product = product.multiply(pairs).tocsr()
            if without_self:
                rows = np.repeat(np.arange(first, last), np.diff(product.indptr))
                product = _where(product, product.indices != rows)
            kept.append(_k_best(product, k, tie_break))
            advance(last - first)
    return sp.csr_array(sp.vstack(kept or [left @ right], format="csr"))


def _blocks(left: sp.csr_array, right: sp.csr_array) -> Iterator[tuple[int, int]]:
    """Part the rows of a product by how many entries they can have at most."""
    n_rows, n_columns = left.shape[0], right.shape[1]
    rows = np.repeat(np.arange(n_rows), np.diff(left.indptr))
    steps = np.bincount(rows, weights=np.diff(right.indptr)[left.indices], minlength=n_rows)
    before = np.concatenate([[0], np.cumsum(np.minimum(steps, n_columns))])
    first = 0
    while first < n_rows:
        fits = int(np.searchsorted(before, before[first] + CELLS, side="right")) - 1
        last = max(fits, first + 1)
        yield first, last
        first = last


def _ones(matrix: sp.csr_array) -> sp.csr_array:
    ones = np.ones(len(matrix.data), dtype=np.float32)
    return sp.csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)


def _k_best(product: sp.csr_array, k: int, tie_break: Integers) -> sp.csr_array:
    keep = np.ones(len(product.data), dtype=np.bool_)
    for row in np.flatnonzero(np.diff(product.indptr) > k):
        place = slice(product.indptr[row], product.indptr[row + 1])
        values = product.data[place]
        last = np.partition(values, -k)[-k]
        best = values > last
        equal = np.flatnonzero(values == last)
        order = np.argsort(tie_break[product.indices[place][equal]])
        best[equal[order][: k - np.count_nonzero(best)]] = True
        keep[place] = best
    return _where(product, keep)


def _where(matrix: sp.csr_array, keep: np.ndarray) -> sp.csr_array:
    """Keep the stored entries where the mask is true."""
    indptr = np.concatenate([[0], np.cumsum(keep)])[matrix.indptr]
    return sp.csr_array((matrix.data[keep], matrix.indices[keep], indptr), shape=matrix.shape)
