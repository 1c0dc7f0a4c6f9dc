from __future__ import annotations

import pytest

from polyrec.core.errors import ConfigError, NotFittedError, UnknownIdError
from polyrec.data.catalog import Catalog
from polyrec.text.keywords import Keywords

pytest.importorskip("sudachipy", reason="needs the extra japanese")

ITEMS = {
    "hammer": {"en": "Hammers: a hammer for wood, hammering in 3 steps, a hammer"},
    "plane": {"en": "The plane for wood, and the planes"},
    "moon": {"en": "The moon, with x and y"},
    "säge": {"de": "Eine Säge für Holz und Hölzer aus Holz"},
    "hobel": {"de": "Der Hobel für Holz"},
    "木工": {"ja": "木工を習った。木工の入門"},
    "empty": {"fr": "et la"},
}


@pytest.fixture(scope="module")
def keywords() -> Keywords:
    return Keywords().fit(Catalog.from_texts(list(ITEMS), list(ITEMS.values())))


def test_rare_and_frequent_words_of_an_item_come_first(keywords: Keywords) -> None:
    found = keywords.of_item("hammer")
    assert [each.word for each in found] == ["hammer", "steps", "wood"]
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)


def test_forms_are_counted_together_and_the_commonest_is_shown(keywords: Keywords) -> None:
    assert [each.word for each in keywords.of_item("plane")] == ["plane", "wood"]
    assert "holz" in [each.word for each in keywords.of_item("säge")]


def test_japanese_verbs_are_shown_in_their_dictionary_form(keywords: Keywords) -> None:
    assert {each.word for each in keywords.of_item("木工")} == {"木工", "入門", "習う"}
    assert keywords.of_item("木工")[0].word == "木工"


def test_numbers_single_letters_and_stop_words_are_none(keywords: Keywords) -> None:
    assert [each.word for each in keywords.of_item("moon")] == ["moon"]
    assert keywords.of_item("empty") == []


def test_a_history_has_keywords_in_each_of_its_languages(keywords: Keywords) -> None:
    found = keywords.of_items(["säge", "hammer", "plane", "empty"], k=2)
    assert list(found) == ["en", "de"]
    assert [each.word for each in found["en"]] == ["hammer", "plane"]
    assert found["de"][0].word == "holz"
    assert all(len(words) <= 2 for words in found.values())
    assert keywords.of_items([]) == {}


def test_over_another_catalog_a_language_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Catalog.from_texts(list(ITEMS), list(ITEMS.values()))
    lazy = Keywords(most_texts=300).fit(whole)
    lazy.work_ahead()
    more = whole.joined(Catalog.from_texts(["axe"], [{"en": "An axe for wood"}]))
    monkeypatch.delattr(Keywords, "_count")
    assert [each.word for each in lazy.over(more).of_item("axe")] == ["axe", "wood"]


def test_what_cannot_be_answered_is_refused(keywords: Keywords) -> None:
    with pytest.raises(NotFittedError, match="Keywords has not been fitted"):
        Keywords().of_item("hammer")
    with pytest.raises(NotFittedError, match="Keywords has not been fitted"):
        Keywords().work_ahead()
    with pytest.raises(UnknownIdError, match="no item has the id 'hammerr'; did you mean 'hammer'"):
        keywords.of_item("hammerr")
    with pytest.raises(ConfigError, match="k is 0; give at least 1"):
        keywords.of_item("hammer", k=0)
