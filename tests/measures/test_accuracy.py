"""Accuracy held against an independent oracle, ir-measures (trec_eval underneath).

nDCG, precision, reciprocal rank and hit rate (success) mean the same there. trec_eval's recall and
average precision divide by all relevant items, ours by min(k, relevant), so that a full list of
hits gives 1: they are compared times relevant / min(k, relevant). The oracle leaves out users
without relevant items, for which ours are NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import NO_ITEM, Histories, Rankings, best_items
from polyrec.measures.accuracy import (
    ACCURACY,
    average_precision,
    f1,
    hit_rate,
    ndcg,
    ndcg_of_scores,
    precision,
    recall,
    reciprocal_rank,
)
from polyrec.measures.hits import Hits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Doubles

N_ITEMS = 12


def rankings_of(lists: Sequence[Sequence[int]], *, k: int) -> Rankings:
    rows = [[*items, *[NO_ITEM] * (k - len(items))] for items in lists]
    items = np.array(rows, dtype=np.int64).reshape(len(lists), k)
    scores = np.where(items == NO_ITEM, -np.inf, -np.arange(k, dtype=np.float32))
    return Rankings(items, scores.astype(np.float32))


def hits_of(
    lists: Sequence[Sequence[int]], relevant: Sequence[Sequence[int]], *, k: int = 10
) -> Hits:
    return Hits.of(rankings_of(lists, k=k), Histories.from_lists(relevant, n_items=N_ITEMS))


def oracle(
    measure: object, lists: Sequence[Sequence[int]], relevant: Sequence[Sequence[int]]
) -> Doubles:
    """Give the oracle's value per user, NaN where it has none."""
    qrels = [
        ir_measures.Qrel(f"u{user}", f"i{item}", 1)
        for user, items in enumerate(relevant)
        for item in items
    ]
    run = [
        ir_measures.ScoredDoc(f"u{user}", f"i{item}", float(-place))
        for user, items in enumerate(lists)
        for place, item in enumerate(items)
    ]
    values = np.full(len(lists), np.nan)
    if qrels:
        for found in ir_measures.iter_calc([measure], qrels, run):
            values[int(found.query_id[1:])] = found.value
    return values


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[list[int]], list[list[int]], int]:
    """Draw lists and relevant items of up to five users, and a k that may exceed the lists."""
    n_users = draw(st.integers(1, 5))
    distinct = st.lists(st.integers(0, N_ITEMS - 1), unique=True, max_size=8)
    lists = draw(st.lists(distinct, min_size=n_users, max_size=n_users))
    relevant = draw(st.lists(distinct, min_size=n_users, max_size=n_users))
    return lists, relevant, draw(st.integers(1, 12))


@given(cases())
def test_ndcg_is_that_of_the_oracle(case: tuple[list[list[int]], list[list[int]], int]) -> None:
    lists, relevant, k = case
    expected = oracle(ir_measures.nDCG @ k, lists, relevant)
    assert np.allclose(ndcg(hits_of(lists, relevant), k), expected, equal_nan=True)


@given(cases())
def test_precision_is_that_of_the_oracle(
    case: tuple[list[list[int]], list[list[int]], int],
) -> None:
    lists, relevant, k = case
    expected = oracle(ir_measures.P @ k, lists, relevant)
    assert np.allclose(precision(hits_of(lists, relevant), k), expected, equal_nan=True)


@given(cases())
def test_the_first_hit_is_that_of_the_oracle(
    case: tuple[list[list[int]], list[list[int]], int],
) -> None:
    lists, relevant, k = case
    hits = hits_of(lists, relevant)
    for ours, theirs in ((reciprocal_rank, ir_measures.RR), (hit_rate, ir_measures.Success)):
        assert np.allclose(ours(hits, k), oracle(theirs @ k, lists, relevant), equal_nan=True)


@given(cases(), st.sampled_from([(recall, ir_measures.R), (average_precision, ir_measures.AP)]))
def test_recall_and_average_precision_are_those_of_the_oracle_but_for_the_capped_denominator(
    case: tuple[list[list[int]], list[list[int]], int],
    pair: tuple[Callable[[Hits, int], Doubles], Any],
) -> None:
    lists, relevant, k = case
    ours, theirs = pair
    n_relevant = np.array([len(items) for items in relevant])
    ratio = n_relevant / np.maximum(np.minimum(n_relevant, k), 1)
    expected = oracle(theirs @ k, lists, relevant) * ratio
    assert np.allclose(ours(hits_of(lists, relevant), k), expected, equal_nan=True)


@given(cases())
def test_f1_is_the_harmonic_mean(case: tuple[list[list[int]], list[list[int]], int]) -> None:
    lists, relevant, k = case
    hits = hits_of(lists, relevant)
    p, r = precision(hits, k), recall(hits, k)
    expected = [0.0 if a + b == 0 else 2 * a * b / (a + b) for a, b in zip(p, r, strict=True)]
    assert np.allclose(f1(hits, k), expected, equal_nan=True)


@pytest.mark.parametrize("measure", ACCURACY.values())
def test_a_list_of_nothing_but_hits_has_one_and_of_misses_zero(
    measure: Callable[[Hits, int], Doubles],
) -> None:
    values = measure(hits_of([[0, 1, 2], [3, 4, 5]], [[0, 1, 2]] * 2, k=3), 3)
    assert values.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("measure", ACCURACY.values())
def test_who_has_nothing_relevant_has_no_value(measure: Callable[[Hits, int], Doubles]) -> None:
    values = measure(hits_of([[0], [0], []], [[], [0], []], k=1), 1)
    assert np.isnan(values).tolist() == [True, False, True]


@pytest.mark.parametrize("measure", ACCURACY.values())
def test_nobody_has_no_values(measure: Callable[[Hits, int], Doubles]) -> None:
    assert measure(hits_of([], []), 5).shape == (0,)


def test_places_beyond_the_list_are_misses() -> None:
    hits = hits_of([[0, 1]], [[0, 1, 2, 3]], k=2)
    assert precision(hits, 4).tolist() == [0.5]
    assert recall(hits, 4).tolist() == [0.5]
    discount = 1 / np.log2(np.arange(2, 6))
    assert ndcg(hits, 4)[0] == pytest.approx(discount[:2].sum() / discount.sum())


def test_an_earlier_hit_counts_more_only_in_measures_that_look_at_places() -> None:
    early, late = hits_of([[0, 9]], [[0]]), hits_of([[9, 0]], [[0]])
    assert ndcg(early, 2)[0] == 1.0
    assert ndcg(late, 2)[0] == pytest.approx(1 / np.log2(3))
    for measure in (average_precision, reciprocal_rank):
        assert (measure(early, 2)[0], measure(late, 2)[0]) == (1.0, 0.5)
    for blind in (precision, recall, hit_rate):
        assert blind(early, 2) == blind(late, 2)


def test_only_average_precision_looks_beyond_the_first_hit() -> None:
    one, two = hits_of([[0, 9, 8]], [[0, 1]]), hits_of([[0, 9, 1]], [[0, 1]])
    assert reciprocal_rank(one, 3) == reciprocal_rank(two, 3) == 1
    assert average_precision(one, 3)[0] == pytest.approx(1 / 2)
    assert average_precision(two, 3)[0] == pytest.approx((1 + 2 / 3) / 2)


@given(st.integers(0, 10_000))
def test_ndcg_from_scores_is_that_of_the_ranking_where_nothing_ties(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.permutation(6 * 30).reshape(6, 30).astype(np.float32)
    scores[rng.random((6, 30)) < 0.2] = -np.inf
    lists = [rng.choice(30, rng.integers(0, 8), replace=False) for _ in range(6)]
    relevant = Histories.from_lists(lists, n_items=30)
    expected = ndcg(Hits.of(best_items(scores, 5), relevant), 5)
    np.testing.assert_allclose(ndcg_of_scores(scores, relevant, 5), expected)


def test_ndcg_from_scores_puts_an_item_behind_those_it_ties_with() -> None:
    relevant = Histories.from_lists([[0]], n_items=4)
    tied = np.zeros((1, 4), dtype=np.float32)
    assert ndcg_of_scores(tied, relevant, 3)[0] == 0
    assert ndcg_of_scores(tied, relevant, 4)[0] == pytest.approx(1 / np.log2(5))
