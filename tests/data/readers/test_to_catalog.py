from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.table import Table
from polyrec.data.readers.to_catalog import to_catalog

if TYPE_CHECKING:
    from polyrec.data.catalog import Catalog


def _catalog(columns: dict[str, Any], *, default_language: str = "und") -> Catalog:
    table = Table("items.csv", pl.DataFrame(columns, strict=False))
    return to_catalog(table, default_language=default_language)


def _fault(columns: dict[str, Any]) -> str:
    with pytest.raises(DataError) as caught:
        _catalog(columns)
    return str(caught.value)


def test_items_keep_the_order_in_which_they_first_stand() -> None:
    catalog = _catalog({"id": ["b", "a"], "text": ["x", "y"]})
    assert catalog.ids.names == ("b", "a")
    assert catalog.text == ("x", "y")


def test_title_and_description_make_one_text() -> None:
    columns = {"id": ["a", "b", "c"], "title": ["t", "", " t "], "description": ["d", "d", None]}
    assert _catalog(columns).text == ("t\nd", "d", "t")


def test_a_text_has_the_language_of_its_row() -> None:
    columns = {"id": ["a", "b"], "title": ["x", "y"], "lang": ["pt_br", ""]}
    assert _catalog(columns).language == ("pt-BR", "und")
    assert _catalog(columns, default_language="fr").language == ("pt-BR", "fr")


def test_texts_by_language_may_stand_in_columns() -> None:
    catalog = _catalog(
        {
            "id": ["a", "b", "c"],
            "title_de": ["Holz", "", None],
            "title_pt-BR": ["madeira", "pedra", None],
            "description_de": ["Werk", None, None],
        }
    )
    assert catalog.texts == (
        {"de": "Holz\nWerk", "pt-BR": "madeira"},
        {"pt-BR": "pedra"},
        {"und": ""},
    )
    assert catalog.language == ("de", "pt-BR", "und")


def test_texts_by_language_may_stand_in_rows() -> None:
    columns = {
        "item_id": ["a", "b", "a"],
        "language": ["de", "de", "en"],
        "text": ["Holz", "Stein", "wood"],
    }
    assert _catalog(columns).texts == ({"de": "Holz", "en": "wood"}, {"de": "Stein"})


@pytest.mark.parametrize(
    "cells",
    [
        ['{"en": "wood", "de": " Holz "}', '{"de": "Stein", "en": null}', ""],
        [{"en": "wood", "de": "Holz"}, {"en": None, "de": "Stein"}, None],
    ],
)
def test_texts_by_language_may_stand_in_one_cell(cells: list[object]) -> None:
    catalog = _catalog({"id": ["a", "b", "c"], "texts": cells})
    assert [list(by.items()) for by in catalog.texts] == [
        [("en", "wood"), ("de", "Holz")],
        [("de", "Stein")],
        [("und", "")],
    ]
    assert catalog.text == ("wood", "Stein", "")


def test_the_plain_text_is_shown_and_further_ones_are_known() -> None:
    catalog = _catalog(
        {"id": ["a"], "text_de": ["Holz"], "texts": ['{"fr": "bois"}'], "text": ["w"]}
    )
    assert list(catalog.texts[0].items()) == [("und", "w"), ("fr", "bois"), ("de", "Holz")]
    assert (catalog.text, catalog.language) == (("w",), ("und",))


def test_an_empty_text_gives_way_to_one_that_is_not() -> None:
    columns = {"id": ["a", "a"], "lang": ["de", "en"], "text": ["", "wood"]}
    assert _catalog(columns).texts == ({"en": "wood"},)


def test_an_item_may_have_no_text() -> None:
    catalog = _catalog({"id": ["a", "b"], "text": [None, "x"], "lang": ["de", "de"]})
    assert catalog.texts == ({"de": ""}, {"de": "x"})


def test_a_category_may_have_any_of_its_names_and_be_missing() -> None:
    for cells in (["x", None], [["x"], []]):
        assert _catalog({"id": ["a", "b"], "text": ["t", "t"], "genres": cells}).category == (
            "x",
            "",
        )
    assert _catalog({"id": ["a", "b"], "text": ["t", "t"]}).category == ("", "")


def test_other_columns_become_attributes_of_their_type() -> None:
    catalog = _catalog(
        {"id": ["a", "b"], "text": ["t", "t"], "year": [1984, None], "by": ["x", ""]}
    )
    assert catalog.attributes == {"year": (1984, None), "by": ("x", None)}


def test_of_several_rows_the_first_category_and_attributes_count() -> None:
    catalog = _catalog(
        {
            "id": ["a", "b", "a"],
            "lang": ["de", "de", "en"],
            "text": ["x", "y", "z"],
            "section": ["", "s", "r"],
            "year": [None, 1, 2],
        }
    )
    assert (catalog.category, catalog.attributes) == (("r", "s"), {"year": (2, 1)})


def test_an_item_that_stands_twice_in_one_language_is_refused() -> None:
    columns = {"id": ["a", "b", "a"], "lang": ["de", "de", "deu"], "text": ["x", "y", "z"]}
    assert _fault(columns) == (
        "items.csv row 3: item 'a' stands in row 1 already, in 'de' too;"
        " keep one row per item and language"
    )
    assert "item 'a' stands in row 1 already" in _fault({"id": ["a", "a"], "text": ["x", ""]})


def test_two_texts_in_one_language_in_a_row_are_refused_unless_they_are_the_same() -> None:
    columns = {"id": ["a"], "lang": ["de"], "text": ["Holz"], "text_de": ["Holz"]}
    assert _catalog(columns).texts == ({"de": "Holz"},)
    assert _fault(columns | {"text_de": ["Wald"]}) == (
        "items.csv row 1: two texts in 'de', 'Holz' and 'Wald'; keep one text per item and language"
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("[1]", "texts is '[1]', not texts by language"),
        ("Holz", "texts is 'Holz', not texts by language"),
        ('{"de": "\\ud800"}', 'texts is \'{"de": "\\\\ud800"}\', not texts by language'),
        ('{"de": 5}', "texts holds 5, not a text"),
    ],
)
def test_a_cell_that_holds_no_texts_by_language_is_refused(cell: str, said: str) -> None:
    hint = 'give texts by language, such as {"de": "...", "en": "..."}'
    assert _fault({"id": ["a"], "texts": [cell]}) == f"items.csv row 1: {said}; {hint}"


def test_a_key_that_is_no_language_tag_is_refused() -> None:
    assert _fault({"id": ["a"], "texts": ['{"German": "Holz"}']}) == (
        "items.csv row 1: texts names 'German', not a language tag;"
        " use BCP 47, such as 'de', 'pt-BR' or 'und'"
    )


def test_a_catalog_without_items_is_refused() -> None:
    assert _fault({"id": [], "text": []}) == "items.csv has no items; give at least one row"


def test_a_catalog_without_any_text_is_refused() -> None:
    assert _fault({"id": ["a", "b"], "text": ["", None]}) == (
        "items.csv: every text is empty; give at least one item a text"
    )
