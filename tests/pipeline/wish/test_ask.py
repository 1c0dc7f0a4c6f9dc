from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.wish.wish import Wish

if TYPE_CHECKING:
    from polyrec.pipeline.fitted import Fitted

CONTENT: dict[str, Any] = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
    "ranker": {"use": "prefer-languages"},
}
ITEMS = {
    "saw": ("tools", {"en": "saw for wood", "de": "Säge für Holz"}),
    "chairs": ("tools", {"en": "chairs of wood: how furniture is made"}),
    "hobel": ("tools", {"de": "Hobel für Holz"}),
    "rabot": ("tools", {"fr": "rabot pour le bois"}),
    "flute": ("music", {"en": "flute of wood"}),
    "table": ("tools", {"en": "wood tables", "de": "Möbel: Tische aus Holz"}),
}


@pytest.fixture(scope="module")
def shop() -> Fitted:
    catalog = Catalog.from_texts(
        list(ITEMS),
        [texts for _, texts in ITEMS.values()],
        category=[category for category, _ in ITEMS.values()],
    )
    data = Dataset(catalog, Interactions.from_pairs([("ada", 0), ("bob", 4)]), name="shop")
    return polyrec.fit(data, Plan.from_table(CONTENT))


def ids(asked: Any) -> list[str]:
    return [item.item_id for item in asked.suggestion.items]


def test_filters_hold_and_the_rest_is_looked_for(shop: Fitted) -> None:
    asked = shop.ask("2 tools for wood in German or French")
    assert asked.understood.wish == Wish(
        text="tools for wood",
        text_language="en",
        languages=("de", "fr"),
        language_mode="only",
        category="tools",
        k=2,
    )
    assert asked.suggestion.mode == "text"
    assert len(ids(asked)) == 2
    assert set(ids(asked)) <= {"saw", "hobel", "rabot", "table"}
    assert {item.language for item in asked.suggestion.items} <= {"de", "fr"}


def test_a_category_in_which_nothing_may_be_shown_is_left_out_and_that_is_said(
    shop: Fitted,
) -> None:
    asked = shop.ask("music of wood in French")
    assert asked.understood.wish.category is None
    assert {each.field for each in asked.understood.said} == {"languages", "language_mode"}
    assert ids(asked) == ["rabot"]
    assert asked.suggestion.note.endswith(
        "the category 'music' is left out: nothing in it may be shown"
    )
    # an edited wish is taken as it is
    edited = replace(asked.understood.wish, category="music")
    assert ids(shop.ask(edited)) == []


def test_items_with_a_word_to_avoid_are_left_out_whatever_its_ending(shop: Fitted) -> None:
    asked = shop.ask("things of wood, no table and no chair")
    assert asked.understood.wish.without == ("table", "chair")
    assert not {"table", "chairs"} & set(ids(asked))
    assert {"saw", "flute"} <= set(ids(asked))
    assert "2 items left out, with words to avoid: table, chair" in asked.suggestion.note


def test_a_word_to_avoid_counts_in_each_language_that_an_item_has(shop: Fitted) -> None:
    assert "table" not in ids(shop.ask(Wish("wood", "en", without=("Möbel",))))
    assert "table" in ids(shop.ask(Wish("wood", "en", without=("Stuhl",))))


def test_what_was_understood_can_be_changed_and_is_taken_as_it_is(shop: Fitted) -> None:
    first = shop.ask("saw in German").understood.wish
    again = shop.ask(replace(first, text="in French", languages=(), language_mode="any", k=1))
    assert again.understood.wish.text == "in French"
    assert again.understood.wish.languages == ()
    assert (again.understood.worked_by, again.understood.said) == ("given", ())
    assert len(ids(again)) == 1


def test_who_asks_counts_beside_the_wish(shop: Fitted) -> None:
    asked = shop.ask("wood", user_id="ada")
    assert asked.suggestion.mode == "personal"
    assert "saw" not in ids(asked)


def test_a_wish_of_filters_alone_gives_what_is_popular(shop: Fitted) -> None:
    asked = shop.ask("only in French")
    assert asked.understood.wish.text == ""
    assert (asked.suggestion.mode, ids(asked)) == ("popular", ["rabot"])


def test_a_model_that_reads_no_texts_keeps_to_the_filters(shop: Fitted) -> None:
    data = Dataset(shop.learned.catalog, Interactions.from_pairs([("ada", 0), ("bob", 4)]))
    model = polyrec.fit(data, Plan.from_table({"recommender": {"use": "popularity"}}))
    asked = model.ask("tools for wood, no table, no chairs", user_id="bob")
    assert set(ids(asked)) == {"saw", "hobel", "rabot"}


def test_what_cannot_be_asked_is_refused(shop: Fitted) -> None:
    with pytest.raises(DataError, match=r"^the wish has 1,001 letters; say it in at most 1,000$"):
        shop.ask("x" * 1001)
    for empty in ("", " \n"):
        with pytest.raises(DataError, match=r"^the wish is empty; say what is wished, such as 'g"):
            shop.ask(empty)
    with pytest.raises(DataError, match="no item has the category 'toys'"):
        shop.ask(Wish("wood", category="toys"))
