from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.rank.eligible import eligible

CATALOG = Catalog.from_texts(
    ["a", "b", "c", "d"],
    [{"de": "x"}, {"pt-BR": "x", "en": "y"}, {"zh-TW": "x"}, {}],
    category=["wood", "wood", "", "stars"],
)
IDS = CATALOG.ids.names


def shown(query: Query) -> str:
    return "".join(name for name, ok in zip(IDS, eligible(CATALOG, query), strict=True) if ok)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), "abcd"),
        (Query(category="wood"), "ab"),
        (Query(category=""), "c"),
        (Query(allow=("d", "a")), "ad"),
        (Query(allow=()), ""),
        (Query(deny=("a", "d")), "bc"),
        (Query(allow=("a", "b"), deny=("a",)), "b"),
        (Query(category="wood", deny=("b",)), "a"),
        (Query(languages=("de",), language_mode="only"), "a"),
        (Query(languages=("de",), language_mode="prefer"), "abcd"),
        (Query(languages=("de",)), "abcd"),
        (Query(languages=("en", "de"), language_mode="only"), "ab"),
        (Query(languages=("pt",), language_mode="only"), "b"),
        (Query(languages=("pt-PT",), language_mode="only"), ""),
        (Query(languages=("zh-Hant",), language_mode="only"), "c"),
        (Query(languages=("zh-CN",), language_mode="only"), ""),
        (Query(languages=("und",), language_mode="only"), "d"),
    ],
)
def test_only_what_a_query_lets_through_is_shown(query: Query, expected: str) -> None:
    assert shown(query) == expected


def test_what_is_not_in_the_catalog_is_refused() -> None:
    for query in (Query(allow=("x",)), Query(deny=("x",))):
        with pytest.raises(UnknownIdError, match=r"^no item has the id 'x'$"):
            eligible(CATALOG, query)


@pytest.mark.parametrize(
    ("category", "remedy"),
    [("woods", "did you mean 'wood'?"), ("rare", "most items are in: wood, stars")],
)
def test_an_unknown_category_is_told_what_there_is(category: str, remedy: str) -> None:
    with pytest.raises(DataError) as caught:
        eligible(CATALOG, Query(category=category))
    assert str(caught.value) == f"no item has the category {category!r}; {remedy}"


def test_a_catalog_without_categories_says_so() -> None:
    with pytest.raises(DataError, match="the catalog has no categories"):
        eligible(Catalog.from_texts(["a"], [{"de": "x"}]), Query(category="wood"))


@given(st.sets(st.sampled_from(IDS)), st.sets(st.sampled_from(IDS)))
def test_filters_are_sets(allow: set[str], deny: set[str]) -> None:
    query = Query(allow=tuple(allow), deny=tuple(deny))
    assert set(shown(query)) == allow - deny


def test_an_item_is_readable_in_any_of_its_languages() -> None:
    assert CATALOG.readable(("en",)).tolist() == [False, True, False, False]
    assert CATALOG.readable(()).tolist() == [False] * 4
