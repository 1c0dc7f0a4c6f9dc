from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError, UnknownIdError
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.models.hybrid import Hybrid
from polyrec.pipeline.fitted import Fitted, fit, load
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import TwoCamps, two_camps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLUMNS = {
    "user_id": pl.String,
    "item_id": pl.String,
    "rank": pl.Int64,
    "score": pl.Float64,
    "language": pl.String,
    "text": pl.String,
    "reason": pl.String,
    "mode": pl.String,
}


def test_recommendations_are_one_row_per_user_and_rank(content: Fitted) -> None:
    found = content.recommend(["u1", "u0"], k=3)
    assert found.schema == COLUMNS
    assert found["user_id"].to_list() == ["u1"] * 3 + ["u0"] * 3
    assert found["rank"].to_list() == [1, 2, 3] * 2
    assert set(found["mode"]) == {"personal"}
    assert set(found.filter(user_id="u1")["item_id"].str.slice(1).cast(int) % 2) == {1}


def test_nobody_and_nothing_give_an_empty_frame_of_the_same_columns(content: Fitted) -> None:
    assert content.recommend([]).schema == COLUMNS
    assert content.recommend([]).is_empty()
    assert content.similar([]).is_empty()


def test_an_unknown_user_gets_what_is_popular_and_the_frame_says_so(content: Fitted) -> None:
    assert set(content.recommend(["stranger"])["mode"]) == {"popular"}


def test_languages_and_category_hold_for_every_user(content: Fitted) -> None:
    found = content.recommend(["u0", "u1"], languages=["fr"], language_mode="only", category="even")
    assert set(found["language"]) == {"fr"}
    assert set(found["item_id"].str.slice(1).cast(int) % 2) == {0}


def test_a_text_is_answered_in_the_given_languages(content: Fitted) -> None:
    found = content.recommend_to_text("star orbit comet", k=4, languages=["de"])
    assert found.schema == COLUMNS
    assert found["user_id"].to_list() == [""] * 4
    assert set(found["language"]) == {"de"}
    assert set(found["mode"]) == {"text"}
    assert set(content.recommend_to_text("star orbit comet", k=9)["language"]) == {"de", "fr"}


def test_similar_items_are_one_row_per_item_and_rank(content: Fitted) -> None:
    found = content.similar(["i3", "i0"], k=2)
    assert found.columns == ["item_id", "similar_item_id", "rank", "score", "language", "text"]
    assert found["item_id"].to_list() == ["i3", "i3", "i0", "i0"]
    assert found["rank"].to_list() == [1, 2, 1, 2]
    with pytest.raises(UnknownIdError):
        content.similar(["i3", "i99"])


def test_a_text_in_place_of_a_list_of_ids_is_refused(content: Fitted) -> None:
    with pytest.raises(DataError, match=r"^user_ids is the text 'u0'; give a list: \['u0'\]$"):
        content.recommend("u0")
    with pytest.raises(DataError, match=r"^item_ids is the text 'i0'; give a list: \['i0'\]$"):
        content.similar("i0")
    for answer in (content.recommend, content.recommend_to_text):
        with pytest.raises(DataError, match=r"^languages is the text 'de'; give a list: \['de'\]$"):
            answer(["u0"], languages="de")


def test_a_new_item_is_recommended_at_once(content: Fitted, new_items: Catalog) -> None:
    content.add_items(new_items)
    even = content.recommend_to_text("wood saw plane oak", k=1)
    assert even["item_id"].to_list() == ["new-even"]
    assert content.similar(["new-odd"], k=1)["similar_item_id"][0][0] == "i"
    everything = content.recommend(["u0"], k=50)["item_id"].to_list()
    assert {"new-even", "new-odd"} <= set(everything)
    assert everything.index("new-even") < everything.index("new-odd")


def test_items_may_be_added_again_and_again_but_each_once(
    content: Fitted, new_items: Catalog
) -> None:
    content.add_items(new_items)
    content.add_items(Catalog.from_texts(["third"], [{"de": "wood"}]))
    assert len(content.learned.catalog) == 43
    with pytest.raises(DataError, match=r"^the id 'third' stands twice; keep one row per id$"):
        content.add_items(Catalog.from_texts(["third"], [{"de": "wood"}]))
    assert len(content.recommend(["u0"], k=100)) == 43 - len(content.learned.histories.items_of(0))


def test_a_plan_without_an_encoder_cannot_read_new_items(ease: Fitted, new_items: Catalog) -> None:
    with pytest.raises(ConfigError, match=r"^this plan has no encoder; add \[encoder\] to the pl"):
        ease.add_items(new_items)
    assert len(ease.recommend(["u0"], k=100)) < 40


def test_new_items_that_a_model_cannot_score_are_left_out_and_said(
    camps: TwoCamps, new_items: Catalog
) -> None:
    rec = fit(camps.dataset, Plan.from_table({"encoder": "hashing", "recommender": "ease"}))
    rec.add_items(new_items)
    assert not set(rec.recommend(["u0"], k=100)["item_id"]) & set(new_items.ids.names)
    assert rec.similar(["new-even"], k=3).height == 3


def test_one_plan_can_be_fitted_twice_without_mixing_the_two(
    camps: TwoCamps, plan: Callable[[str], Plan], new_items: Catalog
) -> None:
    other = two_camps(30, 36, seed=9)
    for name in ("content", "ease"):
        shared = plan(name)
        first = fit(camps.dataset, shared)
        before = first.recommend(["u0", "u1"])
        second = fit(other.dataset, shared)
        if name == "content":
            second.add_items(new_items)
        assert first.recommend(["u0", "u1"]).equals(before)
        assert shared.recommender.n_items_ is None


def test_the_same_seed_gives_the_same_pipeline(camps: TwoCamps, plan: Callable[..., Plan]) -> None:
    one, other = (fit(camps.dataset, plan(), seed=2).recommend(["u0", "x"]) for _ in range(2))
    assert one.equals(other)


def test_a_plan_may_be_named_by_its_file(camps: TwoCamps, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('recommender = "popularity"\n')
    rec = fit(camps.dataset, path)
    assert repr(rec) == "<Fitted Popularity on made (as-given): 40 users, 40 items>"
    assert repr(fit(camps.dataset, str(path))) == repr(rec)


def test_one_user_is_no_several_users() -> None:
    catalog = Catalog.from_texts(["a"], [{"de": "x"}])
    data = Dataset(catalog, Interactions.from_pairs([("u", 0)]))
    rec = fit(data, Plan.from_table({"recommender": "popularity"}))
    assert repr(rec) == "<Fitted Popularity on data (as-given): 1 user, 1 item>"


def test_a_recommender_that_needs_vectors_needs_an_encoder(camps: TwoCamps) -> None:
    with pytest.raises(ConfigError, match=r"^Content needs item vectors; name an encoder"):
        fit(camps.dataset, Plan.from_table({"recommender": "content"}))


def test_data_without_interactions_cannot_be_learned_from(plan: Callable[..., Plan]) -> None:
    catalog = Catalog.from_texts(["a"], [{"de": "x"}])
    data = Dataset(catalog, Interactions.from_pairs([], users=["u"]))
    with pytest.raises(DataError, match=r"^there are no interactions to learn from$"):
        fit(data, plan())


def test_markets_come_from_the_catalog(camps: TwoCamps, tmp_path: Path) -> None:
    plan = Plan.from_table({"recommender": {"use": "popularity", "by": "market"}})
    with pytest.raises(ConfigError, match=r"^popularity by market needs the items' markets; give"):
        fit(camps.dataset, plan)
    market = tuple("even" if item % 2 == 0 else "odd" for item in range(40))
    catalog = replace(camps.dataset.catalog, attributes={"market": market})
    rec = fit(replace(camps.dataset, catalog=catalog), plan)
    rec.save(tmp_path / "model")
    for each in (rec, load(tmp_path / "model")):
        found = each.service.recommend(Query(history=("i1",))).items
        assert {int(item.item_id[1:]) % 2 for item in found} == {1}


def test_much_that_nobody_chose_is_noted_unless_the_catalog_says_what_is_new(
    camps: TwoCamps,
) -> None:
    hybrid = Plan.from_table({"encoder": {"use": "hashing"}, "recommender": {"use": "hybrid"}})
    ease = Plan.from_table({"recommender": {"use": "ease"}})
    few = camps.dataset.where(camps.dataset.interactions.item < 30)
    noted = "nobody chose 10 of 40 items, and they are taken for old: a column 'new' in the catalog"
    assert any(note.startswith(noted) for note in fit(few, hybrid).notes)
    assert not fit(few, ease).notes
    told = fit(few.with_new(np.arange(40) >= 30), hybrid)
    assert not told.notes
    model = told.learned.plan.recommender
    assert isinstance(model, Hybrid)
    assert model.new_ is not None
    assert model.new_.sum() == 10
    assert not fit(camps.dataset, hybrid).notes
