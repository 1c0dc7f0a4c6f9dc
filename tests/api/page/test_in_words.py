"""What the page tells of a language model: that it read or wrote, or that it could not help."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest

from polyrec.api.page.words import TONGUES, words_in
from polyrec.live.writer import Writer
from polyrec.llm.scripted import Scripted

READ = json.dumps({"languages": ["de"], "without": [], "k": 2})
LIKES = "You like a <b>saw</b> for wood."
RULES_DID = "The language model could not help this time: rules have read your wish."
WITHOUT_IT = "The language model could not help this time: what follows is without it."


def by(browser: Any, *answers: str) -> None:
    model = Scripted(["first", *answers * 20])
    browser.serving.writer = Writer.of(model, within_s=20)


def shown(browser: Any) -> str:
    return html.unescape(browser.text)


def test_it_is_told_which_language_model_has_read_a_wish(browser: Any) -> None:
    browser.enter()
    browser.post("/page/ask", wish="two tools for wood in German")
    assert "language model" not in browser.text
    by(browser, READ)
    browser.post("/page/ask", wish="two tools for wood in German")
    assert 'Read by a language model: <bdi lang="">scripted</bdi>.' in browser.text
    assert sorted(browser.shown) == ["hobel für holz", "säge für holz"]
    edited = {"edited": "yes", "text": "wood", "text_language": "en", "mode": "only", "k": "5"}
    browser.post("/page/ask", **edited, languages=["en"])
    assert "language model" not in browser.text


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("fault", ["!timeout", "!garbage"])
def test_it_is_told_where_none_could_read_a_wish(browser: Any, tongue: str, fault: str) -> None:
    browser.enter()
    by(browser, fault)
    browser.post("/page/ask", wish="tools for wood in German", headers={"Accept-Language": tongue})
    assert words_in(tongue).translations.gettext(RULES_DID) in shown(browser)
    assert len(browser.shown) > 1


def test_a_language_model_says_what_somebody_seems_to_like(browser: Any) -> None:
    browser.enter()
    browser.like("saw")
    browser.get("/page/data")
    assert "What you seem to like" in browser.text
    assert "language model" not in browser.text
    by(browser, "You like a saw for wood.")
    browser.get("/page/data")
    assert '<p class="own" lang="en" dir="auto">You like a saw for wood.</p>' in browser.text
    assert 'Written by a language model: <bdi lang="">scripted</bdi>.' in browser.text


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize("fault", ["!timeout", "You like it since 1999.", LIKES])
def test_it_is_told_where_none_could_say_it(browser: Any, tongue: str, fault: str) -> None:
    browser.enter()
    browser.like("saw")
    by(browser, fault)
    browser.get("/page/data", **{"Accept-Language": tongue})
    assert words_in(tongue).translations.gettext(WITHOUT_IT) in shown(browser)
    assert "1999" not in browser.text
    assert "<b>saw" not in browser.text


def test_of_whom_nothing_is_known_no_language_model_is_asked(browser: Any) -> None:
    browser.enter()
    by(browser, "You like a saw.")
    model = browser.serving.writer.model.model
    browser.get("/page/data")
    assert len(model.asked) == 1  # at the start
