from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.types import NO_ITEM, Histories, IdMap, Rankings, Training, best_items

SCORES = hnp.arrays(
    np.float32,
    st.tuples(st.integers(0, 4), st.integers(1, 9)),
    elements=st.one_of(
        st.floats(width=32, allow_nan=True, allow_infinity=True), st.sampled_from([0.0, -0.0, 1.0])
    ),
)
LISTS = st.lists(st.lists(st.integers(0, 7), max_size=8), max_size=6)


# ids


def test_ids_stand_for_their_places() -> None:
    ids = IdMap(("b", "a"))
    assert (len(ids), "a" in ids, "c" in ids) == (2, True, False)
    assert ids.index("a") == 1
    assert ids.indices(["a", "b", "a"]).tolist() == [1, 0, 1]
    assert ids.indices([]).dtype == np.int64


def test_ids_that_are_unknown_or_stand_twice_are_refused() -> None:
    with pytest.raises(DataError, match=r"^the id 'a' stands twice; keep one row per id$"):
        IdMap(("a", "b", "a"))
    with pytest.raises(UnknownIdError, match=r"^no item has the id 'c'$"):
        IdMap(("a",)).index("c")
    with pytest.raises(UnknownIdError, match=r"^no user has the id 'c'$"):
        IdMap(("a",)).indices(["a", "c"], kind="user")


def test_near_items_are_offered_but_nobody_is_told_who_other_people_are() -> None:
    ids = IdMap(("gimp", "krita"))
    with pytest.raises(UnknownIdError, match=r"^no item has the id 'gmp'; did you mean 'gimp'\?$"):
        ids.index("gmp")
    with pytest.raises(UnknownIdError, match=r"^no user has the id 'gmp'$"):
        ids.index("gmp", kind="user")


# histories


@given(LISTS)
def test_histories_hold_each_item_of_each_user_once(lists: list[list[int]]) -> None:
    histories = Histories.from_lists(lists, n_items=8)
    assert len(histories) == len(lists)
    assert [histories.items_of(u).tolist() for u in range(len(lists))] == [
        sorted(set(items)) for items in lists
    ]
    assert histories.lengths.tolist() == [len(set(items)) for items in lists]
    assert histories.matrix().shape == (len(lists), 8)


@given(LISTS)
def test_histories_and_their_matrix_say_the_same(lists: list[list[int]]) -> None:
    histories = Histories.from_lists(lists, n_items=8)
    again = Histories.from_matrix(histories.matrix())
    assert np.array_equal(again.items, histories.items)
    assert np.array_equal(again.indptr, histories.indptr)
    assert np.array_equal(again.weights, histories.weights)


@given(LISTS, st.lists(st.integers(0, 5), max_size=7), st.integers(1, 4))
def test_rows_and_batches_are_those_of_the_matrix(
    lists: list[list[int]], users: list[int], size: int
) -> None:
    histories = Histories.from_lists(lists, n_items=8)
    dense = histories.matrix().toarray()
    chosen = np.array([user for user in users if user < len(lists)], dtype=np.int64)
    assert np.array_equal(histories.rows(chosen).matrix().toarray(), dense[chosen])
    blocks = list(histories.batches(size))
    assert [start for start, _ in blocks] == list(range(0, len(lists), size))
    joined = np.concatenate([np.empty((0, 8)), *(b.matrix().toarray() for _, b in blocks)])
    assert np.array_equal(joined, dense)


def test_rows_keep_weights_and_times_with_their_items() -> None:
    histories = Histories(
        np.array([0, 2, 3]),
        np.array([1, 4, 0]),
        np.array([0.5, 2, 3], dtype=np.float32),
        5,
        np.array([10.0, 20.0, 30.0]),
    )
    turned = histories.rows(np.array([1, 0]))
    assert turned.items.tolist() == [0, 1, 4]
    assert turned.weights.tolist() == [3, 0.5, 2]
    assert turned.times is not None
    assert turned.times.tolist() == [30, 10, 20]


def test_a_matrix_keeps_no_zeros_and_is_not_changed() -> None:
    matrix = sp.csr_array((np.array([0.0, 2.0]), np.array([1, 0]), np.array([0, 2])), shape=(1, 3))
    histories = Histories.from_matrix(matrix)
    assert (histories.items.tolist(), histories.weights.tolist()) == ([0], [2])
    assert matrix.nnz == 2


def test_items_outside_the_catalog_are_refused() -> None:
    for items in ([3], [-1]):
        with pytest.raises(DataError, match=r"^an item lies outside 0\.\.2$"):
            Histories.from_lists([items], n_items=3)


def test_values_that_hold_arrays_can_be_compared_and_are_alike_only_to_themselves() -> None:
    def make() -> list[object]:
        histories = Histories.from_lists([[0, 1]], n_items=3)
        ranking = best_items(np.ones((1, 3), np.float32), 2)
        return [histories, ranking, Training(histories, np.eye(3, dtype=np.float32))]

    for one, other in zip(make(), make(), strict=True):
        assert one == one  # noqa: PLR0124
        assert one != other
        assert len({one, other}) == 2


def test_training_has_as_many_items_as_its_histories() -> None:
    assert Training(Histories.from_lists([[0]], n_items=7)).n_items == 7


# rankings


@given(SCORES, st.integers(0, 12), st.integers(0, 3))
def test_the_best_items_are_those_of_a_full_sort(scores: np.ndarray, k: int, seed: int) -> None:
    found = best_items(scores, k, seed=seed)
    assert found.items.shape == found.scores.shape == (len(scores), k)
    clean = np.where(np.isnan(scores), -np.inf, scores)
    for row, items, best in zip(clean, found.items, found.scores, strict=True):
        filled = items[items != NO_ITEM]
        assert len(filled) == min(k, int((row > -np.inf).sum()))
        assert len(set(filled.tolist())) == len(filled)
        assert best[: len(filled)].tolist() == sorted(row[row > -np.inf], reverse=True)[:k]
        assert row[filled].tolist() == best[: len(filled)].tolist()
        assert np.isneginf(best[len(filled) :]).all()


@given(SCORES, st.integers(1, 9), st.integers(0, 3))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(
    scores: np.ndarray, k: int, seed: int
) -> None:
    longer = best_items(scores, k + 2, seed=seed)
    assert np.array_equal(best_items(scores, k, seed=seed).items, longer.first(k).items)


def test_equal_scores_stand_in_an_order_drawn_by_the_seed() -> None:
    level = np.zeros((2, 50), dtype=np.float32)
    level[1, ::2] = -0.0
    one, again, other = (best_items(level, 50, seed=seed).items for seed in (0, 0, 1))
    assert np.array_equal(one, again)
    assert np.array_equal(one[0], one[1])
    assert not np.array_equal(one, other)
    assert one[0].tolist() != sorted(one[0].tolist())


def test_no_item_gains_by_where_it_stands() -> None:
    level = np.zeros((1, 20), dtype=np.float32)
    first = [int(best_items(level, 1, seed=seed).items[0, 0]) for seed in range(2000)]
    counts = np.bincount(first, minlength=20)
    assert counts.min() > 60
    assert counts.max() < 150


def test_ranking_changes_no_score() -> None:
    scores = np.array([[np.nan, 1, -np.inf, -0.0]], dtype=np.float32)
    scores.setflags(write=False)
    assert best_items(scores, 4).items.tolist() == [[1, 3, NO_ITEM, NO_ITEM]]


def test_rankings_stand_under_each_other() -> None:
    blocks = [best_items(np.ones((n, 4), np.float32), 2) for n in (1, 0, 2)]
    stacked = Rankings.stacked(blocks, 2)
    assert (len(stacked), stacked.k) == (3, 2)
    assert Rankings.stacked([], 5).items.shape == (0, 5)


def test_places_behind_the_first_are_the_rest() -> None:
    ranking = best_items(np.arange(8, dtype=np.float32).reshape(2, 4), 4)
    for k in (0, 1, 4, 9):
        head, tail = ranking.first(k), ranking.after(k)
        assert np.array_equal(np.hstack([head.items, tail.items]), ranking.items)
        assert np.array_equal(np.hstack([head.scores, tail.scores]), ranking.scores)


def test_items_and_scores_of_other_shapes_are_refused() -> None:
    with pytest.raises(DataError, match=r"^items \(1, 2\) and scores \(1, 3\) differ$"):
        Rankings(np.zeros((1, 2), np.int64), np.zeros((1, 3), np.float32))
