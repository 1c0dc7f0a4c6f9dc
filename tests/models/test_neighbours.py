from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.vectors import unit_rows
from polyrec.models import neighbours
from polyrec.models.neighbours import nearest

VECTORS = unit_rows(np.random.default_rng(0).standard_normal((30, 8)).astype(np.float32))


def test_neighbours_are_the_nearest_by_cosine_and_weigh_one_together() -> None:
    weights = nearest(VECTORS, 4).weights(5.0).toarray()
    cosine = VECTORS @ VECTORS.T
    np.fill_diagonal(cosine, -np.inf)
    for item in range(30):
        best = np.argsort(-cosine[item])[:4]
        expected = np.exp(5 * cosine[item, best])
        assert set(np.flatnonzero(weights[item])) == set(best.tolist())
        assert np.allclose(weights[item, best], expected / expected.sum(), atol=1e-5)


def test_blocks_do_not_change_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = nearest(VECTORS, 3)
    monkeypatch.setattr(neighbours, "BLOCK", 7)
    parts = nearest(VECTORS, 3)
    assert np.array_equal(parts.items, whole.items)
    assert np.allclose(parts.cosines, whole.cosines, atol=1e-6)


def test_neighbours_of_the_last_items_are_those_that_all_would_have() -> None:
    every, last = nearest(VECTORS, 3), nearest(VECTORS, 3, first=22)
    assert np.array_equal(last.items, every.items[22:])
    assert last.weights(2.0).shape == (8, 30)


@pytest.mark.parametrize(("n_items", "depth", "n_found"), [(0, 5, 0), (1, 5, 0), (6, 50, 30)])
def test_an_item_has_no_more_neighbours_than_there_are_others(
    n_items: int, depth: int, n_found: int
) -> None:
    weights = nearest(VECTORS[:n_items], depth).weights(1.0)
    assert weights.shape == (n_items, n_items)
    assert np.count_nonzero(weights.toarray()) == n_found


def test_an_item_is_no_neighbour_of_itself_though_another_is_its_like() -> None:
    twice = np.repeat(VECTORS[:3], 2, axis=0)
    assert nearest(twice, 1).items[:, 0].tolist() == [1, 0, 3, 2, 5, 4]
