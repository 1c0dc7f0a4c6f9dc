from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.measures import variety
from polyrec.measures.variety import diversity, novelty

N_ITEMS = 9


def ranked(lists: list[list[int]], *, k: int = 5) -> Rankings:
    items = np.array([[*row, *[NO_ITEM] * (k - len(row))] for row in lists], dtype=np.int64)
    return Rankings(items.reshape(-1, k), np.zeros((len(lists), k), dtype=np.float32))


def lists_of(max_size: int) -> st.SearchStrategy[list[list[int]]]:
    items = st.lists(st.integers(0, N_ITEMS - 1), unique=True, max_size=max_size)
    return st.lists(items, min_size=1, max_size=6)


# novelty


def test_what_everybody_has_is_not_new_and_what_half_of_them_has_is_one_bit() -> None:
    histories = Histories.from_lists([[0, 1], [0, 1], [0], [0]], n_items=3)
    assert novelty(ranked([[0], [1], [0, 1], []]), histories) == pytest.approx(
        [0, 1, 0.5, np.nan], nan_ok=True
    )


def test_what_nobody_has_is_as_new_as_what_one_user_has() -> None:
    histories = Histories.from_lists([[0], [1], [1], [1]], n_items=3)
    assert novelty(ranked([[0], [2]]), histories).tolist() == [2.0, 2.0]


def test_users_who_have_nothing_do_not_count() -> None:
    histories = Histories.from_lists([[0], [1], [], []], n_items=2)
    assert novelty(ranked([[0]]), histories).tolist() == [1.0]


@given(lists_of(5), lists_of(8))
def test_novelty_is_the_mean_self_information(shown: list[list[int]], had: list[list[int]]) -> None:
    users = [set(items) for items in had if items]
    expected = []
    for items in shown:
        shares = [
            max(sum(item in user for user in users), 1) / max(len(users), 1) for item in items
        ]
        expected.append(sum(-math.log2(s) for s in shares) / len(items) if items else math.nan)
    found = novelty(ranked(shown), Histories.from_lists(had, n_items=N_ITEMS))
    assert found == pytest.approx(expected, nan_ok=True)


# diversity


def test_items_alike_have_no_diversity_right_angles_one_and_opposites_two() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1], [-1, 0]], dtype=np.float32)
    found = diversity(ranked([[0, 1], [0, 2], [0, 3], [0, 1, 2]]), vectors)
    assert found == pytest.approx([0, 1, 2, 2 / 3])


def test_a_list_of_fewer_than_two_items_has_none() -> None:
    found = diversity(ranked([[0], [], [0, 1]]), np.eye(2, dtype=np.float32))
    assert found == pytest.approx([np.nan, np.nan, 1], nan_ok=True)
    assert diversity(ranked([]), np.eye(2, dtype=np.float32)).shape == (0,)


def test_an_item_without_a_vector_is_like_nothing() -> None:
    vectors = np.array([[1, 0], [0, 0], [1, 0]], dtype=np.float32)
    assert diversity(ranked([[0, 1], [0, 1, 2]]), vectors) == pytest.approx([1, 2 / 3])


@given(lists_of(5), st.integers(0, 1000), st.sampled_from([np.float32, np.float16]))
def test_diversity_is_one_less_the_mean_cosine_of_all_pairs(
    shown: list[list[int]], seed: int, kept_as: type[np.floating]
) -> None:
    vectors = np.random.default_rng(seed).normal(size=(N_ITEMS, 4))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(kept_as)
    expected = [
        1 - np.mean([vectors[a].astype(float) @ vectors[b] for a, b in combinations(items, 2)])
        if len(items) > 1
        else math.nan
        for items in shown
    ]
    assert diversity(ranked(shown), vectors) == pytest.approx(expected, abs=1e-6, nan_ok=True)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(N_ITEMS, 3)).astype(np.float32)
    shown = ranked([rng.permutation(N_ITEMS)[:4].tolist() for _ in range(10)])
    whole = diversity(shown, vectors)
    monkeypatch.setattr(variety, "BLOCK", 3)
    assert np.array_equal(diversity(shown, vectors), whole)
