from __future__ import annotations

import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.columns import ALIASES, TextColumns, find_column, find_texts, need_column
from polyrec.data.readers.table import Table


def _table(*columns: str) -> Table:
    return Table("t.csv", pl.DataFrame({name: ["x"] for name in columns}))


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("user_id", ["user", "userId", "User ID", "userid", "reviewerID", "customer_id"]),
        ("item_id", ["item", "itemId", "itemID", "item id", "movieId", "asin", "parent_asin"]),
        ("weight", ["rating", "Rating", "score", "stars", "playcount"]),
        ("datetime", ["timestamp", "time", "date", "unixReviewTime", "createdAt"]),
        ("language", ["lang", "locale", "language_code"]),
        ("category", ["section", "genre", "genres"]),
        ("title", ["name", "Product Title"]),
    ],
)
def test_a_column_is_known_by_its_usual_names(name: str, aliases: list[str]) -> None:
    for own in [name, name.upper(), *aliases]:
        assert find_column(_table("other", own), name) == own


def test_no_name_stands_for_two_columns() -> None:
    every = [alias for name, aliases in ALIASES.items() for alias in [name, *aliases.split()]]
    assert len(every) == len(set(every))


def test_the_standard_name_goes_before_its_spellings_and_these_before_aliases() -> None:
    assert find_column(_table("rating", "Weight", "weight"), "weight") == "weight"
    assert find_column(_table("rating", "Weight"), "weight") == "Weight"


def test_a_last_name_is_taken_only_if_there_is_no_other() -> None:
    assert find_column(_table("id", "asin"), "item_id", otherwise="id") == "asin"
    assert find_column(_table("ID"), "item_id", otherwise="id") == "ID"
    assert find_column(_table("id"), "item_id") is None


def test_two_columns_that_fit_equally_well_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        find_column(_table("asin", "parent_asin"), "item_id")
    assert str(caught.value) == (
        "t.csv: both 'asin' and 'parent_asin' could be the column item_id;"
        " rename the one that is meant to item_id"
    )


def test_a_missing_column_is_refused_with_the_columns_that_there_are() -> None:
    with pytest.raises(DataError) as caught:
        need_column(_table("a", "b"), "language")
    assert str(caught.value) == (
        "t.csv has no column language; its columns are 'a', 'b';"
        " name it language, lang, locale, language_code or lang_code"
    )


def test_a_missing_text_is_refused_with_the_names_that_it_may_have() -> None:
    with pytest.raises(DataError) as caught:
        find_texts(_table("id"))
    assert str(caught.value) == (
        "t.csv has no column text; its columns are 'id'; name it text, title, name, item_name,"
        " item_title, product_name, product_title, headline, description, abstract, summary,"
        " overview, plot, content, body or text_de (by language)"
    )


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["text", "title"], TextColumns(("text",))),
        (["text", "name", "headline"], TextColumns(("text",))),
        (["summary", "name"], TextColumns(("name", "summary"))),
        (["description"], TextColumns(("description",))),
        (["texts", "lang"], TextColumns(texts="texts", language="lang")),
        (
            ["text_de", "Text pt-BR", "text:zh_Hant"],
            TextColumns(
                by_language={
                    "de": ("text_de",),
                    "pt-BR": ("Text pt-BR",),
                    "zh-Hant": ("text:zh_Hant",),
                }
            ),
        ),
        (
            ["body_de", "title_de", "title", "title_en"],
            TextColumns(("title",), {"de": ("title_de", "body_de"), "en": ("title_en",)}),
        ),
        (["text_de", "title_de"], TextColumns(by_language={"de": ("text_de",)})),
        (["text", "text_raw", "title_length", "title_xx"], TextColumns(("text",))),
        (["title", "title_id", "text_no"], TextColumns(("title",))),
        (["title_id", "title_en"], TextColumns((), {"id": ("title_id",), "en": ("title_en",)})),
    ],
)
def test_texts_are_found_in_all_their_shapes(columns: list[str], expected: TextColumns) -> None:
    assert find_texts(_table(*columns)) == expected


def test_two_texts_in_one_language_are_refused() -> None:
    with pytest.raises(DataError) as caught:
        find_texts(_table("title_de", "name_de"))
    assert str(caught.value) == (
        "t.csv: both 'title_de' and 'name_de' could be the column title_de;"
        " rename the one that is meant to title_de"
    )
