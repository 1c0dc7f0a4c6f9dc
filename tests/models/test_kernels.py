from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats

pytest.importorskip("numba", reason="needs the extra als")

from polyrec.models import compiler, kernels

RNG = np.random.default_rng(0)


def drawn(
    n_rows: int, n_columns: int, n_factors: int, seed: int = 0
) -> tuple[sp.csr_array, Floats]:
    rng = np.random.default_rng(seed)
    weights = (rng.random((n_rows, n_columns)) < 0.3) * rng.integers(1, 5, (n_rows, n_columns))
    weights[::5] = 0
    factors = rng.standard_normal((n_columns, n_factors)).astype(np.float32)
    return sp.csr_array(weights.astype(np.float32)), factors


def solved(matrix: sp.csr_array, others: Floats, prior: Floats | None, **limits: float) -> Floats:
    found = np.zeros((matrix.shape[0], others.shape[1]), dtype=np.float32)
    l2 = np.linspace(1, 2, len(found)).astype(np.float32)
    gram = kernels.product(others, others)
    kernels.solve(matrix, others, gram, found, alpha=2.0, l2=l2, prior=prior, **limits)  # type: ignore[arg-type]
    return found


def by_hand(matrix: sp.csr_array, others: Floats, prior: Floats) -> Doubles:
    Y, l2 = others.astype(np.float64), np.linspace(1, 2, matrix.shape[0])
    rows = []
    for weights, held, aim in zip(matrix.toarray(), l2, prior.astype(np.float64), strict=True):
        left = Y.T @ np.diag(1 + 2 * weights) @ Y + held * np.eye(Y.shape[1])
        right = Y.T @ ((weights > 0) * (1 + 2 * weights)) + held * aim
        rows.append(np.linalg.solve(left, right) if weights.any() else aim)
    return np.array(rows)


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 30), st.integers(1, 12), st.booleans(), st.integers(0, 99)
)
def test_rows_are_what_solving_gives(
    n_rows: int, n_columns: int, n_factors: int, has_prior: bool, seed: int
) -> None:
    matrix, others = drawn(n_rows, n_columns, n_factors, seed)
    prior = np.random.default_rng(seed).standard_normal((n_rows, n_factors)).astype(np.float32)
    given_prior = prior if has_prior else None
    found = solved(matrix, others, given_prior, steps=3 * n_factors, tolerance=1e-6)
    expected = by_hand(matrix, others, prior if has_prior else 0 * prior)
    assert np.allclose(found, expected, atol=1e-3)


def test_rows_of_many_weights_are_solved_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    others = rng.standard_normal((3000, 8)).astype(np.float32)
    matrix = sp.csr_array(np.ones((2, 3000), dtype=np.float32))
    assert matrix.shape[1] > kernels.CELLS / 8
    found = solved(matrix, others, None, steps=40, tolerance=1e-6)
    assert np.allclose(found, by_hand(matrix, others, np.zeros((2, 8), np.float32)), atol=1e-4)


def test_each_step_leads_nearer() -> None:
    matrix, others = drawn(50, 30, 10)
    expected = by_hand(matrix, others, np.zeros((50, 10), np.float32))
    off = [np.abs(solved(matrix, others, None, steps=n) - expected).max() for n in (1, 4, 12)]
    assert off[0] > off[1] > off[2]


def test_a_row_without_weights_becomes_its_prior() -> None:
    matrix, others = drawn(10, 8, 3)
    prior = np.ones((10, 3), dtype=np.float32)
    assert np.array_equal(solved(matrix, others, prior, steps=5)[0], [1, 1, 1])
    assert np.array_equal(solved(matrix, others, None, steps=5)[5], [0, 0, 0])


@pytest.mark.parametrize("n_factors", [5, 64, 100, 130])
def test_threads_and_places_in_memory_change_no_bit(
    n_factors: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix, others = drawn(1500, 200, n_factors)
    first = solved(matrix, others, None, steps=3)
    product = kernels.product(others, others)
    monkeypatch.setattr(kernels.numba.config, "NUMBA_NUM_THREADS", 3)
    for shift in (1, 3, 7):
        room = np.empty(others.size + shift, dtype=np.float32)
        moved = room[shift:].reshape(others.shape)
        moved[:] = others
        assert np.array_equal(solved(matrix, moved, None, steps=3), first)
        assert np.array_equal(kernels.product(moved, moved), product)


def test_a_product_is_that_of_numpy() -> None:
    left = RNG.standard_normal((40_000, 5)).astype(np.float32)
    right = RNG.standard_normal((40_000, 7)).astype(np.float32)
    expected = left.astype(np.float64).T @ right.astype(np.float64)
    assert np.allclose(kernels.product(left, right), expected, atol=1e-2)
    assert not kernels.product(left[:0], right[:0]).any()


def test_arrays_that_cannot_be_written_to_are_read() -> None:
    matrix, others = drawn(20, 10, 4)
    first = solved(matrix, others, None, steps=3)
    for array in (others, matrix.data, matrix.indices, matrix.indptr):
        array.setflags(write=False)
    assert np.array_equal(solved(matrix, others, None, steps=3), first)


def test_where_nothing_can_be_kept_it_compiles_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    njit = compiler.numba.njit

    def without_cache(*arguments: Any, cache: bool = False, **options: Any) -> Any:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return njit(*arguments, **options)

    monkeypatch.setattr(compiler.numba, "njit", without_cache)

    @compiler.compiled(compiler.FLOATS)
    def first(values: Any) -> Any:
        return values[0]

    assert first(np.array([3, 4], dtype=np.float32)) == 3
