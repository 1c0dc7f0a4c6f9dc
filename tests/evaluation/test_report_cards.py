from __future__ import annotations

from polyrec.core.types import SuggestedItem, Suggestion
from polyrec.evaluation.content import Card
from polyrec.evaluation.report_cards import Entry, card_view


def entry(text: str, language: str = "en") -> Entry:
    items = (SuggestedItem("a", 1.0, language, text),)
    return card_view(Card("u", 0, (), Suggestion(items, "personal"))).suggestions[0]


def test_the_first_line_is_the_head_and_the_rest_the_body() -> None:
    made = entry("\n  Editor \n\nfor all\nfiles")
    assert (made.head, made.body) == ("Editor", "for all files")


def test_long_texts_are_cut_at_a_word() -> None:
    made = entry("head\n" + "several words " * 50)
    assert made.body.endswith(("several…", "words…"))
    assert len(made.body) <= 180


def test_scripts_without_spaces_are_cut_anywhere_and_count_twice() -> None:
    made = entry("絵" * 500)
    assert made.head.endswith("絵…")
    assert len(made.head) == 70


def test_a_text_that_just_fits_stays_whole() -> None:
    assert entry("x" * 140).head == "x" * 140
    assert len(entry("x" * 141).head) == 140


def test_control_characters_are_left_out() -> None:
    assert entry("a\x00\x1b[31mb\x9f").head == "a [31mb"


def test_an_empty_text_gives_an_empty_head() -> None:
    assert (entry("").head, entry("").body) == ("", "")


def test_an_unknown_language_has_no_lang_attribute_but_a_tag() -> None:
    assert (entry("x", "und").lang, entry("x", "und").tag) == ("", "und")


def test_languages_are_counted_most_frequent_first() -> None:
    items = tuple(SuggestedItem(str(i), 0, tag, "t") for i, tag in enumerate(["fr", "de", "de"]))
    card = card_view(Card("u", 3, items, Suggestion((), "popular", "nothing")))
    assert card.languages == "de 2, fr 1"
    assert card.suggested == ""
    assert card.note == "nothing"
