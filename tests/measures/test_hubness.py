from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from polyrec.measures.hubness import anti_hubs, skewness, skewness_of


def test_skewness_is_that_of_scipy() -> None:
    counts = np.random.default_rng(0).poisson(3, size=200)
    assert skewness(counts) == pytest.approx(stats.skew(counts))


def test_one_hub_makes_the_counts_skew_and_leaves_anti_hubs() -> None:
    counts = np.array([0] * 90 + [1] * 9 + [500])
    assert skewness(counts) > 5
    assert anti_hubs(counts).mean() == pytest.approx(0.9)


def test_even_counts_have_no_skewness() -> None:
    assert np.isnan(skewness(np.full(10, 3)))


def test_moments_of_many_resamples_are_taken_at_once() -> None:
    counts = np.random.default_rng(1).poisson(2, size=(5, 60)).astype(float)
    moments = np.stack([counts, counts**2, counts**3], axis=-1).mean(axis=1)
    assert np.allclose(skewness_of(moments), stats.skew(counts, axis=1))
