"""A language model that the operator named, and what callers see while it is down or lies."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.live.writer import Writer
from polyrec.llm.scripted import Scripted
from polyrec.testing.injections import ATTACKS, INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.llm.language_model import Completion, LanguageModel

WISH = "two tools for wood in German, no saws"
READ = json.dumps({"languages": ["de"], "without": ["saws"], "k": 2})
SAID = "Because you chose “hand saw for wood”."
LIKES = "Ada likes wood and a saw."
WITHIN_S = 0.5


@dataclass
class Slow(Scripted):
    """Answers when it may go."""

    go: Flag = field(default_factory=Flag)

    def _complete(self, *asked: Any) -> list[Completion]:
        self.go.wait(20)
        return super()._complete(*asked)


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.go.set()


def by(desk: Any, *answers: str) -> Any:
    """Give a service whose language model says these, over and over; the first is for the start."""
    return named(desk, Scripted(["first", *answers, *answers * 50]))


def named(desk: Any, model: LanguageModel) -> Any:
    if isinstance(model, Slow):
        model.go.set()
    desk.serving.writer = Writer.of(model, within_s=WITHIN_S if isinstance(model, Slow) else 20)
    if isinstance(model, Slow):
        model.go.clear()
    return desk


def ask(desk: Any, wish: str = WISH) -> dict[str, Any]:
    answer = desk.write("/ask", scope="read", wish=wish)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def explained(desk: Any) -> list[dict[str, Any]]:
    answer = desk.get("/recommend/ada", k=3, explain="true", languages="en")
    assert answer.status_code == 200, answer.text
    return [item["explanation"]["in_words"] for item in answer.json()["items"]]


def profile(desk: Any, **params: Any) -> dict[str, Any]:
    headers = desk.open("admin")
    answer = desk.client.get("/users/ada/profile", params=params, headers=headers)
    assert answer.status_code == 200, answer.text
    read: dict[str, Any] = answer.json()
    return read


def test_wishes_explanations_and_profiles_are_the_language_models(desk: Any) -> None:
    asked = ask(by(desk, READ))
    assert (asked["worked_by"], asked["error"]) == ("scripted", "")
    assert (asked["understood"]["without"], asked["understood"]["k"]) == (["saws"], 2)
    assert {item["item_id"] for item in asked["items"]} == {"hobel", "saege"}
    found = explained(by(desk, SAID))
    for said in found:
        is_its_own = said["worded_by"] == "scripted"
        assert (said["text"] == SAID) is is_its_own is not bool(said["error"])
    assert any(said["worded_by"] == "scripted" for said in found)
    in_words = profile(by(desk, LIKES), languages="en")["in_words"]
    assert in_words == {"text": LIKES, "language": "en", "worded_by": "scripted", "error": ""}


def test_without_one_rules_templates_and_keywords_do_it(desk: Any) -> None:
    assert ask(desk)["worked_by"] == "rules"
    assert {said["worded_by"] for said in explained(desk)} == {"template"}
    found = profile(desk, languages="en")
    assert (found["in_words"]["worded_by"], found["in_words"]["error"]) == ("keywords", "")
    assert profile(desk)["in_words"] is None


@pytest.mark.parametrize("fault", ["!timeout", "!500", "!garbage", "!refusal", "!echo", "!empty"])
def test_while_it_fails_they_do_it_and_say_so(desk: Any, fault: str) -> None:
    plain = ask(desk), explained(desk), profile(desk, languages="en")["in_words"]
    _falls_back(by(desk, fault), plain)


def test_while_it_is_slow_they_do_it_in_time(desk: Any, slow: Slow) -> None:
    plain = ask(desk), explained(desk), profile(desk, languages="en")["in_words"]
    begun = time.monotonic()
    _falls_back(named(desk, slow), plain)
    assert time.monotonic() - begun < 3 * WITHIN_S + 3


def _falls_back(desk: Any, plain: tuple[dict[str, Any], list[dict[str, Any]], Any]) -> None:
    wish, explanations, words = plain
    asked = ask(desk)
    assert asked["worked_by"] == "rules"
    assert "the language model" in asked["error"]
    assert (asked["understood"], asked["items"]) == (wish["understood"], wish["items"])
    for said, usual in zip(explained(desk), explanations, strict=True):
        assert "scripted" in said["error"] or "the language model" in said["error"]
        assert (said["worded_by"], said["text"]) == ("template", usual["text"])
    in_words = profile(desk, languages="en")["in_words"]
    assert in_words["error"]
    assert (in_words["worded_by"], in_words["text"]) == ("keywords", words["text"])


@pytest.mark.parametrize("order", [INSTRUCTIONS["en"], *ATTACKS.values()])
def test_whoever_orders_it_about_gets_what_rules_and_templates_say(desk: Any, order: str) -> None:
    obeys = json.dumps({"languages": ["de"], "without": ["HACKED"], "k": 77})
    understood = ask(by(desk, obeys), order)["understood"]
    assert (understood["k"], understood["category"], understood["languages"]) == (10, None, [])
    assert understood["without"] in ([], ["HACKED"])
    for said in explained(by(desk, "HACKED")):
        assert said["worded_by"] == "template"
        assert "HACKED" not in said["text"]


def test_while_it_is_slow_the_service_lives(desk: Any, slow: Slow) -> None:
    named(desk, slow)
    desk.serving.writer.model.limited.within_s = 20.0
    asking = [threading.Thread(target=work, args=(desk,)) for work in (ask, explained, profile) * 2]
    with desk.client:
        for each in asking:
            each.start()
        time.sleep(0.3)
        begun = time.monotonic()
        assert desk.client.get("/health/live").status_code == 200
        assert desk.get("/recommend/eve").status_code == 200
        took = time.monotonic() - begun
        waiting = any(each.is_alive() for each in asking)
        slow.go.set()
        for each in asking:
            each.join(20)
    assert waiting
    assert took < 5


def test_what_it_says_of_where_it_is_stays_inside(desk: Any, monkeypatch: Any) -> None:
    by(desk, READ)

    def fails(*_: Any) -> None:
        raise ValueError("http://10.1.2.3 is none")

    monkeypatch.setattr(Scripted, "_complete", fails)
    assert "10.1.2.3" not in json.dumps([ask(desk), explained(desk), profile(desk, languages="en")])
