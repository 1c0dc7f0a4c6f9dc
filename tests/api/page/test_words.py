"""The page's words are whole in each language, and chosen as the browser asks."""

from __future__ import annotations

import gettext
import re
import tomllib
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po

from polyrec.api.page.words import FOLDER, TONGUES, negotiated, words_in

if TYPE_CHECKING:
    from babel.messages import Catalog

ROOT = Path(__file__).parents[3]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
SAME_EVERYWHERE = {"polyrec"}


@lru_cache
def _wanted() -> set[Any]:
    """All messages of the templates: texts, or singular and plural."""
    (mapping,) = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"][
        "mappings"
    ]
    found = extract_from_dir(
        FOLDER.parent,
        method_map=[(mapping["pattern"], mapping["method"])],
        options_map={mapping["pattern"]: {"silent": "false"}},
    )
    return {message for _, _, message, _, _ in found}


def _catalog(tongue: str) -> Catalog:
    with (FOLDER / tongue / "page.po").open("rb") as file:
        return read_po(file, locale=tongue, abort_invalid=True)


def _written(tongue: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each message of a catalogue with its translations, plural forms side by side."""
    return [
        (each.id if each.pluralizable else (each.id,), _all(each.string))
        for each in _catalog(tongue)
        if each.id
    ]


def _all(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == set(TONGUES)


@pytest.mark.parametrize("tongue", TONGUES)
def test_a_catalogue_holds_what_the_templates_say_and_nothing_else(tongue: str) -> None:
    held = {each.id for each in _catalog(tongue) if each.id}
    assert held == _wanted()
    assert len(held) > 100


@pytest.mark.parametrize("tongue", TONGUES)
def test_no_message_is_empty_or_doubtful(tongue: str) -> None:
    catalog = _catalog(tongue)
    assert not [each.id for each in catalog if each.fuzzy and each.id]
    assert not catalog.obsolete
    for ids, strings in _written(tongue):
        assert all(string.strip() == string and string for string in strings), ids
        if tongue != "en" and len(ids[0]) > 12:
            assert set(strings).isdisjoint(ids), f"{ids} is not translated"


def test_english_says_what_the_templates_say() -> None:
    assert all(ids == strings for ids, strings in _written("en"))


@pytest.mark.parametrize("tongue", TONGUES)
def test_plurals_have_the_forms_of_their_language(tongue: str) -> None:
    catalog, right = _catalog(tongue), get_plural(tongue)
    assert (catalog.num_plurals, catalog.plural_expr) == (right.num_plurals, right.plural_expr)
    for each in catalog:
        if each.pluralizable:
            assert len(_all(each.string)) == right.num_plurals


@pytest.mark.parametrize("tongue", TONGUES)
def test_placeholders_and_marks_are_those_of_the_message(tongue: str) -> None:
    which = gettext.c2py(get_plural(tongue).plural_expr)  # type: ignore[attr-defined]
    names_its_number = {which(n) for n in range(3, 200)}  # one and two may be words
    for ids, strings in _written(tongue):
        wanted = sorted(PLACEHOLDER.findall(ids[-1]))
        tags = sorted(re.findall(r"<[^>]*>", ids[-1]))
        for form, string in enumerate(strings):
            found = sorted(PLACEHOLDER.findall(string))
            if len(ids) == 1 or form in names_its_number:
                assert found == wanted, string
            assert set(found) <= set(wanted), string
            assert sorted(re.findall(r"<[^>]*>", string)) == tags, string


@pytest.mark.parametrize(
    ("n", "told"),
    [
        (0, "٠"),
        (1, "نجمة واحدة"),
        (2, "نجمتان"),
        (3, "نجوم"),
        (10, "نجوم"),
        (11, "نجمة"),
        (100, "نجمة"),
    ],
)
def test_arabic_counts_in_its_own_way(n: int, told: str) -> None:
    said = words_in("ar").translations.ngettext("%(num)s star", "%(num)s stars", n) % {"num": n}
    assert told in said or n == 0
    assert (str(n) in said) == (n not in (1, 2))


@pytest.mark.parametrize(
    ("header", "tongue"),
    [
        *(("", "en"), ("de", "en"), ("*", "en"), ("nonsense;;q=x,,", "en"), ("en-GB", "en")),
        *(("zh-CN,zh;q=0.9", "zh"), ("zh-TW", "zh"), ("zh-Hans-SG", "zh"), ("es-419", "es")),
        *(("ar-EG", "ar"), ("AR", "ar"), ("de, es;q=0.4, ar;q=0.6", "ar"), ("es;q=0, ar", "ar")),
        ("de," * 500 + "es", "en"),
    ],
)
def test_the_language_is_the_browsers_most_wished_that_there_is(header: str, tongue: str) -> None:
    assert negotiated(header) == tongue


def test_languages_are_called_in_the_language_of_the_page() -> None:
    assert words_in("es").language("de") == "alemán"
    assert words_in("ar").language("fr") == "الفرنسية"
    assert words_in("en").language("pt-BR") == "Brazilian Portuguese"
    assert words_in("en").language("sr-Latn") == "Serbian (Latin)"
    assert words_in("zh").language("tlh") == "克林贡语"
    assert words_in("en").language("qaa") == "qaa"
    assert words_in("es").listed(["de", "fr", "en"]) == "alemán · francés · inglés"


def test_times_and_numbers_are_written_as_the_language_does() -> None:
    at = datetime(2026, 3, 9, 17, 5, tzinfo=UTC)
    assert words_in("es").moment(at) == "9 mar 2026, 17:05:00 UTC"
    assert words_in("zh").moment(at).startswith("2026年3月9日")
    assert words_in("es").number(1234567.5) == "1.234.567,5"
    assert "82" in words_in("ar").percent(0.82)


def test_only_arabic_runs_from_right_to_left() -> None:
    assert {tongue: words_in(tongue).direction for tongue in TONGUES} == {
        **dict.fromkeys(TONGUES, "ltr"),
        "ar": "rtl",
    }
