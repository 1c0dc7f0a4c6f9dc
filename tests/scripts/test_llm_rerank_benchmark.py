"""The benchmark of rankers that ask a language model counts and measures rightly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.types import Histories, Rankings
from polyrec.data.catalog import Catalog
from polyrec.llm.scripted import Scripted
from polyrec.rank.llm_rerank import LlmRerank

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def bench(benchmark_file: Callable[[str], Any]) -> Any:
    return benchmark_file("llm_rerank")


@pytest.fixture
def setting(bench: Any) -> Any:
    """Two people, four candidates each; what they want stands last, where the vectors see it."""
    texts = [{"de": f"Ding {item}"} for item in range(6)]
    catalog = Catalog.from_texts([str(item) for item in range(6)], texts)
    vectors = np.eye(2, dtype=np.float32)[[0, 1, 1, 1, 1, 0]]
    known = Histories.from_lists([[0], [0]], n_items=6)
    wanted = Histories.from_lists([[5], [5]], n_items=6)
    items = np.array([[2, 3, 4, 5]] * 2)
    scores = -np.arange(8, dtype=np.float32).reshape(2, 4)
    return bench.Setting(catalog, vectors, known, wanted, Rankings(items, scores))


def test_vectors_bring_what_is_wanted_to_the_top(bench: Any, setting: Any) -> None:
    judged = bench.by_embedding(setting)
    assert [places.tolist() for places in judged.places] == [[3, 0, 1, 2]] * 2
    whole, *slices = bench.gains(setting, judged, 1.0)
    assert whole["off"] == pytest.approx(1 / np.log2(5))
    assert whole["off"] + whole["value"] == pytest.approx(1)
    assert [(row["slice"], row["n"]) for row in slices] == [("1-4 items", 2)]
    assert bench.gains(setting, judged, 0.0)[0]["value"] == 0


def test_a_model_s_answers_and_tokens_are_counted(bench: Any, setting: Any) -> None:
    model = bench.Counted(Scripted(["Nein", "Nein", "Nein", "Ja"], repeat=True))
    steps: list[int] = []
    judged = bench.by_model(setting, LlmRerank(model, weight=1.0), model, advance=steps.append)
    assert [places.tolist() for places in judged.places] == [[3, 0, 1, 2]] * 2
    assert steps == [1, 1]
    assert judged.cost["tokens written"] == 4
    assert judged.cost["tokens read"] > 4
    assert judged.cost["not all judged"] == 0


def test_a_model_that_fails_is_counted(bench: Any, setting: Any) -> None:
    model = bench.Counted(Scripted(["!500"], repeat=True))
    judged = bench.by_model(setting, LlmRerank(model, weight=1.0), model, advance=lambda _: None)
    assert judged.cost["not all judged"] == 2
    assert [row["value"] for row in bench.gains(setting, judged, 1.0)] == [0, 0]


def test_where_time_ends_the_users_so_far_count(bench: Any, setting: Any) -> None:
    model = bench.Counted(Scripted())
    judged = bench.by_model(setting, LlmRerank(model), model, advance=lambda _: None, within_s=-1.0)
    assert len(judged.places) == 1
    assert {row["n"] for row in bench.gains(setting, judged, 1.0)} == {1}


def test_the_mean_of_orders_costs_all_of_them(bench: Any) -> None:
    one, other = np.array([0, 1, 2]), np.array([1, 2, 0])
    judged = bench.mean_order([bench.Judged([each], {"seconds": 2.0}) for each in (one, other)])
    assert judged.places[0].tolist() == [1, 0, 2]
    assert judged.cost == {"seconds": 4.0}


def test_tables_tell_gains_and_costs(
    bench: Any, setting: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cost = {"seconds": 2.5, "seconds, 95 of 100": 3.0, "tokens read": 1e6, "tokens written": 1e6}
    judged = bench.Judged(bench.by_embedding(setting).places, cost | {"not all judged": 0})
    bench.printed("world", bench.measured(setting, {"pointwise": judged}, [1.0]), (0.15, 0.60))
    said = capsys.readouterr().out
    assert "+0.5693 [+0.5693, +0.5693]" in said
    assert "750.000" in said
