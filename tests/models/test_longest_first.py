from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.types import best_items, drawn_order
from polyrec.models import longest_first as module
from polyrec.models.longest_first import LongestFirst


def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many items are compared at a time."""
    seen: list[int] = []
    kept = np.partition

    def partition(found: np.ndarray, kth: int) -> np.ndarray:
        seen.append(len(found))
        return kept(found, kth)

    monkeypatch.setattr(module.np, "partition", partition)
    return seen


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 60), st.integers(0, 70), st.integers(0, 99), st.sampled_from([1, 7, 100]))
def test_it_ranks_as_scores_of_all_items_do_ties_included(
    n_items: int, k: int, seed: int, first: int
) -> None:
    # small whole numbers: many scores are equal, and exact however they are added up
    rng = np.random.default_rng(seed)
    items = rng.integers(-2, 3, (n_items, 3)).astype(np.float32)
    user = rng.integers(-2, 3, 3).astype(np.float32)
    barred = rng.random(n_items) < 0.3
    scores = (items @ user)[None, :]
    scores[0, barred] = -np.inf
    expected = best_items(scores, k, seed=seed)
    ahead = LongestFirst.of(items)
    assert ahead is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "FIRST", first)
        found = ahead.best(user, k, barred=barred, tie_break=drawn_order(n_items, seed))
    assert np.array_equal(found.items, expected.items)
    assert np.array_equal(found.scores, expected.scores)


def test_short_items_need_no_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST", 10)
    seen = looked_at(monkeypatch)
    rng = np.random.default_rng(0)
    items = rng.standard_normal((1000, 8)).astype(np.float32)
    items *= (0.9 ** np.arange(1000)[:, None]).astype(np.float32)
    ahead = LongestFirst.of(items[rng.permutation(1000)])
    assert ahead is not None
    user, none = np.ones(8, dtype=np.float32), np.zeros(1000, dtype=np.bool_)
    ahead.best(user, 3, barred=none, tie_break=np.arange(1000))
    assert seen[-1] <= 40
    # where the best may not be shown, it looks further
    longest = np.isin(np.arange(1000), ahead.order[:200])
    ahead.best(user, 3, barred=longest, tie_break=np.arange(1000))
    assert seen[-1] > 200


def test_very_many_items_are_not_held_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    items = np.ones((3, 2), dtype=np.float32)
    monkeypatch.setattr(module, "MOST_BYTES", 24)
    assert LongestFirst.of(items) is not None
    monkeypatch.setattr(module, "MOST_BYTES", 23)
    assert LongestFirst.of(items) is None
