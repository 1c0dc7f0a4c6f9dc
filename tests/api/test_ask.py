from __future__ import annotations

import logging
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from polyrec.core.errors import EngineError
from polyrec.pipeline.wish.ask import UNREAD
from polyrec.testing.injections import INJECTIONS
from polyrec.testing.scripted_translator import ScriptedTranslator

WISH = "two tools for wood in German or French, no saws"


def ask(desk: Any, **body: Any) -> Any:
    return desk.write("/ask", scope="read", **body)


def found(desk: Any, **body: Any) -> dict[str, Any]:
    answer = ask(desk, **body)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def test_a_wish_is_answered_with_what_was_understood_and_where_it_came_from(desk: Any) -> None:
    answer = found(desk, wish=WISH)
    assert answer["understood"] == {
        "text": "tools for wood",
        "text_language": "en",
        "languages": ["de"],
        "language_mode": "only",
        "category": "tools",
        "without": ["saws"],
        "k": 2,
    }
    assert {"field": "without", "value": "saws", "words": "no saws"} in answer["said"]
    assert (answer["worked_by"], answer["error"], answer["unmet"]) == ("rules", "", ["fr"])
    assert (answer["mode"], answer["languages"], answer["language_mode"]) == (
        "text",
        ["de"],
        "only",
    )
    assert {item["item_id"] for item in answer["items"]} == {"hobel", "saege"}


def test_what_was_understood_can_be_sent_back_changed(desk: Any) -> None:
    understood = found(desk, wish=WISH)["understood"]
    changed = understood | {"languages": ["en"], "without": ["plane"], "text": "in German"}
    answer = found(desk, understood=changed)
    assert answer["understood"] == changed
    assert (answer["worked_by"], answer["said"]) == ("given", [])
    assert [item["item_id"] for item in answer["items"]] == ["saw"]
    assert "1 item left out, with words to avoid: plane" in answer["note"]


def test_who_asks_counts_with_what_they_did(desk: Any) -> None:
    event = {"user_id": "zoe", "item_id": "saege", "kind": "purchase"}
    assert desk.write("/events", events=[event]).status_code == 202
    answer = found(desk, wish="wood", user_id="zoe")
    assert answer["mode"] == "fold-in"
    assert "saege" not in [item["item_id"] for item in answer["items"]]
    assert found(desk, wish="wood", user_id="ada")["mode"] == "personal"


def test_texts_are_translated_where_that_is_wished(desk: Any) -> None:
    desk.serving.interpreter = type(desk.serving.interpreter).of(
        ScriptedTranslator(rest="<{}>"), desk.serving.live.database, budget_s=30.0
    )
    answer = found(desk, wish="緑茶, preferably in German", translate=True)
    first = {item["item_id"]: item for item in answer["items"]}["tea"]
    assert first["translation"]["text"] == "<緑茶 日本>"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"wish": "wood", "understood": {"text": "wood"}},
        {"wish": "x" * 1001},
        {"wish": ""},
        {"wish": " "},
        {"wish": 5},
        {"wish": "wood", "model": "gpt"},
        {"understood": {"k": 0}},
        {"understood": {"without": [""]}},
        {"understood": {"language_mode": "only"}},
        {"understood": {"languages": ["no language"], "language_mode": "any"}},
        {"understood": {"category": "toys"}},
    ],
)
def test_what_cannot_be_asked_is_refused(desk: Any, body: dict[str, Any]) -> None:
    answer = ask(desk, **body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_that_reads_is_needed(desk: Any) -> None:
    assert desk.client.post("/ask", json={"wish": "wood"}).status_code == 401
    assert desk.write("/ask", scope="write", wish="wood").status_code == 403


def test_a_model_that_may_not_read_texts_says_so(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(desk.serving.live.model), "may_read_texts", False)
    assert ask(desk, wish="wood").status_code == 409
    understood = {"languages": ["de"], "language_mode": "only"}
    assert found(desk, understood=understood)["mode"] == "popular"


def test_while_words_cannot_be_encoded_categories_are_known_by_name(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise EngineError("the encoder is away at http://10.0.0.1")

    monkeypatch.setattr("polyrec.pipeline.wish.offered._KNOWN", WeakKeyDictionary())
    monkeypatch.setattr("polyrec.pipeline.wish.offered.reads_meaning", lambda _: True)
    monkeypatch.setattr("polyrec.pipeline.space.Space.words", fail)
    monkeypatch.setattr("polyrec.pipeline.space.Space.queries", fail)
    answer = found(desk, wish="something of wood in German")
    assert (answer["error"], answer["understood"]["languages"]) == (UNREAD, ["de"])
    assert answer["mode"] == "popular"
    assert "10.0.0.1" not in str(answer)
    assert found(desk, wish="tools in German")["error"] == ""


@pytest.mark.parametrize("text", INJECTIONS)
def test_orders_in_a_wish_change_nothing_that_they_do_not_name(desk: Any, text: str) -> None:
    answer = found(desk, wish=text)
    understood = answer["understood"]
    assert (understood["category"], understood["k"]) == (None, 10)
    assert set(understood["languages"]) <= {"de", "en", "ja"}
    assert answer["worked_by"] == "rules"


def test_the_log_holds_nothing_of_a_wish(desk: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "polyrec"):
        found(desk, wish="my secret illness, no doctors")
    assert '"route": "/ask"' in caplog.text
    assert "secret" not in caplog.text
    assert "doctors" not in caplog.text


def test_what_a_catalog_offers_is_worked_out_again_after_a_change(desk: Any) -> None:
    assert found(desk, wish="songs in Swahili")["unmet"] == ["sw"]
    item = {"item_id": "wimbo", "texts": {"sw": "wimbo wa kale"}}
    assert desk.write("/items", method="PUT", items=[item]).status_code == 202
    desk.serving.live.current.refresh([]).result()
    assert found(desk, wish="songs in Swahili")["understood"]["languages"] == ["sw"]
