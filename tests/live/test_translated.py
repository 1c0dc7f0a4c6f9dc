from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import EngineError
from polyrec.core.types import SuggestedItem
from polyrec.core.workers import Patience, Workers
from polyrec.live import translated
from polyrec.live.translated import Interpreter, Shown
from polyrec.store.database import Database
from polyrec.store.reviews import Reviews
from polyrec.testing.scripted_translator import ScriptedTranslator
from polyrec.translate.apertium import Apertium
from polyrec.translate.cached import REJECTED, Cached
from polyrec.translate.fallback import Fallback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.encode.encoder import Kind
    from polyrec.translate.translator import Translation

SOON_S = 30.0
"""How long tests wait for what must come."""


def item(text: str, language: str = "es") -> SuggestedItem:
    return SuggestedItem(text, 1.0, language, text)


@dataclass
class Slow(ScriptedTranslator):
    """Answers when it is let."""

    may: threading.Event = field(default_factory=threading.Event, compare=False)

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        assert self.may.wait(SOON_S)
        return super()._translate(texts, source, target, kind, advance)


@dataclass
class Nonsense(ScriptedTranslator):
    """Gives other than it was asked for."""

    answers: list[Translation] = field(default_factory=list)

    def _translate(self, *asked: object) -> list[Translation]:
        return self.answers


@pytest.fixture
def slow() -> Iterator[Slow]:
    part = Slow(rest="<{}>")
    yield part
    part.may.set()


def made(part: Interpreter, *items: SuggestedItem, languages: tuple[str, ...] = ("en",)) -> Shown:
    """Give what became of the first item."""
    found = part.translate(items, languages).shown[0]
    assert found is not None
    return found


def later(ask: Callable[[], Shown], *, wanted: str) -> Shown:
    """Ask until a translation is there."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        if (found := ask()).text == wanted:
            return found
        time.sleep(0.01)
    raise AssertionError


def test_only_what_is_in_no_wished_language_is_translated_into_the_first() -> None:
    inner = ScriptedTranslator(rest="<{}>", quality=0.7)
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    items = [item("casa"), item("Haus", "de-AT"), item("house", "en"), item(" ", "es")]
    found = part.translate(items, ("en-GB", "de"))
    assert found.shown == (Shown("<casa>", "en-GB", "scripted", 0.7), None, None, None)
    assert found.note == ""
    assert found.outcomes == {"made": 1}
    assert inner.calls == [(["casa"], "es", "en-GB", "passage")]


def test_what_was_translated_once_comes_from_the_memory() -> None:
    inner = ScriptedTranslator(rest="<{}>")
    Interpreter.of(inner, Database(), budget_s=SOON_S).translate([item("casa")], ["en"])
    again = Interpreter.of(inner, Database(), budget_s=0.0).translate([item("casa")], ["en"])
    assert again.shown == (Shown("<casa>", "en", "scripted"),)
    assert again.outcomes == {"remembered": 1}
    assert len(inner.calls) == 1


def test_what_people_approved_wins_though_the_engine_is_down() -> None:
    inner = ScriptedTranslator(rest="<{}>", quality=0.1)
    cached = Cached(inner, review_below=0.5)
    cached.translate(["casa"], source="es", target="en")
    Reviews(Database()).edit(1, "eva", "a house of one's own")
    inner.faults = [EngineError("down")] * 9
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    assert made(part, item("casa")) == Shown("a house of one's own", "en", "person")


def test_what_people_rejected_is_not_shown() -> None:
    inner = ScriptedTranslator(rest="<{}>", quality=0.1)
    Cached(inner, review_below=0.5).translate(["casa"], source="es", target="en")
    Reviews(Database()).reject(1, "eva")
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    assert made(part, item("casa")) == Shown(None, "en", error=REJECTED)


def test_a_slow_engine_delays_nothing_and_what_comes_late_is_there_the_next_time(
    slow: Slow,
) -> None:
    part = Interpreter.of(slow, Database(), budget_s=0.2)
    start = time.monotonic()
    found = part.translate([item("casa"), item("perro")], ["en"])
    assert time.monotonic() - start < 2
    assert {each.error for each in found.shown if each} == {translated.LATE}
    assert found.note == f"2 of 2 texts untranslated: {translated.LATE} (2)"
    assert found.outcomes == {"late": 2}
    slow.may.set()
    assert later(lambda: made(part, item("casa")), wanted="<casa>").engine == "scripted"
    assert made(part, item("perro")).text == "<perro>"
    assert len(slow.calls) == 1


def test_a_hanging_engine_holds_few_threads_and_is_left_alone(slow: Slow) -> None:
    now = [0.0]
    before = threading.active_count()
    part = Interpreter.of(slow, Database(), budget_s=0.01)
    part.patience = Patience(most=3, clock=lambda: now[0])
    said = [made(part, item(f"casa {n}")).error for n in range(20)]
    assert said == [translated.LATE] * 3 + [translated.RESTS] * 17
    assert threading.active_count() <= before + part.n_threads
    now[0] = part.patience.rest_s
    assert made(part, item("casa")).error == translated.LATE
    assert made(part, item("casa")).error == translated.RESTS
    slow.may.set()
    assert later(lambda: made(part, item("casa")), wanted="<casa>")


def test_no_more_waits_than_the_queue_holds(slow: Slow) -> None:
    part = Interpreter(Cached(slow), budget_s=0.01, n_threads=1, most_waiting=2)
    part.patience = Patience(most=100)
    said = [made(part, item(f"casa {n}")).error for n in range(6)]
    assert said.count(translated.BUSY) >= 3
    assert set(said) == {translated.LATE, translated.BUSY}


def test_only_so_many_answers_wait_at_once(slow: Slow) -> None:
    part = Interpreter(Cached(slow), budget_s=SOON_S, most_answers=1)
    waiting = threading.Thread(target=part.translate, args=([item("casa")], ["en"]))
    waiting.start()
    end = time.monotonic() + SOON_S
    while not part._under_way and time.monotonic() < end:
        time.sleep(0.01)
    start = time.monotonic()
    assert made(part, item("perro")).error == translated.BUSY
    assert time.monotonic() - start < 5
    slow.may.set()
    waiting.join(SOON_S)
    assert not waiting.is_alive()


def test_a_text_that_is_under_way_is_not_asked_for_twice(slow: Slow) -> None:
    part = Interpreter(Cached(slow), budget_s=SOON_S)
    answers: list[Shown] = []
    asking = [
        threading.Thread(target=lambda: answers.append(made(part, item("casa")))) for _ in range(4)
    ]
    for each in asking:
        each.start()
    time.sleep(0.2)
    slow.may.set()
    for each in asking:
        each.join(SOON_S)
    assert [each.text for each in answers] == ["<casa>"] * 4
    assert len(slow.calls) == 1
    assert not part._under_way


def test_an_engine_that_is_down_is_told_without_its_own_words_and_tried_again_later() -> None:
    now = [0.0]
    inner = ScriptedTranslator(rest="<{}>", faults=[EngineError("http://10.1.2.3 refused")] * 3)
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    part.patience = Patience(most=3, clock=lambda: now[0])
    found = [part.translate([item("casa")], ["en"]) for _ in range(4)]
    assert [each.outcomes for each in found] == [{"failed": 1}] * 3 + [{"refused": 1}]
    assert found[0].note == f"1 of 1 text untranslated: {translated.FAILED} (1)"
    assert found[3].note == f"1 of 1 text untranslated: {translated.RESTS} (1)"
    assert len(inner.calls) == 3
    now[0] = part.patience.rest_s
    assert made(part, item("casa")).text == "<casa>"


@pytest.mark.parametrize("answers", [[], [None], ["text"]])
def test_an_engine_that_gives_nonsense_has_failed(answers: list[Translation]) -> None:
    part = Interpreter.of(Nonsense(answers=answers), Database(), budget_s=SOON_S)
    assert made(part, item("casa")).error == translated.FAILED


def test_what_an_engine_makes_nothing_of_is_told() -> None:
    inner = ScriptedTranslator(known={"casa": "house", "nada": "  "})
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    found = part.translate([item("casa"), item("perro"), item("nada")], ["en"])
    assert [each and each.text for each in found.shown] == ["house", None, None]
    assert found.note == f"2 of 3 texts untranslated: {translated.NOTHING} (2)"


def test_languages_that_nothing_can_be_done_about_are_named() -> None:
    inner = ScriptedTranslator(rest="<{}>", pairs=[("es", "en")])
    part = Interpreter.of(inner, Database(), budget_s=SOON_S)
    found = part.translate([item("casa"), item("緑茶", "ja"), item("?", "und")], ["en"])
    assert found.outcomes == {"made": 1, "uncovered": 2}
    assert "nothing translates from 'ja' to 'en' (1)" in found.note
    assert f"{translated.NO_LANGUAGE} (1)" in found.note


def test_without_a_translator_or_a_wish_it_is_said_and_nothing_is_missing() -> None:
    assert Interpreter(None).translate([item("casa")], ["en"]).note == translated.NO_TRANSLATOR
    part = Interpreter(Cached(ScriptedTranslator(rest="{}")))
    found = part.translate([item("casa")], [])
    assert (found.shown, found.note) == ((None,), translated.NO_WISH)
    assert Interpreter(None).translate([item("house", "en")], ["en"]).note == ""


def test_a_memory_that_cannot_be_read_is_no_reason_to_fail(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / "file").write_bytes(b"no database" * 1000)
    part = Interpreter(Cached(ScriptedTranslator(rest="{}"), database=str(folder / "file")))
    assert made(part, item("casa")).error == translated.FAILED


def test_work_that_fails_leaves_its_thread_for_the_next() -> None:
    workers = Workers(1, 2)

    def fail() -> None:
        raise SystemError

    failed = workers.submit(fail)
    done = workers.submit(lambda: 1)
    assert failed is not None
    assert done is not None
    assert isinstance(failed.exception(SOON_S), SystemError)
    assert done.result(SOON_S) == 1


def test_apertium_translates_what_is_shown() -> None:
    engine = Apertium()
    if not engine.covers("es", "en"):
        pytest.skip("needs the Debian packages apertium and apertium-eng-spa")
    part = Interpreter.of(Fallback([engine]), Database(), budget_s=SOON_S)
    found = made(part, item("La casa es azul."))
    assert found == Shown("The house is blue.", "en", "apertium")
    assert made(part, item("緑茶", "ja")).error == "nothing translates from 'ja' to 'en'"
