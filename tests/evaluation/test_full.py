from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, DataError, UnknownNameError
from polyrec.evaluation import full, language_out, slices
from polyrec.evaluation.full import evaluate_plan
from polyrec.evaluation.rows import find
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

DATA = translated().view("one-language")
FAST: dict[str, Any] = {"use": "hybrid", "l2": 5.0, "linear": 0.5, "nearness": 0.2, "spread": 0.1}
PLAN: dict[str, Any] = {"encoder": "hashing", "debias": "language-mean", "recommender": "hybrid"}
QUICK = ["popularity", "content-raw", "content"]


def plan(**others: Any) -> Plan:
    return Plan.from_table({**PLAN, **others})


def test_models_are_compared_and_described() -> None:
    found = evaluate_plan(plan(), DATA, seeds=(0, 1), text_seeds=(1, 2), models=QUICK, k=5)
    assert list(found.models) == QUICK
    assert {row.split for row in found.rows} == {"random", "cold-items"}
    assert {row.seed for row in found.rows} == {0, 1, "mean"}
    assert {row.view for row in found.rows} == {
        *("one-language", "one-language:2", "one-language:1-2"),
    }
    assert set(found.exposure) == {"content-raw", "content"}
    assert found.title == "translated: models compared"
    assert found.facts["data"].startswith("translated (one-language): 40 users, 60 items, ")
    assert found.facts["split seeds"] == "0, 1"
    assert found.facts["encoder"].startswith("hashing-1/")


def test_the_debias_of_the_plan_is_the_one_under_test() -> None:
    freed, raw = (
        evaluate_plan(
            plan(debias=debias), DATA, splits=["random"], text_seeds=(1,), models=["content"]
        )
        for debias in ("language-mean", "none")
    )
    share = {"model": "content", "measure": "same-language", "seed": "mean"}
    assert find(raw.rows, **share)[0].value > find(freed.rows, **share)[0].value + 0.1


def test_a_recommender_of_ones_own_is_compared_as_the_plan() -> None:
    own = plan(recommender={"use": "content", "sharpness": 30.0})
    found = evaluate_plan(own, DATA, splits=["random"], text_seeds=(1,), models=["popularity"])
    assert list(found.models) == ["popularity", "plan"]
    assert "plan" in found.exposure
    assert find(found.rows, model="plan", measure="ndcg", slice="all", seed="mean")[0].value > 0.5


def test_the_ranker_of_the_plan_has_the_last_word() -> None:
    judge = {"use": "scripted"}
    orders = {"use": "llm-rerank", "model": judge, "method": "listwise", "weight": 1.0}
    found = {}
    for order in ("ranked", "reversed"):  # the script likes best what is shown first
        own = plan(ranker={**orders, "orders": [order], "n_candidates": 5})
        made = evaluate_plan(own, DATA, splits=["random"], text_seeds=(1,), models=["hybrid"], k=5)
        assert list(made.models) == ["hybrid", "plan"]
        assert made.models["plan"] == "recommender and ranker of the plan under test"
        found[order] = {
            model: find(made.rows, model=model, measure="ndcg", slice="all", seed="mean")[0].value
            for model in made.models
        }
    assert found["ranked"]["plan"] == found["ranked"]["hybrid"]
    assert found["reversed"]["plan"] != found["reversed"]["hybrid"]


@pytest.mark.parametrize("view", ["as-given", "en", "all"])
def test_a_view_that_is_not_drawn_is_measured_once(view: str) -> None:
    found = evaluate_plan(
        plan(), DATA.view(view), splits=["random"], text_seeds=(1, 2, 3), models=["popularity"]
    )
    assert {row.view for row in found.rows} == {view}


def test_languages_can_be_left_out_alone_or_beside_a_comparison(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (language_out, slices):
        monkeypatch.setattr(module, "MIN_ITEMS", 10)
    asked: list[dict[int, Any]] = []

    def spy(data: Dataset, vectors_of: dict[int, Any], **options: Any) -> list[Any]:
        asked.append(vectors_of)
        assert options == {"view": "one-language", "k": 7, "seed": 4}
        return []

    monkeypatch.setattr(full, "leave_languages_out", spy)
    options: dict[str, Any] = {"text_seeds": (1, 2), "seeds": (4, 5), "k": 7}
    alone = evaluate_plan(plan(), DATA, splits=["language-out"], **options)
    assert (alone.rows, alone.models, alone.exposure) == ([], {}, {})
    both = evaluate_plan(
        plan(), DATA, splits=["random", "language-out"], models=["popularity"], **options
    )
    assert {row.split for row in both.rows} == {"random"}
    for vectors_of in asked:
        assert {seed: v.shape for seed, v in vectors_of.items()} == {1: (60, 256), 2: (60, 256)}


def test_what_cannot_be_measured_is_refused_before_anything_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(full, "compare", None)
    with pytest.raises(ConfigError, match=r"^the plan has no encoder to compare with; add \[enc"):
        evaluate_plan(Plan.from_table({"recommender": "ease"}), DATA)
    with pytest.raises(UnknownNameError) as caught:
        evaluate_plan(plan(), DATA, splits=["random", "langauge-out"])
    assert str(caught.value) == ("no split is named 'langauge-out'; did you mean 'language-out'?")
    timeless = replace(DATA, interactions=replace(DATA.interactions, time=None))
    with pytest.raises(DataError, match=r"^the interactions have no times"):
        evaluate_plan(plan(), timeless, splits=["random", "time"])
    with pytest.raises(DataError, match=r"^no language can be left out: none has 50 items"):
        evaluate_plan(plan(), DATA, splits=["random", "language-out"])
    with pytest.raises(UnknownNameError, match=r"^no model to compare is named 'hybird'"):
        evaluate_plan(plan(), DATA, models=["hybird"])
