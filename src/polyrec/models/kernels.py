"""What factor models repeat for every user and item, compiled by numba (extra `als`).

Results are the same to the last bit from run to run, whatever the number of threads: one thread
works out a row, sums go over blocks of fixed size in fixed order, and these blocks are so small
that BLAS does not share them among threads of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numba import types

from polyrec.models.best_products import best_products
from polyrec.models.compiler import COLUMNS, FLOATS, OUT, OUT_TABLE, STARTS, TABLE, compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    import scipy.sparse as sp

    from polyrec.core.types import Floats

__all__ = ["best_products", "in_threads", "product", "solve"]

CELLS = 8192
"""A matrix that BLAS multiplies with a vector has at most so many entries: it takes one thread."""

STEPS, STRIP = 2**18, 32
"""Two matrices take at most so many multiplications, of at least this many rows."""

ROWS = 512
"""So many rows are solved by a thread before it takes the next ones."""

LONG = 16_384
"""So many rows of a sum of products are one thread's."""

TINY = np.float32(1e-20)
WORK = types.Tuple((OUT_TABLE, OUT, OUT, OUT))


def solve(
    matrix: sp.csr_array,
    others: Floats,
    gram: Floats,
    found: Floats,
    *,
    alpha: float,
    l2: Floats,
    prior: Floats | None = None,
    steps: int,
    tolerance: float = 0.0,
) -> None:
    """Improve each row's factors x, given those of the columns, by conjugate gradients.

    Row by row they approach the least of the sum over columns j of (1 + alpha w_j) (1 - x y_j)^2
    where w_j > 0 and (x y_j)^2 where not, plus l2 |x - prior|^2: the solution of
    (Y'Y + alpha sum w y y' + l2) x = sum (1 + alpha w) y + l2 prior. A row that has no weights
    says nothing, and becomes its prior.

    Args:
        matrix: the weights w, shape (rows, columns).
        others: the columns' factors Y, shape (columns, factors).
        gram: Y'Y of the columns that count where w is 0, shape (factors, factors).
        found: where to start, and where the result is written, shape (rows, factors).
        alpha: how much more a column counts per weight.
        l2: how strongly each row is held to its prior, shape (rows,).
        prior: shape (rows, factors), or None for zeros.
        steps: how many steps are taken at most.
        tolerance: a row is done when what is left is this small, in parts of what was at the start.
    """
    indptr, columns = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32, copy=False)
    chosen = indptr, columns, matrix.data, np.float32(alpha)
    none = np.empty((0, found.shape[1]), dtype=np.float32)
    given = others, gram, l2, none if prior is None else prior
    limits = steps, np.float32(tolerance**2)

    def rows(first: int) -> None:
        _solve(chosen, given, found, (first, min(first + ROWS, len(found))), limits)

    in_threads(rows, range(0, len(found), ROWS))


def product(left: Floats, right: Floats) -> Floats:
    """Give left' right, a sum over rows, shape (columns of left, columns of right)."""
    width = max(1, STEPS // (STRIP * right.shape[1]))
    if left.shape[1] > width:
        strips = np.split(left, range(width, left.shape[1], width), axis=1)
        return np.concatenate([product(np.ascontiguousarray(strip), right) for strip in strips])

    def part(first: int) -> Any:
        return _product(left[first : first + LONG], right[first : first + LONG])

    total = np.zeros((left.shape[1], right.shape[1]))
    for each in in_threads(part, range(0, len(left), LONG)):
        total += each
    return total.astype(np.float32)


def in_threads(work: Callable[[int], Any], starts: range) -> list[Any]:
    """Do pieces of work in as many threads as numba may use, and give what they give in order."""
    n_threads = min(numba.config.NUMBA_NUM_THREADS, len(starts))
    if n_threads < 2:
        return [work(start) for start in starts]
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(work, starts))


@compiled(TABLE, TABLE)
def _product(left: Any, right: Any) -> Any:
    m, n = left.shape[1], right.shape[1]
    size = max(1, STEPS // (m * n))
    total, part = np.zeros((m, n)), np.empty((m, n), dtype=np.float32)
    for first in range(0, len(left), size):
        np.dot(left[first : first + size].T, right[first : first + size], part)
        total += part
    return total


@compiled(OUT, types.float32, FLOATS)
def _add(total: Any, times: Any, part: Any) -> None:
    for k in range(len(total)):
        total[k] += times * part[k]


@compiled(TABLE, types.float32, FLOATS, OUT)
def _held(gram: Any, l2: Any, vector: Any, image: Any) -> None:
    """Set the image to (gram + l2) vector."""
    size = max(1, CELLS // len(vector))
    for first in range(0, len(gram), size):
        np.dot(gram[first : first + size], vector, image[first : first + size])
    _add(image, l2, vector)


@compiled(types.Tuple((COLUMNS, FLOATS, types.float32)), TABLE, FLOATS, types.boolean, WORK)
def _chosen(chosen: Any, others: Any, vector: Any, aims: Any, work: Any) -> None:
    """Add sum alpha w y (y vector) to the image; if it aims, less sum (1 + alpha w) y."""
    columns, weights, alpha = chosen
    block, fits, part, image = work
    size, one = len(block), np.float32(1)
    for at in range(0, len(columns), size):
        m = min(size, len(columns) - at)
        for i in range(m):
            into, factors = block[i], others[columns[at + i]]
            for k in range(len(into)):
                into[k] = factors[k]
        np.dot(block[:m], vector, fits[:m])
        for i in range(m):
            weight = alpha * weights[at + i]
            fits[i] *= weight
            if aims:
                fits[i] -= one + weight
        np.dot(fits[:m], block[:m], part)
        _add(image, one, part)


@compiled(
    types.Tuple((STARTS, COLUMNS, FLOATS, types.float32)),
    types.Tuple((TABLE, TABLE, FLOATS, TABLE)),
    OUT_TABLE,
    types.UniTuple(types.int64, 2),
    types.Tuple((types.int64, types.float32)),
)
def _solve(chosen: Any, given: Any, found: Any, rows: Any, limits: Any) -> None:
    indptr, columns, weights, alpha = chosen
    others, gram, l2, prior = given
    steps, tolerance = limits
    n = others.shape[1]
    size = max(1, CELLS // n)
    block, fits = np.empty((size, n), dtype=np.float32), np.empty(size, dtype=np.float32)
    part, image = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    way, rest = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.float32)
    work = block, fits, part, image
    for row in range(rows[0], rows[1]):
        x, place = found[row], slice(indptr[row], indptr[row + 1])
        mine = columns[place], weights[place], alpha
        if not len(mine[0]):
            x[:] = 0
            if len(prior):
                x[:] = prior[row]
            continue
        _held(gram, l2[row], x, image)
        _chosen(mine, others, x, True, work)
        for k in range(n):
            rest[k] = -image[k]
        if len(prior):
            _add(rest, l2[row], prior[row])
        way[:] = rest
        length = np.dot(rest, rest)
        enough = max(tolerance * length, TINY)
        for _ in range(steps):
            if length <= enough:
                break
            _held(gram, l2[row], way, image)
            _chosen(mine, others, way, False, work)
            stride = length / np.dot(way, image)
            _add(x, stride, way)
            _add(rest, -stride, image)
            before, length = length, np.dot(rest, rest)
            for k in range(n):
                way[k] = rest[k] + length / before * way[k]
