from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from polyrec.measures import bootstrap
from polyrec.measures.bootstrap import (
    compared_with_zero,
    function_interval,
    mean_interval,
    ratio_interval,
)

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


# ratios


def test_a_ratio_is_that_of_the_means_rather_than_the_mean_of_ratios() -> None:
    found = ratio_interval(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 3.0]))
    assert found.value == pytest.approx(6 / 12)
    assert found.low <= found.value <= found.high
    assert found.n == 3


@given(VALUES, st.floats(0.1, 5))
def test_what_parts_and_wholes_share_cancels(wholes: np.ndarray, ratio: float) -> None:
    wholes = wholes + 0.1
    found = ratio_interval(ratio * wholes, wholes, n_resamples=200)
    assert (found.value, found.low, found.high) == pytest.approx((ratio, ratio, ratio))


def test_a_known_ratio_is_covered_about_as_often_as_is_said() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for seed in range(200):
        wholes = rng.uniform(0.2, 0.8, size=80)
        parts = 0.7 * wholes + rng.normal(0, 0.2, size=80)
        found = ratio_interval(parts, wholes, n_resamples=300, seed=seed)
        covered += found.low <= 0.7 <= found.high
    assert 0.88 <= covered / 200 <= 0.99


def test_a_ratio_of_what_goes_together_is_narrower_than_of_what_does_not() -> None:
    rng = np.random.default_rng(1)
    wholes = rng.random(200)
    parts = 0.8 * wholes + rng.normal(0, 0.01, 200)
    together = ratio_interval(parts, wholes)
    apart = ratio_interval(rng.permutation(parts), wholes)
    assert apart.high - apart.low > 5 * (together.high - together.low)


def test_it_agrees_with_an_independent_bootstrap_of_pairs() -> None:
    rng = np.random.default_rng(2)
    wholes = rng.exponential(size=300)
    parts = wholes * rng.random(300)
    found = ratio_interval(parts, wholes, level=0.9, n_resamples=4000)
    other = stats.bootstrap(
        (parts, wholes),
        lambda p, w, axis: p.mean(axis=axis) / w.mean(axis=axis),
        **{"paired": True, "confidence_level": 0.9, "n_resamples": 4000, "method": "percentile"},
        rng=3,
    ).confidence_interval
    width = other.high - other.low
    assert found.low == pytest.approx(other.low, abs=0.1 * width)
    assert found.high == pytest.approx(other.high, abs=0.1 * width)


def test_where_a_part_or_its_whole_is_unknown_neither_counts() -> None:
    nan = np.nan
    found = ratio_interval(np.array([1.0, nan, 5.0, 2.0]), np.array([2.0, 7.0, nan, 4.0]))
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert found.n == 2
    draws = ratio_interval(np.array([[1.0, nan], [nan, 3.0]]), np.array([[2.0, 9.0], [9.0, 4.0]]))
    assert draws.value == pytest.approx(4 / 6)
    assert draws.n == 2


@pytest.mark.parametrize(
    ("wholes", "n"), [([0.0, 0.0], 2), ([1.0, -1.0], 2), ([np.nan, np.nan], 0)]
)
def test_no_whole_gives_no_ratio(wholes: list[float], n: int) -> None:
    found = ratio_interval(np.array([1.0, 2.0]), np.array(wholes))
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.n == n


def test_resamples_without_a_whole_are_left_out() -> None:
    found = ratio_interval(np.array([0.0, 2.0]), np.array([0.0, 4.0]))
    assert (found.value, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))


@pytest.mark.parametrize("seed", range(30))
def test_a_whole_that_almost_every_resample_misses_does_no_harm(seed: int) -> None:
    wholes = np.zeros(400)
    wholes[7] = 1.0
    found = ratio_interval(wholes / 2, wholes, n_resamples=1, seed=seed)
    assert found.value == 0.5
    assert np.isnan(found.low) or found.low == pytest.approx(0.5)


# many users


def test_many_users_are_resampled_in_blocks_with_the_same_distribution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = np.random.default_rng(7).exponential(size=(2, 300))
    whole = mean_interval(values, n_resamples=4000)
    monkeypatch.setattr(bootstrap, "MAX_CELLS", 300 * 70)
    blocks = mean_interval(values, n_resamples=4000)
    assert (blocks.value, blocks.n) == (whole.value, whole.n)
    width = whole.high - whole.low
    assert (blocks.low, blocks.high) == pytest.approx((whole.low, whole.high), abs=0.1 * width)
    assert blocks != whole
    assert blocks == mean_interval(values, n_resamples=4000)


def test_no_two_blocks_have_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MAX_CELLS", 50 * 10)
    columns = np.random.default_rng(8).random((50, 1))
    found = bootstrap._sums_over_users(columns, n_resamples=45, seed=3)
    assert found.shape == (45, 1)
    assert len(set(found[:, 0].tolist())) == 45


def test_more_users_than_cells_are_resampled_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "MAX_CELLS", 10)
    found = mean_interval(np.arange(20.0), n_resamples=100)
    assert found.low < found.value == 9.5 < found.high


def test_draws_that_are_kept_change_no_result() -> None:
    values = np.random.default_rng(9).random((3, 40))
    bootstrap._times_drawn.cache_clear()
    first = [mean_interval(values), ratio_interval(values, values[::-1])]
    kept = bootstrap._times_drawn.cache_info().hits
    assert [mean_interval(values), ratio_interval(values, values[::-1])] == first
    assert bootstrap._times_drawn.cache_info().hits > kept
    mean_interval(values, seed=1)
    mean_interval(values[:, :30])
    assert [mean_interval(values), ratio_interval(values, values[::-1])] == first


# functions of means


def test_the_interval_of_a_function_of_means_is_that_of_an_independent_bootstrap() -> None:
    values = np.random.default_rng(4).exponential(size=300)
    columns = np.stack([values, values**2], axis=1)
    found = function_interval(columns, lambda m: m[..., 1] - m[..., 0] ** 2, n_resamples=4000)
    other = stats.bootstrap(
        (values,), np.var, confidence_level=0.95, n_resamples=4000, method="percentile", rng=2
    ).confidence_interval
    width = other.high - other.low
    assert found.value == pytest.approx(values.var())
    assert found.low == pytest.approx(other.low, abs=0.1 * width)
    assert found.high == pytest.approx(other.high, abs=0.1 * width)


def test_a_function_of_a_mean_over_draws_has_the_interval_of_that_mean() -> None:
    rng = np.random.default_rng(3)
    values = rng.random((5, 80)) + rng.normal(0, 0.3, size=(5, 1))
    found = function_interval(values[:, :, None], lambda means: means[..., 0])
    other = mean_interval(values)
    assert (found.value, found.low, found.high, found.n) == pytest.approx(
        (other.value, other.low, other.high, 80)
    )


def test_a_function_without_a_value_has_no_interval() -> None:
    empty = function_interval(np.zeros((0, 1)), lambda means: means[..., 0])
    assert np.isnan([empty.value, empty.low, empty.high]).all()
    never = function_interval(np.ones((3, 1)), lambda means: means[..., 0] * np.nan)
    assert np.isnan([never.value, never.low, never.high]).all()


@given(hnp.arrays(np.float64, (2, 12), elements=st.floats(-1, 1)), st.integers(0, 11))
def test_many_columns_are_resampled_as_one_alone(values: np.ndarray, missing: int) -> None:
    values[0, missing] = np.nan
    columns = [values, values[:, ::-1], np.full_like(values, np.nan)]
    found = compared_with_zero(columns, n_resamples=100)
    for column, test in zip(columns, found, strict=True):
        alone = mean_interval(column, n_resamples=100)
        given_, expected = [(i.value, i.low, i.high, i.n) for i in (test, alone)]
        assert given_ == pytest.approx(expected, nan_ok=True)


def test_many_columns_come_out_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = list(np.random.default_rng(5).normal(0.1, 1, size=(7, 3, 40)))
    whole = compared_with_zero(columns, n_resamples=500)
    monkeypatch.setattr(bootstrap, "MAX_CELLS", 40 * 500)
    for test, other in zip(compared_with_zero(columns, n_resamples=500), whole, strict=True):
        assert (test.low, test.high, test.p) == pytest.approx((other.low, other.high, other.p))


def test_a_p_value_is_that_of_the_normal_distribution_where_users_are_many() -> None:
    values = np.random.default_rng(6).normal(0.08, 1, size=900)
    (found,) = compared_with_zero([values])
    z = values.mean() / (values.std() / np.sqrt(len(values)))
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(z)), abs=0.006)
    (other,) = compared_with_zero([-values])
    assert other.p == found.p


def test_p_values_are_as_rare_as_they_say_where_nothing_differs() -> None:
    rng = np.random.default_rng(7)
    found = compared_with_zero(list(rng.normal(size=(400, 80))), n_resamples=400)
    assert 0.02 <= np.mean([test.p < 0.05 for test in found]) <= 0.09


def test_a_p_value_is_never_zero_nor_above_one() -> None:
    sure, equal = compared_with_zero([np.ones(50), np.zeros(50)], n_resamples=99)
    assert sure.p == pytest.approx(2 / 100)
    assert equal.p == 1.0
    assert compared_with_zero([]) == []
