from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import EngineError
from polyrec.live.translated import FAILED, LATE, NO_TRANSLATOR, NO_WISH, Interpreter
from polyrec.testing.scripted_translator import ScriptedTranslator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.translate.translator import Translator


@pytest.fixture
def translating(desk: Any) -> Callable[..., Any]:
    """Give the service a translator."""

    def set_up(part: Translator, within_s: float = 30.0) -> Any:
        desk.serving.interpreter = Interpreter.of(
            part, desk.serving.live.database, budget_s=within_s
        )
        return desk

    return set_up


@pytest.fixture
def hanging() -> Iterator[ScriptedTranslator]:
    """A translator that does not come back until the test is over."""
    over = threading.Event()
    part = ScriptedTranslator(rest="<{}>")
    part._translate = lambda *_: over.wait(60)  # type: ignore[assignment,method-assign]
    yield part
    over.set()


def test_items_in_no_wished_language_are_translated_and_the_others_are_not(
    translating: Callable[..., Any],
) -> None:
    desk = translating(ScriptedTranslator(rest="<{}>", quality=0.6))
    wishes = {"k": 20, "languages": "de,en", "translate": True, "language_mode": "any"}
    for answer in (
        desk.get("/recommend/ada", **wishes),
        desk.post(history=["plane"], **wishes | {"languages": ["de", "en"]}),
    ):
        found = {item["item_id"]: item["translation"] for item in answer.json()["items"]}
        assert found["tea"] == {
            "text": "<緑茶 日本>",
            "language": "de",
            "engine": "scripted",
            "quality": 0.6,
            "error": "",
        }
        assert [name for name, made in found.items() if made is not None] == ["tea"]
        assert "untranslated" not in answer.json()["note"]


def test_what_is_like_an_item_is_translated_too(translating: Callable[..., Any]) -> None:
    desk = translating(ScriptedTranslator(rest="<{}>"))
    answer = desk.get("/similar/saege", k=1, languages="fr", translate=True).json()
    assert answer["items"][0]["text"] == "hobel für holz"
    assert answer["items"][0]["translation"]["text"] == "<hobel für holz>"
    assert answer["items"][0]["translation"]["language"] == "fr"
    assert answer["note"] == ""


def test_nothing_is_translated_that_nobody_asked_for(translating: Callable[..., Any]) -> None:
    part = ScriptedTranslator(rest="<{}>")
    answer = translating(part).get("/recommend/ada", languages="fr").json()
    assert {item["translation"] for item in answer["items"]} == {None}
    assert not part.calls


def test_what_a_user_says_is_not_given_to_the_translator(translating: Callable[..., Any]) -> None:
    part = ScriptedTranslator(rest="<{}>", outside=True)
    desk = translating(part)
    wishes = {"text": "my secret", "languages": ["fr"], "translate": True}
    assert desk.post(**wishes).json()["items"][0]["translation"]["text"]
    assert part.calls
    for texts, *_, kind in part.calls:
        assert not [text for text in texts if "secret" in text]
        assert kind == "passage"


def test_without_a_translator_the_answer_says_so(desk: Any) -> None:
    wishes = {"languages": "fr", "translate": True}
    for path in ("/recommend/ada", "/similar/saw"):
        answer = desk.get(path, **wishes)
        assert answer.status_code == 200
        assert NO_TRANSLATOR in answer.json()["note"]
        assert answer.json()["items"][0]["translation"] is None


def test_without_a_language_the_answer_says_so(translating: Callable[..., Any]) -> None:
    desk = translating(ScriptedTranslator(rest="<{}>"))
    assert NO_WISH in desk.get("/recommend/ada", translate=True).json()["note"]


def test_a_translator_that_hangs_delays_nothing_beyond_its_time(
    translating: Callable[..., Any], hanging: ScriptedTranslator
) -> None:
    desk = translating(hanging, within_s=0.2)
    start = time.monotonic()
    answer = desk.get("/recommend/ada", k=3, languages="fr", translate=True).json()
    assert time.monotonic() - start < 5
    assert [item["translation"]["error"] for item in answer["items"]] == [LATE] * 3
    assert f"3 of 3 texts untranslated: {LATE} (3)" in answer["note"]


def test_a_translator_that_is_down_is_no_fault_of_the_service_and_its_words_stay_inside(
    translating: Callable[..., Any],
) -> None:
    desk = translating(ScriptedTranslator(faults=[EngineError("http://10.1.2.3 refused")] * 9))
    answer = desk.get("/recommend/ada", k=1, languages="fr", translate=True)
    assert answer.status_code == 200
    assert answer.json()["items"][0]["translation"]["error"] == FAILED
    assert "10.1.2.3" not in answer.text


def test_translations_are_counted_by_what_became_of_them(translating: Callable[..., Any]) -> None:
    desk = translating(ScriptedTranslator(known={"緑茶 日本": "thé vert"}))
    for _ in range(2):
        desk.get("/recommend/ada", k=20, languages="fr,en,de", translate=True)
    desk.get("/similar/saege", k=1, languages="fr", translate=True)
    lines = desk.get("/metrics").text.splitlines()
    assert [line for line in lines if line.startswith("polyrec_translations_total")] == [
        'polyrec_translations_total{outcome="made"} 1.0',
        'polyrec_translations_total{outcome="remembered"} 1.0',
        'polyrec_translations_total{outcome="failed"} 1.0',
    ]
