from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import UnknownNameError
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.data.view import BALANCED_SHARE, VIEWS, view

TAGS = ["en", "de", "fr", "it", "ja", "pt-BR", "sk"]


def catalog_of(languages: list[list[str]]) -> Catalog:
    texts = [{tag: f"{tag} {i}" for tag in tags} for i, tags in enumerate(languages)]
    return Catalog.from_texts([f"i{i}" for i in range(len(texts))], texts)


CATALOGS = st.lists(
    st.lists(st.sampled_from(TAGS), unique=True, min_size=1, max_size=7), min_size=1, max_size=20
).map(catalog_of)


@given(CATALOGS, st.sampled_from(VIEWS), st.integers(0, 3))
def test_every_item_is_shown_in_a_language_of_its_own(
    catalog: Catalog, name: str, seed: int
) -> None:
    shown = view(catalog, name, seed=seed)
    assert shown.ids == catalog.ids
    for item, by in enumerate(catalog.texts):
        assert by[shown.language[item]] == shown.text[item]


@given(CATALOGS, st.sampled_from(VIEWS), st.integers(0, 3))
def test_the_same_seed_gives_the_same_view(catalog: Catalog, name: str, seed: int) -> None:
    assert view(catalog, name, seed=seed) == view(catalog, name, seed=seed)


@given(CATALOGS, st.sampled_from(["one-language", "en", "balanced"]))
def test_items_shown_in_one_language_know_no_other(catalog: Catalog, name: str) -> None:
    shown = view(catalog, name)
    assert all(len(by) == 1 for by in shown.texts)
    assert not shown.pooled


def test_a_view_as_given_changes_nothing_and_all_pools_the_texts() -> None:
    catalog = catalog_of([["de", "en"], ["fr"]])
    assert view(catalog, "as-given") is catalog
    pooled = view(catalog, "all")
    assert pooled.pooled
    assert (pooled.texts, pooled.text) == (catalog.texts, catalog.text)


def test_english_is_shown_where_there_is_any() -> None:
    catalog = catalog_of([["de", "en"], ["fr", "de"], ["en"]])
    assert view(catalog, "en").language == ("en", "fr", "en")


def test_each_language_of_an_item_is_drawn_equally_often() -> None:
    catalog = catalog_of([["de", "en", "fr", "ja"]] * 4000)
    counts = Counter(view(catalog, "one-language", seed=3).language)
    assert all(900 < counts[tag] < 1100 for tag in ("de", "en", "fr", "ja"))


def test_a_draw_of_one_item_does_not_hang_on_the_others_languages() -> None:
    two = catalog_of([["de", "en"], ["de", "en"]])
    other = catalog_of([["ja"], ["de", "en"]])
    for seed in range(8):
        drawn = [view(c, "one-language", seed=seed).language[1] for c in (two, other)]
        assert drawn[0] == drawn[1]


def test_no_language_has_over_a_fifth_where_items_have_the_choice() -> None:
    # English everywhere, four others here and there, as in a catalog that is translated in part
    languages = [
        ["en", *(tag for j, tag in enumerate(TAGS[1:]) if (i + j) % 3)] for i in range(300)
    ]
    shown = view(catalog_of(languages), "balanced", seed=1)
    counts = Counter(shown.language)
    assert max(counts.values()) <= BALANCED_SHARE * 300


def test_items_without_a_choice_choose_first() -> None:
    languages = [["en"]] * 2 + [["en", "de"]] * 2
    shown = view(catalog_of(languages), "balanced")
    assert shown.language == ("en", "en", "de", "de")


def test_an_unknown_view_is_refused() -> None:
    data = Dataset(catalog_of([["de"]]), Interactions.from_pairs([]))
    with pytest.raises(UnknownNameError) as caught:
        data.view("balancd")
    assert str(caught.value) == "no view is named 'balancd'; did you mean 'balanced'?"


def test_a_dataset_knows_which_view_it_is() -> None:
    data = Dataset(catalog_of([["de", "en"]]), Interactions.from_pairs([("u", 0)]))
    assert data.view_name == "as-given"
    shown = data.view("en")
    assert (shown.view_name, shown.catalog.language) == ("en", ("en",))
    assert shown.interactions is data.interactions
