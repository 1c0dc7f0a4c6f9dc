from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Histories
from polyrec.models.scales import (
    Standing,
    deviations,
    ranks,
    reciprocal_ranks,
    summed,
)

NOBODY = Histories.from_lists([[]], n_items=5)
ROWS = st.lists(st.sampled_from([-3.0, -1.0, 0.0, 0.5, 1.0, 4.0]), min_size=5, max_size=5)


def row(*scores: float) -> np.ndarray:
    return np.array([scores], dtype=np.float32)


def by_reciprocal(scores: np.ndarray, histories: Histories) -> np.ndarray:
    return reciprocal_ranks(scores, histories, constant=60)


def test_deviations_are_z_scores_but_for_the_mean() -> None:
    scores = np.random.default_rng(0).standard_normal((1, 5)).astype(np.float32)
    found = deviations(scores, NOBODY)
    z = (scores - scores.mean()) / scores.std()
    assert np.allclose(found - found.mean(), z, atol=1e-5)


def test_an_item_gets_the_share_of_items_between_it_and_a_score_of_zero() -> None:
    assert np.allclose(ranks(row(9, 5, 0, 0, -1), NOBODY), [[0.5, 0.3, 0, 0, -0.3]])
    assert np.allclose(ranks(row(4, 3, 2, 1, 0.5), NOBODY), [[0.9, 0.7, 0.5, 0.3, 0.1]])


def test_a_reciprocal_rank_is_one_by_the_constant_and_the_place() -> None:
    found = by_reciprocal(row(9, 5, 1, 0, 0), NOBODY)
    assert np.allclose(found[0, :3], 1 / np.array([61, 62, 63]) - 1 / 64.5)


def test_equal_scores_share_the_mean_of_their_places() -> None:
    assert Standing.of(row(5, 9, 5, 1, 1), NOBODY).places.tolist() == [[2.5, 1, 2.5, 4.5, 4.5]]


def test_scores_that_only_rounding_tells_apart_are_equal() -> None:
    noisy = row(9, 5, 1e-6, -1e-6, 0)
    assert Standing.of(noisy, NOBODY).places.tolist() == [[1, 2, 4, 4, 4]]
    assert not Standing.of(noisy, NOBODY).speaks[0, 2:].any()


@pytest.mark.parametrize("scale", [deviations, ranks, by_reciprocal])
def test_the_history_and_what_cannot_be_scored_take_no_place(scale: object) -> None:
    histories = Histories.from_lists([[0]], n_items=5)
    assert callable(scale)
    found = scale(row(99, 2, 1, 0, -np.inf), histories)
    assert found[0, [0, 3, 4]].tolist() == [0, 0, 0]
    small = scale(row(2, 1, 0), Histories.from_lists([[]], n_items=3))
    assert np.allclose(found[0, 1:4], small[0])


@pytest.mark.parametrize("scale", [deviations, ranks, by_reciprocal])
def test_scores_that_are_all_equal_say_nothing(scale: object) -> None:
    assert callable(scale)
    for value in (0, 3, -2, 0.1):
        assert not scale(row(*[value] * 5), NOBODY).any()


@given(ROWS)
def test_every_scale_keeps_the_order_the_sign_and_zero(scores: list[float]) -> None:
    given_row = row(*scores)
    for scale in (deviations, ranks, by_reciprocal):
        found = scale(given_row, NOBODY)
        assert found.dtype == np.float32
        if len(set(scores)) > 1:
            assert np.array_equal(np.sign(found), np.sign(given_row))
            assert np.array_equal(
                np.argsort(found[0], kind="stable"), np.argsort(scores, kind="stable")
            )


def test_who_cannot_score_an_item_says_nothing_of_it() -> None:
    blind, sees = row(3, 2, 1, 0, -np.inf), row(0, 0, 0, 0, 5)
    total = summed([blind, sees], [1, 1], NOBODY, deviations)
    assert total[0, 4] == deviations(sees, NOBODY)[0, 4]
    neither = summed([blind, blind], [1, 1], NOBODY, deviations)
    assert np.isneginf(neither[0]).tolist() == [False] * 4 + [True]
