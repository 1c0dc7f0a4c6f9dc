from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from polyrec.measures.bootstrap import mean_interval

VALUES = hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 1))


@given(VALUES)
def test_the_mean_lies_within_the_interval_and_the_interval_within_the_values(
    values: np.ndarray,
) -> None:
    found = mean_interval(values, n_resamples=200)
    assert found.value == pytest.approx(values.mean())
    assert values.min() - 1e-9 <= found.low <= found.high <= values.max() + 1e-9
    assert found.n == len(values)


def test_it_agrees_with_the_closed_form_of_the_normal_distribution() -> None:
    values = np.random.default_rng(0).normal(3, 2, size=2000)
    found = mean_interval(values, n_resamples=4000)
    error = values.std() / np.sqrt(len(values))
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.1 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.1 * error)


def test_it_agrees_with_an_independent_bootstrap() -> None:
    values = np.random.default_rng(1).exponential(size=300)
    found = mean_interval(values, level=0.9, n_resamples=4000)
    other = stats.bootstrap(
        (values,), np.mean, confidence_level=0.9, n_resamples=4000, method="percentile", rng=2
    ).confidence_interval
    width = other.high - other.low
    assert found.low == pytest.approx(other.low, abs=0.1 * width)
    assert found.high == pytest.approx(other.high, abs=0.1 * width)


def test_it_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    covered = 0
    for seed in range(300):
        values = (rng.random(60) < 0.3).astype(float)
        found = mean_interval(values, n_resamples=300, seed=seed)
        covered += found.low <= 0.3 <= found.high
    assert 0.88 <= covered / 300 <= 0.99


def test_a_paired_difference_is_narrower_than_its_parts() -> None:
    rng = np.random.default_rng(3)
    one = rng.random(200)
    other = one + 0.02 + rng.normal(0, 0.01, 200)
    difference = mean_interval(other - one)
    alone = mean_interval(other)
    assert difference.low > 0
    assert difference.high - difference.low < 0.1 * (alone.high - alone.low)


def test_users_without_a_value_are_left_out() -> None:
    values = np.array([1.0, np.nan, 3.0])
    assert mean_interval(values) == mean_interval(np.array([1.0, 3.0]))
    assert mean_interval(values).value == 2.0
    assert mean_interval(values).n == 2


@pytest.mark.parametrize("values", [np.array([]), np.array([np.nan]), np.empty((3, 0))])
def test_no_values_give_nan(values: np.ndarray) -> None:
    found = mean_interval(values)
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.n == 0


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(4).random(50)
    assert mean_interval(values, seed=1) == mean_interval(values, seed=1)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_repeating_a_draw_that_changes_nothing_changes_no_interval_much() -> None:
    values = np.random.default_rng(5).random(100)
    one, five = mean_interval(values), mean_interval(np.tile(values, (5, 1)))
    assert five.value == pytest.approx(one.value)
    assert five.n == one.n == 100
    assert five.high - five.low == pytest.approx(one.high - one.low, rel=0.1)


def test_what_the_draw_adds_is_in_the_interval() -> None:
    rng = np.random.default_rng(6)
    draws = rng.random(100)[None, :] + rng.normal(0, 0.5, size=(6, 1))
    narrow, wide = mean_interval(draws.mean(axis=0)), mean_interval(draws)
    assert wide.value == pytest.approx(narrow.value)
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_a_user_may_have_values_in_some_draws_only() -> None:
    table = np.array([[1.0, np.nan, np.nan], [np.nan, 0.0, np.nan]])
    found = mean_interval(table)
    assert (found.value, found.n) == (0.5, 2)
    assert 0 <= found.low <= found.high <= 1
