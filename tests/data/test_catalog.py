from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.types import IdMap
from polyrec.data.catalog import Catalog

CATALOG = Catalog.from_texts(
    ["a", "b", "c"],
    [{"de": "Holz", "pt-BR": "madeira"}, {"en": "stone", "pt-PT": "pedra"}, {}],
    category=["wood", "rock", ""],
    attributes={"year": (1, 2, 3), "only": (4, 5, 6)},
)
BY_LANGUAGE = st.dictionaries(
    st.sampled_from(["de", "en", "pt-BR", "pt-PT", "zh-TW", "und"]), st.text(max_size=3), max_size=4
)


def test_the_first_text_is_the_one_shown() -> None:
    assert CATALOG.text == ("Holz", "stone", "")
    assert CATALOG.language == ("de", "en", "und")
    assert CATALOG.languages.tolist() == ["de", "en", "und"]
    assert CATALOG.categories.tolist() == ["wood", "rock", ""]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match=r"^catalog has 3 items but 2 of category$"):
        replace(CATALOG, category=("x", "y"))
    with pytest.raises(DataError, match=r"^catalog has 3 items but 1 of colour$"):
        replace(CATALOG, attributes={"colour": ("red",)})
    with pytest.raises(DataError, match=r"^the id 'a' stands twice; keep one row per id$"):
        Catalog.from_texts(["a", "a"], [{}, {}])


@pytest.mark.parametrize(
    ("item", "languages", "expected"),
    [
        (0, ["pt"], ("pt-BR", "madeira")),
        (0, ["pt-PT"], ("de", "Holz")),
        (0, ["en", "pt", "de"], ("pt-BR", "madeira")),
        (0, [], ("de", "Holz")),
        (1, ["pt", "en"], ("pt-PT", "pedra")),
        (2, ["de"], ("und", "")),
    ],
)
def test_an_item_is_shown_in_the_first_wished_language_that_it_has(
    item: int, languages: list[str], expected: tuple[str, str]
) -> None:
    assert CATALOG.text_for(item, languages) == expected


@given(
    st.lists(BY_LANGUAGE, max_size=5),
    st.lists(st.sampled_from(["de", "pt", "pt-BR", "zh", "eo"]), max_size=3),
)
def test_languages_for_are_those_of_the_texts_shown(
    texts: list[dict[str, str]], wished: list[str]
) -> None:
    catalog = Catalog.from_texts([str(i) for i in range(len(texts))], texts)
    expected = [catalog.text_for(item, wished)[0] for item in range(len(texts))]
    assert catalog.languages_for(wished).tolist() == expected


def test_joined_items_stand_behind_and_keep_shared_attributes() -> None:
    more = Catalog.from_texts(["d"], [{"fr": "bois"}], category=["x"], attributes={"year": (9,)})
    joined = CATALOG.joined(more)
    assert joined.ids.names == ("a", "b", "c", "d")
    assert joined.texts[3] == {"fr": "bois"}
    assert dict(joined.attributes) == {"year": (1, 2, 3, 9)}
    assert joined.category == ("wood", "rock", "", "x")
    assert replace(CATALOG, pooled=True).joined(more).pooled
    with pytest.raises(DataError, match=r"^the id 'a' stands twice"):
        CATALOG.joined(CATALOG)


def test_a_catalog_shown_in_given_languages_knows_no_other() -> None:
    shown = CATALOG.shown(["pt-BR", "en", "und"])
    assert shown.text == ("madeira", "stone", "")
    assert shown.texts == ({"pt-BR": "madeira"}, {"en": "stone"}, {"und": ""})


def test_an_empty_catalog_is_one() -> None:
    empty = Catalog.from_texts([], [])
    assert len(empty) == 0
    assert empty.ids == IdMap(())
    assert empty.languages_for(["de"]).shape == (0,)


def test_items_that_name_no_work_are_works_of_their_own() -> None:
    assert CATALOG.works.tolist() == [0, 1, 2]
    named = replace(CATALOG, attributes={"work": ("b", None, "b")})
    assert named.works.tolist() == [0, 1, 0]
    assert replace(CATALOG, attributes={"work": ("b", "", "")}).works.tolist() == [0, 1, 2]


def test_what_is_new_is_known_where_the_catalog_says_so() -> None:
    assert CATALOG.new is None
    for said in (
        (True, False, None),
        ("true", "", "no"),
        ("1", "0", "0"),
        (" TRUE", "false", None),
    ):
        new = replace(CATALOG, attributes={"new": said}).new
        assert new is not None
        assert new.tolist() == [True, False, False]
    told = CATALOG.with_new(np.array([False, True, False]))
    assert told.attributes["new"] == (False, True, False)
    assert told.new is not None
    assert told.new.tolist() == [False, True, False]
    more = told.with_new(np.array([True, False, False])).new
    assert more is not None
    assert more.tolist() == [True, True, False]


def test_a_column_of_what_is_new_that_says_something_else_is_refused() -> None:
    with pytest.raises(
        DataError,
        match=r"^the item 'b' has 'perhaps' in the column 'new'; give one of true, yes, 1",
    ):
        replace(CATALOG, attributes={"new": ("true", "perhaps", "")}).new  # noqa: B018


def test_what_is_new_survives_items_that_do_not_say() -> None:
    more = Catalog.from_texts(["d"], [{"de": "Säge"}])
    joined = CATALOG.with_new(np.array([False, True, False])).joined(more)
    assert joined.new is not None
    assert joined.new.tolist() == [False, True, False, False]


def test_a_market_is_a_text_and_empty_where_none_is_named() -> None:
    assert CATALOG.markets is None
    named = replace(CATALOG, attributes={"market": (" de", None, 49)})
    assert named.markets is not None
    assert named.markets.tolist() == ["de", "", "49"]
    joined = named.joined(Catalog.from_texts(["d"], [{"fr": "bois"}])).markets
    assert joined is not None
    assert joined.tolist() == ["de", "", "49", ""]


def test_works_survive_items_that_name_none() -> None:
    named = replace(CATALOG, attributes={"work": ("b", None, "b")})
    more = Catalog.from_texts(["d"], [{"fr": "bois"}])
    assert named.joined(more).works.tolist() == [0, 1, 0, 2]
    assert more.joined(named).works.tolist() == [0, 1, 2, 1]
