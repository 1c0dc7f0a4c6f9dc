from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from polyrec.measures.bootstrap import mean_interval
from polyrec.measures.language_gap import MIN_USERS, language_gap


def served(means: list[float], *, n_users: int = 60, seed: int = 0) -> np.ndarray:
    """Make values of one draw whose means by language are known."""
    noise = np.random.default_rng(seed).normal(0, 0.1, size=(len(means), n_users))
    noise -= noise.mean(axis=1, keepdims=True)
    return (noise + np.array(means)[:, None])[:, None]


def test_the_gap_is_the_best_mean_less_the_worst() -> None:
    gap = language_gap(served([0.5, 0.2, 0.9]))
    assert gap.value == pytest.approx(0.7)
    assert gap.low < gap.value < gap.high
    assert gap.n == 60


def test_languages_of_too_few_users_do_not_count() -> None:
    values = served([0.5, 0.2, 0.9])
    values[2, 0, MIN_USERS - 1 :] = np.nan
    assert language_gap(values).value == pytest.approx(0.3)
    values = served([0.5, 0.2])
    values[1, 0, MIN_USERS:] = np.nan
    assert language_gap(values).value == pytest.approx(0.5 - values[1, 0, :MIN_USERS].mean())


@pytest.mark.parametrize("n_languages", [0, 1])
def test_one_language_has_no_gap(n_languages: int) -> None:
    gap = language_gap(served([0.5] * n_languages))
    assert np.isnan([gap.value, gap.low, gap.high]).all()


def test_the_interval_is_that_of_an_independent_bootstrap_over_users() -> None:
    values = served([0.8, 0.3], n_users=200)
    values[1] += values[0] - 0.8  # the same users, so what the languages share cancels

    def difference(one: np.ndarray, other: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray(one.mean(axis=axis) - other.mean(axis=axis))

    other = stats.bootstrap(
        (values[0, 0], values[1, 0]),
        difference,
        paired=True,
        n_resamples=4000,
        method="percentile",
        rng=2,
    ).confidence_interval
    gap = language_gap(values)
    width = other.high - other.low
    assert gap.low == pytest.approx(other.low, abs=0.15 * width)
    assert gap.high == pytest.approx(other.high, abs=0.15 * width)


def test_users_without_a_value_in_a_language_are_left_out_of_its_mean() -> None:
    values = served([0.5, 0.2], n_users=100)
    values[0, 0, 50:] = np.nan
    gap = language_gap(values)
    assert gap.value == pytest.approx(np.nanmean(values[0]) - 0.2)
    assert gap.n == 100


def test_what_the_draw_adds_is_in_the_interval() -> None:
    draws = np.random.default_rng(1).normal(0, 0.2, size=(1, 8, 1))
    still = np.tile(served([0.9, 0.2]), (1, 8, 1))
    moved = still + draws * np.array([1, 0])[:, None, None]
    narrow, wide = language_gap(still), language_gap(moved)
    assert wide.value == pytest.approx(0.7 + draws.mean())
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    # where the order of languages is beyond doubt, it is the interval of a paired difference
    paired = mean_interval(moved[0] - moved[1])
    assert (wide.low, wide.high) == pytest.approx((paired.low, paired.high))
