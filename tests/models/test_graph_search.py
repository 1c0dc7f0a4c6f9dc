from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.core.registry import build
from polyrec.core.vectors import unit_rows
from polyrec.models import graph_search, neighbours
from polyrec.models.exact_search import exactly_nearest
from polyrec.models.features import Space
from polyrec.models.graph_search import FLOOR, approximately_nearest
from polyrec.models.neighbours import nearest
from polyrec.testing.worlds import two_camps

N_ITEMS, DIM, DEPTH = 6000, 64, 30


def topics(seed: int = 0) -> np.ndarray:
    """Make items of 300 topics that lie near each other, as descriptions do."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((300, 12)) @ rng.standard_normal((12, DIM))
    noise = rng.standard_normal((N_ITEMS, DIM))
    return unit_rows((centres[rng.integers(0, 300, N_ITEMS)] + noise).astype(np.float32))


VECTORS = topics()
needs_library = pytest.mark.skipif(not graph_search.is_installed(), reason="needs the extra ann")


@needs_library
class TestGraph:
    def test_nearly_all_neighbours_are_found(self) -> None:
        near = nearest(VECTORS, DEPTH, search="graph")
        rows = np.arange(N_ITEMS)
        items, cosines = exactly_nearest(VECTORS, rows, DEPTH)
        recall = [len(set(a) & set(b)) for a, b in zip(near.items, items, strict=True)]
        assert np.mean(recall) / DEPTH >= FLOOR
        assert near.items.shape == near.cosines.shape == (N_ITEMS, DEPTH)
        assert (near.items != rows[:, None]).all()
        assert all(len(set(row)) == DEPTH for row in near.items[:500].tolist())
        exact = (VECTORS[rows[:9], None] * VECTORS[near.items[:9]]).sum(axis=2)
        assert np.allclose(near.cosines[:9], exact, atol=1e-5)
        assert near.cosines.mean() >= cosines.mean() - 1e-3

    def test_neighbours_of_the_last_items_can_be_found_alone(self) -> None:
        near = nearest(VECTORS, DEPTH, first=N_ITEMS - 50, search="graph")
        items, _ = exactly_nearest(VECTORS, np.arange(N_ITEMS - 50, N_ITEMS), DEPTH)
        recall = [len(set(a) & set(b)) for a, b in zip(near.items, items, strict=True)]
        assert np.mean(recall) / DEPTH >= FLOOR - 0.02
        assert near.weights(2.0).shape == (50, N_ITEMS)

    def test_items_that_are_alike_are_neighbours_of_each_other(self) -> None:
        twice = np.repeat(VECTORS[:500], 2, axis=0)
        near = nearest(twice, 5, search="graph")
        assert np.mean((near.cosines > 0.999).any(axis=1)) >= FLOOR

    def test_more_care_is_taken_until_the_floor_is_reached(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[int] = []
        walked = graph_search._walked

        def spy(graph: object, vectors: object, rows: np.ndarray, depth: int) -> object:
            tried.append(graph.hnsw.efSearch)  # type: ignore[attr-defined]
            return walked(graph, vectors, rows, depth)  # type: ignore[arg-type]

        noise = np.random.default_rng(0).standard_normal((N_ITEMS, DIM)).astype(np.float32)
        monkeypatch.setattr(graph_search, "_walked", spy)
        monkeypatch.setattr(graph_search, "EFFORTS", (DEPTH, DEPTH + 1, 128, 1536))
        approximately_nearest(unit_rows(noise), DEPTH)
        assert tried[0] == DEPTH + 1
        assert len(set(tried)) > 1
        assert tried == sorted(tried)

    def test_where_the_floor_is_out_of_reach_all_items_are_looked_at(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(graph_search, "FLOOR", 1.1)
        few = VECTORS[:300]
        assert approximately_nearest(few, 5) is None
        near = nearest(few, 5, search="graph")
        assert np.array_equal(near.items, nearest(few, 5, search="exact").items)
        assert "on these vectors a graph misses too much" in caplog.text

    def test_a_graph_that_is_no_faster_is_given_up_unless_it_is_wished(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        walked = graph_search._walked

        def slow(*given: Any) -> Any:
            time.sleep(0.3)
            return walked(*given)

        monkeypatch.setattr(graph_search, "_walked", slow)
        few = VECTORS[:300]
        assert approximately_nearest(few, 5, only_if_faster=True) is None
        assert approximately_nearest(few, 5) is not None

    def test_items_that_the_graph_cannot_reach_are_searched_for_exactly(self) -> None:
        class Poor:
            """Finds nothing but the item itself."""

            def search(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
                found = np.full((len(queries), count), -1)
                found[:, 0] = 7
                return np.zeros(found.shape), found

        items, cosines = graph_search._walked(Poor(), VECTORS, np.array([7]), 4)
        expected, exact = exactly_nearest(VECTORS, np.array([7]), 4)
        assert np.array_equal(items, expected)
        assert np.allclose(cosines, exact, atol=1e-6)

    @pytest.mark.parametrize("name", ["content", "hybrid"])
    def test_recommenders_take_it_where_it_is_wished(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Space, "_last", None)
        world = two_camps()
        found = {
            search: build("recommender", {"use": name, "search": search, "n_neighbours": 9})
            .fit(world.training)
            .score(world.training.histories)
            for search in ("exact", "graph")
        }
        assert np.allclose(found["exact"], found["graph"], atol=1e-4)


class TestChoice:
    @pytest.mark.parametrize(("many", "graph"), [(101, False), (100, True)])
    def test_many_items_take_the_graph_by_themselves(
        self, many: int, graph: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        def walked(vectors: np.ndarray, depth: int, *, first: int, only_if_faster: bool) -> None:
            assert only_if_faster
            asked.append(len(vectors))

        monkeypatch.setattr(neighbours, "MANY", many)
        monkeypatch.setattr(neighbours, "is_installed", lambda: True)
        monkeypatch.setattr(neighbours, "approximately_nearest", walked)
        nearest(VECTORS[:100], 5)
        nearest(VECTORS[:100], 5, search="exact")
        nearest(VECTORS[:100], 5, first=90)  # few rows are looked through sooner than put in order
        assert asked == [100] * graph

    def test_without_the_extra_many_items_are_looked_at_and_the_remedy_is_named(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr(neighbours, "MANY", 100)
        monkeypatch.setattr(neighbours, "is_installed", lambda: False)
        near = nearest(VECTORS[:100], 5)
        assert np.array_equal(near.items, nearest(VECTORS[:100], 5, search="exact").items)
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage() == (
            "looking at all of 100 items for each one's neighbours; "
            "with pip install 'polyrec[ann]' this is faster"
        )
        with pytest.raises(MissingExtraError) as caught:
            nearest(VECTORS[:100], 5, search="graph")
        problem = "search = 'graph' needs faiss-cpu; pip install 'polyrec[ann]'"
        assert str(caught.value) == problem

    @pytest.mark.parametrize("name", ["content", "hybrid"])
    def test_a_way_to_search_that_there_is_not_is_refused(self, name: str) -> None:
        problem = f"recommender {name!r}: search is 'magic'; give one of ('auto', 'exact', 'graph')"
        with pytest.raises(ConfigError) as caught:
            build("recommender", {"use": name, "search": "magic"})
        assert str(caught.value) == problem
