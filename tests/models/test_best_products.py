from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.types import NO_ITEM, Booleans, Floats, Histories, Rankings, best_items

pytest.importorskip("numba", reason="needs the extra als")

from polyrec.models import best_products as module
from polyrec.models.best_products import best_products


def by_hand(
    scores: Floats, k: int, histories: Histories, allowed: Booleans, *, seed: int
) -> Rankings:
    scores[histories.matrix().toarray() > 0] = -np.inf
    scores[:, ~allowed] = -np.inf
    return best_items(scores, k, seed=seed)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 7),
    st.integers(1, 60),
    st.integers(0, 70),
    st.integers(0, 99),
    st.sampled_from([7, 256, 1024]),
)
def test_it_ranks_as_scores_of_all_items_do_ties_included(
    n_users: int, n_items: int, k: int, seed: int, tile: int
) -> None:
    # small whole numbers: many scores are equal, and exact however they are added up
    rng = np.random.default_rng(seed)
    users = rng.integers(-2, 3, (n_users, 3)).astype(np.float32)
    items = rng.integers(-2, 3, (n_items, 3)).astype(np.float32)
    lists = [np.flatnonzero(rng.random(n_items) < 0.2).tolist() for _ in range(n_users)]
    histories = Histories.from_lists(lists, n_items=n_items)
    allowed = rng.random(n_items) < 0.8
    expected = by_hand(users @ items.T, k, histories, allowed, seed=seed)
    tie_break = np.random.default_rng(seed).permutation(n_items)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TILE", tile)
        patch.setattr(module, "CELLS", 3 * tile)
        found = best_products(
            users, items, k, histories=histories, tie_break=tie_break, allowed=allowed
        )
    assert np.array_equal(found.items, expected.items)
    assert np.array_equal(found.scores, expected.scores)


def test_who_has_every_item_gets_none() -> None:
    ones = np.ones((1, 2), dtype=np.float32)
    histories = Histories.from_lists([[0, 1, 2]], n_items=3)
    found = best_products(
        ones, np.ones((3, 2), np.float32), 2, histories=histories, tie_break=np.arange(3)
    )
    assert found.items.tolist() == [[NO_ITEM, NO_ITEM]]
    assert np.isneginf(found.scores).all()
