from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.models import sparse_product
from polyrec.models.sparse_product import strongest

SIDES = st.tuples(st.integers(0, 7), st.integers(1, 7), st.integers(1, 7))


@st.composite
def pairs_of_matrices(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw two small matrices that can be multiplied; many of the products are equal."""
    rows, inner, columns = draw(SIDES)
    few = st.integers(0, 2)
    left = draw(hnp.arrays(np.int64, (rows, inner), elements=few))
    return left, draw(hnp.arrays(np.int64, (inner, columns), elements=few))


def sparse(matrix: np.ndarray) -> sp.csr_array:
    return sp.csr_array(matrix.astype(np.float32))


def random(rows: int, columns: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((rows, columns)) < 0.5) * rng.random((rows, columns))


@given(pairs_of_matrices(), st.integers(1, 5))
def test_a_row_keeps_its_largest_values_and_no_others(
    matrices: tuple[np.ndarray, np.ndarray], k: int
) -> None:
    left, right = matrices
    found = strongest(sparse(left), sparse(right), k).toarray()
    product = left @ right
    assert found.shape == product.shape
    assert ((found == product) | (found == 0)).all()
    for kept, row in zip(found, product, strict=True):
        wanted = np.sort(row[row > 0])[::-1][:k]
        assert np.array_equal(np.sort(kept[kept > 0])[::-1], wanted)


@pytest.mark.parametrize("cells", [1, 30, 10**6])
@pytest.mark.parametrize("shrinkage", [0.0, 3.0])
def test_blocks_change_nothing(
    cells: int, shrinkage: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = random(20, 12, 0), random(12, 20, 1)
    monkeypatch.setattr(sparse_product, "CELLS", cells)
    found = strongest(sparse(left), sparse(right), 4, shrinkage=shrinkage, without_self=True)
    pairs = (left > 0).astype(float) @ (right > 0)
    expected = (left @ right) * pairs / np.maximum(pairs + shrinkage, 1)
    np.fill_diagonal(expected, 0)
    least = np.sort(expected, axis=1)[:, [-4]]
    assert np.allclose(found.toarray(), np.where(expected >= least, expected, 0), rtol=1e-5)
    assert (np.diff(found.indptr) <= 4).all()


def test_no_block_is_larger_than_it_may_be_unless_it_is_one_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = sparse(random(40, 12, 2)), sparse(random(12, 30, 3))
    monkeypatch.setattr(sparse_product, "CELLS", 100)
    blocks = list(sparse_product._blocks(left, right))
    assert [first for first, _ in blocks] == [0, *(last for _, last in blocks[:-1])]
    assert blocks[-1][1] == 40
    assert len(blocks) < 40
    for first, last in blocks:
        assert last == first + 1 or (left[first:last] @ right).nnz <= 100


def test_which_of_equal_values_are_kept_does_not_follow_their_place() -> None:
    ones = sparse(np.ones((1, 1)))
    found = strongest(ones, sparse(np.ones((1, 1000))), 100)
    assert found.nnz == 100
    assert 400 < found.indices.mean() < 600
    again = strongest(ones, sparse(np.ones((1, 1000))), 100)
    assert np.array_equal(again.indices, found.indices)
