from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import polyrec
from polyrec.encode.cached import Cached
from polyrec.evaluation import demo as module
from polyrec.evaluation.rows import find
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.content import Content


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Content]:
    """Run the demo twice on a small catalog, with an encoder that hashes and remembers."""

    def load(name: str, *, view: str) -> Dataset:
        assert (name, view) == ("debian", "as-given")
        return translated(40, 120)

    encoder = {"use": "cached", "encoder": "hashing"}
    table = {"encoder": encoder, "debias": "language-mean", "recommender": "hybrid"}
    monkeypatch.setattr(module, "load_dataset", load)
    monkeypatch.setattr(Plan, "load", lambda _: Plan.from_table(table))
    return [module.demo(seed=2) for _ in range(2)]


def test_the_demo_compares_all_its_models_and_shows_three_users(runs: list[Content]) -> None:
    first, second = runs
    assert list(first.models) == list(module.MODELS)
    assert {row.model for row in first.rows if " - " not in row.model} == set(module.MODELS)
    assert {(row.view, row.split) for row in first.rows} == {("one-language", "random")}
    assert {row.seed for row in first.rows} == {2, "mean"}
    quality = {
        model: find(first.rows, model=model, measure="ndcg", slice="all", seed="mean")[0].value
        for model in module.MODELS
    }
    assert quality["hybrid"] > quality["popularity"]
    assert set(first.exposure) == {"content-raw", "content", "hybrid"}
    assert first.space is not None
    assert first.space.before.shape == first.space.after.shape == (120, 2)
    assert len(first.cards) == 3
    for card in first.cards:
        assert {item.item_id for item in card.history}.isdisjoint(
            {item.item_id for item in card.suggestion.items}
        )
        assert card.suggestion.mode == "personal"
    assert first.facts["polyrec"] == polyrec.__version__
    assert first.facts["data"].startswith("debian: 40 users, 120 items, ")
    # the same seed gives the same figures, and the second run encodes nothing anew
    assert second.rows == first.rows
    assert "from the cache" not in first.facts["encoding"]
    assert second.facts["encoding"].endswith("texts from the cache")
    assert second.facts["encoder speed"] == "nothing to encode"


def test_only_an_encoder_that_remembers_has_texts_that_it_need_not_encode() -> None:
    encoder = Plan.from_table({"encoder": "hashing", "recommender": "ease"}).encoder
    assert encoder is not None
    assert module._misses(encoder, 7) == 7
    assert module._misses(Cached(encoder), 7) == 0
