"""Each language has every message, in every form that its numbers need."""

from __future__ import annotations

import gettext
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.extract import extract
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from polyrec.core.errors import LanguageError
from polyrec.pipeline.wording import sentences, tongue
from polyrec.pipeline.wording.facts import Cause, Fact
from polyrec.pipeline.wording.sentences import PLAIN, SAID, sentence
from polyrec.pipeline.wording.tongue import FOLDER, TONGUES, first_words, tongue_for, tongue_of

if TYPE_CHECKING:
    from babel.messages import Catalog

PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
# from CLDR's table of plural rules: samples of each form, in the order of the forms
SAMPLES = {
    "ar": [
        (0,),
        (1,),
        (2,),
        (*range(3, 11), *range(103, 111), 1003),
        (*range(11, 27), 111, 1011),
        (*range(100, 103), *range(200, 203), 300, 1000, 10_000, 1_000_000),
    ],
    "de": [(1,), (0, *range(2, 17), 100, 1000, 1_000_000)],
    "es": [(1,), (1_000_000, 2_000_000), (0, *range(2, 17), 100, 1000, 10_000)],
    "fa": [(0, 1), (*range(2, 18), 100, 1000, 1_000_000)],
    "fr": [(0, 1), (1_000_000, 2_000_000), (*range(2, 18), 100, 1000, 10_000)],
    "he": [(1,), (2,), (0, *range(3, 18), 100, 1000, 1_000_000)],
    "ja": [(*range(16), 100, 1000, 1_000_000)],
    "pl": [
        (1,),
        (2, 3, 4, 22, 23, 24, 32, 102, 1002),
        (0, *range(5, 20), 21, 100, 1000, 10_000, 1_000_000),
    ],
    "ru": [
        (1, 21, 31, 41, 51, 61, 71, 81, 101, 1001),
        (2, 3, 4, 22, 23, 24, 32, 102, 1002),
        (0, *range(5, 20), 100, 1000, 10_000, 1_000_000),
    ],
    "uk": [
        (1, 21, 31, 41, 51, 61, 71, 81, 101, 1001),
        (2, 3, 4, 22, 23, 24, 32, 102, 1002),
        (0, *range(5, 20), 100, 1000, 10_000, 1_000_000),
    ],
}


@lru_cache
def _wanted() -> set[Any]:
    """All messages of the code: texts, or singular and plural."""
    found: set[Any] = set(PLAIN.values())
    for module in (sentences, tongue):
        with Path(str(module.__file__)).open("rb") as file:
            extracted = extract("python", file, keywords={"say": None, "say_number": (1, 2)})
            found |= {message for _, message, _, _ in extracted}
    return found


def _catalog(tag: str) -> Catalog:
    with (FOLDER / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"), abort_invalid=True)


def _all(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_there_are_at_least_twelve_languages_two_scripts_of_chinese_among_them() -> None:
    assert len(TONGUES) >= 12
    assert {"ar", "en", "he", "zh", "zh-Hant"} <= set(TONGUES)


@pytest.mark.parametrize("tag", TONGUES)
def test_each_language_has_the_messages_of_the_code_and_no_others(tag: str) -> None:
    catalog = _catalog(tag)
    assert {each.id for each in catalog if each.id} == _wanted()
    assert len(_wanted()) == 16
    assert not catalog.obsolete
    assert not [each.id for each in catalog if each.fuzzy and each.id]


@pytest.mark.parametrize("tag", TONGUES)
def test_messages_are_translated_with_the_same_placeholders(tag: str) -> None:
    which = gettext.c2py(get_plural(tag.replace("-", "_")).plural_expr)  # type: ignore[attr-defined]
    names_its_number = {which(n) for n in (*range(3, 200), 1_000_000)}  # none, one, two: words
    for each in (each for each in _catalog(tag) if each.id):
        ids, strings = _all(each.id), _all(each.string)
        wanted = sorted(PLACEHOLDER.findall(ids[-1]))
        for form, string in enumerate(strings):
            found = sorted(PLACEHOLDER.findall(string))
            assert string, ids
            assert string.strip(" ") == string
            if len(ids) == 1 or form in names_its_number:
                assert found == wanted, string
            assert set(found) <= set(wanted), string
        if tag != "en" and re.search(r"[a-z]{3} [a-z]{2}", ids[0]):
            assert set(strings).isdisjoint(ids), f"{ids} is not translated"


def test_english_says_what_the_code_says() -> None:
    assert all(_all(each.id) == _all(each.string) for each in _catalog("en") if each.id)


@pytest.mark.parametrize("tag", TONGUES)
def test_plurals_have_the_forms_of_their_language(tag: str) -> None:
    catalog, right = _catalog(tag), get_plural(tag.replace("-", "_"))
    assert (catalog.num_plurals, catalog.plural_expr) == (right.num_plurals, right.plural_expr)
    for each in catalog:
        if each.pluralizable:
            assert len(_all(each.string)) == right.num_plurals


@pytest.mark.parametrize("tag", TONGUES)
def test_numbers_of_one_cldr_category_have_one_form_and_each_category_its_own(tag: str) -> None:
    locale = tongue_of(tag).locale
    which = gettext.c2py(_catalog(tag).plural_expr)  # type: ignore[attr-defined]
    pairs = {(locale.plural_form(n), which(n)) for n in (*range(1200), 10**4, 10**6, 2 * 10**6)}
    assert len(pairs) == len({category for category, _ in pairs}) == len({f for _, f in pairs})
    assert len(pairs) == _catalog(tag).num_plurals


@pytest.mark.parametrize("tag", SAMPLES)
def test_cldr_s_sample_numbers_take_their_forms(tag: str) -> None:
    spoken, catalog = tongue_of(tag), _catalog(tag)
    forms = _all(catalog["%(num)s person chose it."].string)  # type: ignore[union-attr]
    assert len(forms) == len(SAMPLES[tag])
    assert len(set(forms)) == len(forms)
    for form, numbers in zip(forms, SAMPLES[tag], strict=True):
        for n in numbers:
            said = sentence(Fact("popular", count=n), spoken)
            assert said == form % {"num": spoken.number(n)}


def test_numbers_are_written_in_the_digits_of_the_language() -> None:
    assert tongue_of("fa").number(1203) == "۱٬۲۰۳"
    assert tongue_of("de").number(1203) == "1.203"
    assert tongue_of("tr").percent(0.614) == "%61"
    assert tongue_of("fr").percent(0.614) == "61\xa0%"


def test_names_are_apart_where_they_could_turn_a_sentence_around() -> None:
    assert tongue_of("ar").quoted("Saw") == "«\u2068Saw\u2069»"
    assert tongue_of("de").quoted("Saw") == "„Saw“"
    assert tongue_of("de").quoted("מסור") == "„\u2068מסור\u2069“"


def test_what_would_steer_a_screen_is_taken_out_of_names() -> None:
    text = "\n\u202e\x1b[2JHand\u2069 \t saw\u2066\nfor wood"
    assert first_words(text) == "[2JHand saw"
    assert first_words("می\u200cخواهم") == "می\u200cخواهم"
    assert first_words("") == ""


def test_long_names_end_at_a_word() -> None:
    assert first_words("wood " * 40) == f"{'wood ' * 14}wood…"
    assert first_words("木" * 200) == f"{'木' * 79}…"


@pytest.mark.parametrize(
    ("languages", "tag", "is_asked_for"),
    [
        ((), "en", True),
        (("pt-BR",), "pt", True),
        (("zh-TW",), "zh-Hant", True),
        (("zh-CN",), "zh", True),
        (("zh",), "zh", True),
        (("sw", "iw"), "he", True),
        (("sw", "yo"), "en", False),
    ],
)
def test_the_first_language_that_there_is_is_taken(
    languages: tuple[str, ...], tag: str, is_asked_for: bool
) -> None:
    found, asked_for = tongue_for(languages)
    assert (found.tag, asked_for) == (tag, is_asked_for)


def test_what_is_no_language_is_refused() -> None:
    with pytest.raises(LanguageError):
        tongue_for(["not a language"])


@pytest.mark.parametrize("tag", TONGUES)
def test_every_kind_of_fact_is_a_whole_sentence(tag: str) -> None:
    cause = Cause("saw", "en", "Hand saw", 0.5)
    end = re.compile(r"[.。।]$")
    for kind in (*PLAIN, *SAID):
        for n in (0, 1, 2, 3, 11, 100):
            fact = Fact(
                kind,
                items=(cause,),
                words=("wood",) * max(n % 4, 1),
                count=n,
                of=200,
                languages=("pt", "es", "en"),
            )
            said = sentence(fact, tongue_of(tag))
            assert end.search(said), said
            assert "%(" not in said
