from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import polyrec
from polyrec.core.errors import EngineError
from polyrec.core.limited import REST_S, Limited
from polyrec.core.types import Query
from polyrec.core.workers import Patience
from polyrec.encode.hashing import Hashing
from polyrec.live.catalog import to_items
from polyrec.live.live import NO_LEAVE, NOT_ENCODED, Live
from polyrec.live.models_folder import Loaded
from polyrec.live.patient import PatientEncoder, PatientTranslator, patient
from polyrec.pipeline.explain import UNREAD
from polyrec.pipeline.notes import UNTRANSLATED
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.service import Service
from polyrec.store.database import Database
from polyrec.store.items import Item
from polyrec.store.users import User
from polyrec.store.versions import Versions
from polyrec.testing.embedding_server import Answer, embedding_server
from polyrec.testing.scripted_translator import ScriptedTranslator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyrec.data.dataset import Dataset
    from polyrec.pipeline.learned import Learned
    from polyrec.testing.embedding_server import EmbeddingServer

BROKEN = Answer(500)


def fail() -> None:
    raise EngineError("it is broken")


def test_work_is_given_back_and_its_errors_are_raised() -> None:
    limited = Limited(n_threads=1)
    assert limited.run(lambda: 17) == 17
    with pytest.raises(EngineError, match="it is broken"):
        limited.run(fail)
    with pytest.raises(ZeroDivisionError):
        limited.run(lambda: 1 / 0)


def test_nobody_waits_longer_than_the_time() -> None:
    limited, go = Limited(within_s=0.05, n_threads=1, most_waiting=1), Flag()
    with pytest.raises(EngineError, match=r"did not answer within 0.05 s"):
        limited.run(go.wait)
    with pytest.raises(EngineError, match="did not answer"):
        limited.run(go.wait)
    with pytest.raises(EngineError, match="too much waits"):
        limited.run(go.wait)
    go.set()


def test_an_engine_that_fails_again_and_again_is_left_alone_for_a_while() -> None:
    now = [0.0]
    limited = Limited(patience=Patience(most=2, rest_s=REST_S, clock=lambda: now[0]))
    for _ in range(2):
        with pytest.raises(EngineError, match="broken"):
            limited.run(fail)
    with pytest.raises(EngineError, match="rests"):
        limited.run(lambda: 17)
    now[0] += REST_S
    assert limited.run(lambda: 17) == 17
    with pytest.raises(EngineError, match="broken"):
        limited.run(fail)
    assert limited.run(lambda: 17) == 17


def test_pieces_that_are_done_in_time_count_whatever_becomes_of_the_others() -> None:
    limited, go = Limited(within_s=0.2, n_threads=3, most_waiting=4), Flag()
    works: list[Callable[[], Any]] = [lambda: 17, fail, go.wait, lambda: 18]
    assert limited.together(works) == [17, None, None, 18]
    assert not limited.patience.left_s
    assert limited.together([]) == []
    go.set()


def test_what_has_not_begun_in_time_is_not_begun() -> None:
    limited, go, done = Limited(within_s=0.05, n_threads=1, most_waiting=2), Flag(), list[int]()
    with pytest.raises(EngineError, match=r"did not answer within 0.05 s"):
        limited.together([go.wait, lambda: done.append(1), lambda: done.append(2)])
    go.set()
    assert limited.run(lambda: 17) == 17  # behind the others
    assert not done


def test_where_every_piece_fails_that_is_a_failure() -> None:
    limited = Limited(patience=Patience(most=2), n_threads=1, most_waiting=1)
    for _ in range(2):
        with pytest.raises(EngineError, match="it is broken"):
            limited.together([fail])
    with pytest.raises(EngineError, match="rests"):
        limited.together([lambda: 17])
    go, busy = Flag(), Limited(within_s=0.05, n_threads=1, most_waiting=1)
    with pytest.raises(EngineError, match="did not answer"):
        busy.together([go.wait, go.wait, go.wait])
    with pytest.raises(EngineError, match="did not answer"):
        busy.together([go.wait])
    with pytest.raises(EngineError, match="too much waits"):
        busy.together([go.wait])
    go.set()


def test_what_people_ask_is_bounded_and_items_are_not() -> None:
    encoder = PatientEncoder(Hashing(size=32), Limited(patience=Patience(most=0)))
    assert np.array_equal(encoder.encode(["saw"]), Hashing(size=32).encode(["saw"]))
    assert np.array_equal(encoder.encode(["saw"], kind="query"), encoder.encode(["saw"]))
    encoder.limited.patience.lose()
    encoder.encode(["saw"])
    with pytest.raises(EngineError, match="rests"):
        encoder.encode(["saw"], kind="query")


def test_only_engines_are_bounded(learned: Learned) -> None:
    assert patient(learned) is learned


@dataclass
class Slow(ScriptedTranslator):
    """Translates when it may go."""

    go: Flag = field(default_factory=Flag)

    def _translate(self, *asked: Any) -> Any:
        self.go.wait(20)
        return super()._translate(*asked)


def test_a_text_that_is_not_translated_in_time_is_read_as_it_is(learned: Learned) -> None:
    translator = Slow(known={"musik": "music"})
    plan = replace(learned.plan, translator=translator, translate="pivot")
    limited = patient(replace(learned, plan=plan))
    assert isinstance(limited.plan.translator, PatientTranslator)
    limited.plan.translator.limited.within_s = 0.1
    service = Service(limited)
    answer = service.recommend(Query(text="musik", text_language="de", k=2))
    assert UNTRANSLATED in answer.note
    translator.go.set()
    answer = service.recommend(Query(text="musik", text_language="de", k=2))
    assert (answer.mode, answer.note) == ("text", "")
    assert {item.item_id for item in answer.items} < {"flute", "harp", "drum"}


@pytest.fixture
def engine() -> Iterator[EmbeddingServer]:
    with embedding_server() as server:
        yield server


@pytest.fixture
def start(shop: Dataset, engine: EmbeddingServer, tmp_path: Path) -> Iterator[Callable[..., Live]]:
    """Start services, one after another on one database, whose texts an engine encodes."""
    started: list[Live] = []

    def make(*, leave: bool = True, plan: dict[str, Any] | None = None) -> Live:
        http = {"use": "http", "url": engine.url, "model": "m", "allow_user_text": leave}
        table = {"encoder": http | {"retries": 0}, "recommender": {"use": "content"}}
        learned = polyrec.fit(shop, Plan.from_table(table | (plan or {}))).learned
        live = Live(Database(str(tmp_path / "live.sqlite")), again_s=0.2)
        started.append(live)
        if not live.items.page():
            live.items.put(to_items(shop.catalog))
        version = Versions(live.database).add(f"model{len(started)}", "0" * 64)
        live.take(Loaded(learned, version, made=0.0, last_forgotten=0))
        return live

    yield make
    for live in started:
        live.close()


def test_a_text_that_cannot_be_encoded_is_left_out_and_the_answer_says_so(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start()
    asked = Query(text="music", text_language="en", k=2)
    _, well = live.answer(asked)
    assert (well.mode, well.note) == ("text", "")
    engine.script.extend([BROKEN] * 2)
    _, answer = live.answer(asked)
    assert answer.mode == "popular"
    assert NOT_ENCODED in answer.note
    assert len(answer.items) == 2
    live.put_users([User("ada", "music", "en")])
    _, answer = live.answer(Query(user_id="ada", k=2))
    assert (answer.mode, answer.note) == ("personal", NOT_ENCODED)
    _, answer = live.answer(Query(user_id="ada", k=2))
    assert (answer.mode, answer.note) == ("personal", "")


def test_a_text_that_may_not_leave_is_not_read(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start(leave=False)
    live.put_users([User("ada", "music", "en"), User("new", "music", "en")])
    n_before = len(engine.requests)
    _, answer = live.answer(Query(user_id="ada", k=2))
    assert (answer.mode, answer.note) == ("personal", NO_LEAVE)
    _, answer = live.answer(Query(user_id="new", k=2))
    assert answer.mode == "popular"
    assert NO_LEAVE in answer.note
    assert len(engine.requests) == n_before


def test_what_an_engine_cannot_explain_is_told(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start()
    model, answer = live.answer(Query(user_id="ada", k=2))
    names = [item.item_id for item in answer.items]
    assert len(live.explain(model, Query(user_id="ada", k=2), names)) == 2
    engine.script.append(BROKEN)
    with pytest.raises(EngineError):
        live.explain(model, Query(user_id="ada", k=2), names)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_items_that_an_engine_could_not_read_are_tried_again(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start()
    engine.script.extend([BROKEN] * 2)
    with pytest.raises(EngineError):
        live.put_items([Item("lute", {"en": "lute for music"})]).result()
    assert live.fault == "EngineError"
    until(lambda: "lute" in live.serving().service.learned.catalog.ids)
    until(lambda: not live.fault)


def test_a_service_starts_without_the_items_that_an_engine_cannot_read(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    start().put_items([Item("lute", {"en": "lute for music"})]).result()
    engine.script.extend([Answer()] + [BROKEN] * 2)  # the fit is well
    live = start()
    assert live.answer(Query(user_id="eve", k=2))[1].mode == "personal"
    until(lambda: "lute" in live.serving().service.learned.catalog.ids)
    assert not engine.script


def test_a_deleted_item_is_gone_though_an_engine_hangs(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start()
    engine.script.append(Answer(after_s=1.0))
    put = live.put_items([Item("lute", {"en": "lute for music"})])
    live.delete_items(["harp"])
    assert not put.done()
    shown = [item.item_id for item in live.answer(Query(user_id="eve", k=6))[1].items]
    assert "harp" not in shown
    put.result()
    shown = [item.item_id for item in live.answer(Query(user_id="eve", k=6))[1].items]
    assert "lute" in shown
    assert "harp" not in shown


def test_closing_ends_all_threads(start: Callable[..., Live], engine: EmbeddingServer) -> None:
    live = start()
    engine.script.append(BROKEN)
    with pytest.raises(EngineError):
        live.put_items([Item("lute", {"en": "lute for music"})]).result()
    live.close()
    assert live.current._again is not None
    live.current._again.join(5)
    assert not live.current._again.is_alive()


def test_what_is_late_is_none_and_done_nevertheless() -> None:
    limited, gate, done = Limited(within_s=0.2, n_threads=1), Flag(), []

    def late() -> str:
        gate.wait(20)
        done.append("late")
        return "late"

    assert limited.in_turn([lambda: "one", late, lambda: "three"]) == ["one", None, None]
    assert limited.in_turn([lambda: "four"]) == [None]  # it waits behind
    gate.set()
    until(lambda: done == ["late"])
    limited.within_s = 20
    assert limited.in_turn([late, lambda: "six"]) == ["late", "six"]


def test_a_piece_that_fails_is_told_and_an_engine_that_fails_again_and_again_rests() -> None:
    limited = Limited(patience=Patience(most=2, rest_s=60))

    def fails() -> str:
        raise EngineError("no")

    for _ in range(2):
        with pytest.raises(EngineError, match=r"^no$"):
            limited.in_turn([lambda: "one", fails])
    with pytest.raises(EngineError, match=r"rests$"):
        limited.in_turn([lambda: "one"])


def test_an_explanation_says_that_words_are_still_being_read(
    start: Callable[..., Live], engine: EmbeddingServer
) -> None:
    live = start()
    model, answer = live.answer(Query(user_id="ada", k=2))
    names = [item.item_id for item in answer.items]
    engine.script.append(Answer(after_s=2))
    first = live.explain(model, Query(user_id="ada", k=2), names)
    assert [(each.words, each.note) for each in first] == [((), UNREAD)] * 2
    assert all(each.events for each in first)
    until(lambda: live.explain(model, Query(user_id="ada", k=2), names)[0].note == "")
    assert live.explain(model, Query(user_id="ada", k=2), names)[0].words
