"""Texts in languages that a visitor does not read, translated where they wish it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import EngineError
from polyrec.live.translated import Interpreter
from polyrec.store.memory import BY_A_PERSON
from polyrec.testing.scripted_translator import ScriptedTranslator

if TYPE_CHECKING:
    from collections.abc import Callable

WISHED = {"languages": ["de", "en"], "mode": "any", "translate": "yes"}


@pytest.fixture
def translating(browser: Any) -> Callable[..., Any]:
    """Give the service a translator, and come in."""

    def set_up(within_s: float = 30.0, **settings: Any) -> Any:
        part, database = ScriptedTranslator(**settings), browser.serving.live.database
        browser.serving.interpreter = Interpreter.of(part, database, budget_s=within_s)
        browser.enter()
        browser.post("/page/wishes", text="緑茶", **WISHED)
        return browser

    return set_up


def _made(browser: Any) -> list[list[str]]:
    """What stands in each translation: by whom, and the text."""
    found = re.findall(r'<div class="translation">(.*?)</div>', browser.text, re.DOTALL)
    return [
        [html.unescape(re.sub("<[^>]*>", "", part)) for part in re.findall("<p.*?</p>", each)]
        for each in found
    ]


def _notes(browser: Any) -> list[str]:
    found = re.search(r'<ul class="notes">(.*?)</ul>', browser.text, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def test_the_wish_is_offered_only_where_something_translates(
    browser: Any, translating: Callable[..., Any]
) -> None:
    browser.enter()
    assert 'name="translate"' not in browser.text
    assert 'name="translate" value="yes" checked' in translating(rest="<{}>").get()


def test_a_translation_says_its_language_its_engine_and_its_quality(
    translating: Callable[..., Any],
) -> None:
    browser = translating(rest="<{}>", quality=0.625)
    by = "Translated into this language: English (scripted, quality 62%)"
    assert _made(browser) == [[by, "<緑茶 日本>"]]
    assert '<p lang="en" dir="auto"><b>&lt;緑茶' in browser.text
    browser.post("/page/wishes", text="緑茶", languages=["de"], mode="any", translate="yes")
    assert {by for by, _ in _made(browser)} == {by.replace("English", "German")}
    browser.post("/page/wishes", text="緑茶", languages=["de", "en"], mode="any")
    assert _made(browser) == []


def test_who_names_no_language_reads_the_pages(translating: Callable[..., Any]) -> None:
    browser = translating(rest="<{}>")
    browser.get("/?tongue=es")
    browser.post("/page/wishes", text="緑茶", mode="any", translate="yes")
    assert ["Traducido: español (scripted)", "<緑茶 日本>"] in _made(browser)


def test_what_a_person_has_translated_is_told(translating: Callable[..., Any]) -> None:
    browser = translating(rest="<{}>", engine=BY_A_PERSON)
    assert _made(browser)[0][0] == "Translated into this language by a person: English"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"faults": [EngineError("http://secret.example fails")] * 9}, "could not be translated."),
        ({"pairs": [("en", "fr")]}, "is in a language that nothing translates here."),
        ({"rest": "<{}>", "within_s": 0.0}, "is not translated yet. The next list may have it."),
    ],
    ids=["fails", "covers nothing", "late"],
)
def test_what_is_not_translated_is_told(
    translating: Callable[..., Any], settings: Any, told: str
) -> None:
    browser = translating(**settings)
    assert _notes(browser)[-1] == f"1 text {told}"
    assert browser.shown[0] == "緑茶 日本"
    assert _made(browser) == []
    assert "secret.example" not in browser.text
