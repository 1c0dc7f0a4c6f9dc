from __future__ import annotations

from polyrec.augment.augmenter import Synthetic
from polyrec.augment.back_translation import BackTranslation
from polyrec.augment.forward_translation import ForwardTranslation
from polyrec.testing.scripted_translator import ScriptedTranslator

ENGLISH = [f"english {i}" for i in range(6)]


def test_a_small_language_is_filled_up_with_translations_and_no_further() -> None:
    texts, languages = [*ENGLISH, "suomi"], ["en"] * 6 + ["fi"]
    made = ForwardTranslation(ScriptedTranslator(rest="<{}>"), up_to=4).augment(texts, languages)
    assert len(made) == 3
    for each in made:
        assert each == Synthetic(f"<{texts[each.source]}>", "fi", each.source, "translation")


def test_only_the_languages_that_are_named_are_filled_up_be_there_texts_or_not() -> None:
    texts, languages = [*ENGLISH, "suomi"], ["en"] * 6 + ["fi"]
    part = ForwardTranslation(ScriptedTranslator(rest="<{}>"), languages=["uk"], up_to=4)
    assert [each.language for each in part.augment(texts, languages)] == ["uk"] * 4


def test_pairs_that_the_translator_does_not_cover_are_left_out() -> None:
    translator = ScriptedTranslator(rest="<{}>", pairs=[("de", "fi")])
    made = ForwardTranslation(translator, up_to=3).augment(
        ["suomi", "eins", "one", "zwei"], ["fi", "de", "en", "de"]
    )
    assert [(each.source, each.language) for each in made] == [(1, "fi"), (3, "fi")]


def test_a_variant_of_a_language_is_not_translated_into_it() -> None:
    translator = ScriptedTranslator(rest="<{}>")
    made = ForwardTranslation(translator, languages=["pt"]).augment(["um"], ["pt-BR"])
    assert made == []
    assert translator.calls == []


def test_what_is_not_translated_is_not_made() -> None:
    known = {"english 1": "yksi"}
    part = ForwardTranslation(ScriptedTranslator(known), languages=["fi"])
    assert part.augment(ENGLISH, ["en"] * 6) == [Synthetic("yksi", "fi", 1, "translation")]


def test_back_translation_rewords_and_drops_what_comes_back_the_same() -> None:
    known = {"talo": "house", "house": "rakennus", "koira": "dog", "dog": "koira", "kivi": "stone"}
    part = BackTranslation(ScriptedTranslator(known))
    texts, languages = ["talo", "house", "koira", "kivi"], ["fi", "en", "fi", "fi"]
    made = part.augment(texts, languages)
    assert made == [Synthetic("rakennus", "fi", 0, "back-translation")]


def test_back_translation_needs_both_ways() -> None:
    translator = ScriptedTranslator(rest="<{}>", pairs=[("fi", "en")])
    assert BackTranslation(translator).augment(["talo"], ["fi"]) == []
    assert translator.calls == []


def test_back_translation_leaves_languages_with_enough_texts_alone() -> None:
    part = BackTranslation(ScriptedTranslator(rest="<{}>"), up_to=2)
    made = part.augment(["a", "b", "c"], ["fi", "fi", "uk"])
    assert [(each.source, each.text) for each in made] == [(2, "<<c>>")]
