from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from polyrec.encode.tfidf import Tfidf, strongest_directions


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(0, 9))
def test_the_directions_are_those_of_the_exact_decomposition(
    n_rows: int, n_columns: int, size: int, seed: int
) -> None:
    dense = np.random.default_rng(seed).random((n_rows, n_columns))
    found = strongest_directions(sp.csr_array(dense), size)
    kept = min(size, n_rows, n_columns)
    assert found.shape == (n_columns, kept)
    assert np.allclose(found.T @ found, np.eye(kept), atol=1e-4)
    exact = np.linalg.svd(dense)[1][:kept]
    assert np.allclose(np.linalg.svd(dense @ found)[1], exact, rtol=1e-3, atol=1e-4)


def test_more_dimensions_than_the_catalog_has_are_zeros() -> None:
    encoder = Tfidf(size=64).fit(["hammer wood", "hammer moon", "moon wood"], ["en"] * 3)
    vectors = encoder.encode(["hammer wood", "moon"], languages=["en"] * 2)
    assert vectors.shape == (2, 64)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert not vectors[:, 3:].any()


def test_repetition_counts_less_and_less() -> None:
    encoder = Tfidf(size=4, min_count=1).fit(["hammer moon", "moon hammer"], ["en"] * 2)
    once, often, hammer, moon = encoder.encode(
        ["hammer moon", "hammer hammer hammer hammer moon", "hammer", "moon"], languages=["en"] * 4
    )
    assert once @ hammer == pytest.approx(once @ moon, abs=1e-6)
    ratio = (often @ hammer) / (often @ moon)
    assert ratio == pytest.approx(1 + np.log(4), rel=1e-5)
