"""The screen at which people ask in plain words, as a browser without scripts sees it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import EngineError
from polyrec.pipeline.service import Service

if TYPE_CHECKING:
    from collections.abc import Callable

WISH = "two tools for wood in German or Swahili, no saws"
EDITED = {"edited": "yes", "text": "wood", "text_language": "en", "mode": "only", "k": "5"}


def _value(browser: Any, name: str) -> str:
    (found,) = re.findall(rf'<input id="{name}"[^>]* value="([^"]*)"', browser.text)
    return html.unescape(found)


def _ticked(browser: Any, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]+)" checked', browser.text)


def test_a_wish_is_answered_and_what_was_understood_can_be_changed(browser: Any) -> None:
    browser.enter()
    browser.get("/page/ask")
    assert "For example: five games" in browser.text
    browser.post("/page/ask", wish=WISH)
    assert sorted(browser.shown) == ["hobel für holz", "säge für holz"]
    assert (_value(browser, "text"), _value(browser, "k")) == ("tools for wood", "2")
    assert _ticked(browser, "languages") == ["de"]
    assert _ticked(browser, "mode") == ["only"]
    assert _ticked(browser, "without") == ["saws"]
    assert "<option selected>tools</option>" in browser.text
    assert 'From your words: <bdi lang="">in German</bdi>' in browser.text
    assert "Nothing is there in: Swahili." in browser.text
    assert f">\n{WISH}</textarea>" in browser.text
    browser.post("/page/ask", **EDITED, languages=["en"], without=["plane", ""], category="")
    assert len(browser.shown) == 5
    assert "hand saw for wood" in browser.shown
    assert not {"plane for wood", "säge für holz"} & set(browser.shown)
    assert "1 item has a word to avoid, and was left out." in browser.text


def test_nothing_of_a_wish_is_kept(browser: Any) -> None:
    browser.enter()
    before = browser.serving.live.database.counts()
    browser.post("/page/ask", wish=WISH)
    assert browser.serving.live.database.counts() == before
    browser.get()
    assert _ticked(browser, "languages") == []
    assert WISH not in browser.text


def test_texts_of_people_and_items_are_shown_as_they_are(browser: Any) -> None:
    browser.enter()
    browser.post("/page/ask", wish="<script>alert(1)</script>, no <b>saws</b>")
    assert "<script>alert" not in browser.text
    assert "<b>saws" not in browser.text


@pytest.mark.parametrize(
    "fields",
    [
        {"wish": "x" * 1001},
        {**EDITED, "k": "0"},
        {**EDITED, "k": "many"},
        {**EDITED, "languages": ["no language"]},
        {**EDITED, "category": "toys"},
        {**EDITED, "without": ["x" * 201]},
    ],
)
def test_what_cannot_be_asked_is_told(browser: Any, fields: dict[str, Any]) -> None:
    browser.enter()
    browser.post("/page/ask", **fields)
    assert browser.status == 422


@pytest.mark.parametrize("wish", ["", " \n"])
def test_where_nothing_is_wished_the_screen_asks_for_words(browser: Any, wish: str) -> None:
    browser.enter()
    browser.post("/page/ask", wish=wish)
    assert browser.status == 422
    assert 'role="status">Write in a few words what you wish.</p>' in browser.text
    assert 'id="wish-form"' in browser.text
    assert "For example: five games" in browser.text


def test_while_an_engine_fails_the_screen_says_so(
    browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise EngineError("away at http://10.0.0.1")

    browser.enter()
    monkeypatch.setattr(Service, "recommend", fail)
    browser.post("/page/ask", wish="wood")
    assert browser.status == 503
    assert "The service cannot answer just now." in browser.text
    assert "10.0.0.1" not in browser.text


def test_whoever_has_no_key_is_led_to_where_one_is_asked_for(
    open_browser: Callable[..., Any],
) -> None:
    browser = open_browser()
    browser.get("/page/ask")
    assert 'id="key"' in browser.text
