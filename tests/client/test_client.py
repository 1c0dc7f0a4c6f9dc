from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.api import schemas, stored, wishes
from polyrec.client import Client, Event, Profile, StoredItem, client, values
from polyrec.client.read import read
from polyrec.core import http_pauses
from polyrec.core.errors import (
    ConfigError,
    DataError,
    EngineError,
    PolyrecError,
    UnknownIdError,
)
from polyrec.testing.json_server import Answer, json_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from polyrec.testing.json_server import JsonServer
    from polyrec.testing.served import Served

KEPT = {"added": 1, "repeated": 0, "unknown_items": 0}
SEEN = [Event("zoe", "saw", "view")]
PAIRS = {
    "Alike": schemas.Alike,
    "Answer": schemas.Answer,
    "DeletedUser": stored.DeletedUser,
    "Event": stored.Event,
    "Explanation": schemas.Because,
    "InWords": schemas.InWords,
    "Item": schemas.Item,
    "KeptEvents": stored.KeptEvents,
    "KeptItems": stored.KeptItems,
    "LastRetrain": schemas.LastRetrain,
    "Part": schemas.Part,
    "Profile": stored.Profile,
    "Ready": schemas.Ready,
    "StoredItem": stored.StoredItem,
    "Translation": schemas.Translation,
    "Word": schemas.NearWord,
}


class TestService:
    """Against a service that runs."""

    def test_a_user_is_recommended_to(self, client: Client) -> None:
        answer = client.recommend("ada", k=2, languages=["de"], language_mode="only")
        assert (answer.mode, answer.languages, answer.language_mode) == (
            "personal",
            ("de",),
            "only",
        )
        assert {item.item_id for item in answer.items} == {"saege", "hobel"}
        assert all(item.reason in {"saw", "plane"} for item in answer.items)
        assert all(item.translation is None for item in answer.items)

    def test_anybody_is_recommended_to_and_told_why(self, client: Client) -> None:
        answer = client.recommend_to(
            history=["saege"], text="hobel", text_language="de", explain=True
        )
        assert answer.mode == "fold-in"
        best = answer.items[0]
        assert best.item_id == "hobel"
        assert best.explanation is not None
        assert [part.item_id for part in best.explanation.events] == ["saege"]
        assert best.explanation.in_words.text.startswith("Because you chose “säge für holz”")
        assert client.recommend_to(text="wooden flute", k=1).items[0].item_id == "flute"

    def test_a_wish_is_answered_and_can_be_changed_and_asked_again(self, client: Client) -> None:
        asked = client.ask("two tools for wood in German", user_id="nobody")
        assert asked.understood.languages == ("de",)
        assert asked.said[0].field == "k"
        assert len(asked.items) == 2
        again = client.ask(dataclasses.replace(asked.understood, without=("säge",), k=9))
        assert again.worked_by == "given"
        assert "saege" not in [item.item_id for item in again.items]

    def test_what_is_like_an_item_comes_with_a_note_where_nothing_translates(
        self, client: Client
    ) -> None:
        alike = client.similar("saege", k=1, languages=["fr"], translate=True)
        assert [item.item_id for item in alike.items] == ["hobel"]
        assert "no translator is set up" in alike.note

    def test_ids_of_any_characters_work(self, client: Client, odd_id: str) -> None:
        assert client.similar(odd_id, k=1).item_id == odd_id
        assert client.recommend(odd_id, k=1).mode == "popular"
        client.send_events([Event(odd_id, odd_id, "purchase")])
        assert client.recommend(odd_id, k=1).items[0].reason == odd_id
        assert client.export_user(odd_id)["events"][0]["item_id"] == odd_id
        assert client.delete_user(odd_id).deleted["events"] == 1
        assert client.recommend(odd_id, k=1).mode == "popular"

    def test_events_count_at_once_and_once(self, client: Client) -> None:
        at = datetime(2026, 1, 31, 12, tzinfo=UTC)
        events = [
            Event("uma", "saw", "rating", rating=5, at=at),
            Event("uma", "nothing of ours", "view"),
        ]
        first = client.send_events(events, key="post 1")
        assert (first.added, first.repeated, first.unknown_items) == (2, 0, 1)
        again = client.send_events(events, key="post 1")
        assert (again.added, again.repeated) == (0, 2)
        assert "saw" not in [item.item_id for item in client.recommend("uma", k=50).items]

    def test_items_come_go_and_are_listed_page_by_page(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("polyrec.client.client.MOST_AT_ONCE", 3)
        new = [
            StoredItem(f"new {n}", {"fr": f"râpe {n}", "de": "Raspel"}, "de", "tools", {"price": n})
            for n in range(7)
        ]
        assert client.put_items(new).stored == 7
        listed = [item for item in client.items() if item.item_id.startswith("new ")]
        assert listed == new
        assert client.item("new 3") == new[3]
        end = time.monotonic() + 30
        while "new 3" not in [i.item_id for i in client.recommend_to(text="râpe 3").items]:
            assert time.monotonic() < end
        assert client.delete_items(item.item_id for item in new) == 7
        assert client.delete_items(["new 1"]) == 0
        with pytest.raises(UnknownIdError, match="no item has the id 'new 3'"):
            client.item("new 3")

    def test_users_are_kept_listed_exported_and_deleted(self, client: Client) -> None:
        ida = Profile("ida", "Ich baue Flöten", "de")
        assert client.put_users([ida]) == 1
        assert ida in list(client.users())
        client.rate_satisfaction("ida", 4, comment="gut")
        found = client.export_user("ida")
        assert found["satisfaction"][0]["comment"] == "gut"
        gone = client.delete_user("ida")
        assert gone.deleted["users"] == 1
        assert gone.out_of_reach
        with pytest.raises(UnknownIdError, match="no user has the id 'ida'"):
            client.export_user("ida")

    def test_it_is_ready_without_a_key(self, service: Served) -> None:
        with Client(f"http://127.0.0.1:{service.port}") as anybody:
            ready = anybody.ready()
            assert (ready.status, ready.fault) == ("ready", "")
            with pytest.raises(ConfigError, match="401: give a key of this service"):
                anybody.recommend("ada")

    def test_the_environment_may_hold_the_key(
        self, service: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POLYREC_KEY", service.key)
        with Client(f"http://127.0.0.1:{service.port}/") as client:
            assert client.recommend("ada", k=1).items

    def test_what_cannot_be_is_told_in_the_services_words(self, client: Client) -> None:
        with pytest.raises(DataError, match=r"answered 422: .*\.k: Input should be greater than"):
            client.recommend("ada", k=0)
        with pytest.raises(DataError, match="no item has the id 'none'"):
            client.recommend_to(history=["none"])
        with pytest.raises(UnknownIdError, match="no item has the id 'none'"):
            client.similar("none")
        with pytest.raises(DataError, match="answered 413"):
            client.put_items([StoredItem("long", {"en": "x" * 300_000})])


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[JsonServer]:
    """A service whose next answers a test writes down."""
    monkeypatch.setattr(http_pauses, "FIRST_PAUSE_S", 0.01)
    with json_server(lambda _: KEPT, "") as server:
        yield server


def _problem(status: int, detail: str, **headers: str) -> Answer:
    body = {"type": "about:blank", "title": "x", "status": status, "detail": detail}
    return Answer(status, body, headers | {"Content-Type": "application/problem+json"})


class TestFaults:
    """Against a service that does what it is told."""

    @pytest.mark.parametrize("status", [429, 503])
    def test_it_waits_as_long_as_the_service_wishes_and_comes_again(
        self, scripted: JsonServer, status: int
    ) -> None:
        scripted.script = [_problem(status, "later", **{"Retry-After": "1"})]
        assert Client(scripted.url).send_events(SEEN).added == 1
        assert scripted.times[1] - scripted.times[0] > 0.8

    def test_events_that_are_sent_again_bear_the_same_key(self, scripted: JsonServer) -> None:
        scripted.script = [Answer(502, ""), _problem(503, "later")]
        ours = Client(scripted.url, key="k")
        ours.send_events(SEEN)
        ours.send_events(SEEN)
        keys = [headers["Idempotency-Key"] for _, headers in scripted.requests]
        assert keys[0] == keys[1] == keys[2] != keys[3]
        assert {headers["Authorization"] for _, headers in scripted.requests} == {"Bearer k"}

    def test_many_events_go_in_several_requests_each_with_a_key(
        self, scripted: JsonServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(client, "MOST_AT_ONCE", 4)
        monkeypatch.setattr(client, "MOST_BYTES", 10_000)
        events = [Event("zoe", f"item {n}", "view") for n in range(10)]
        events += [Event("zoe", "x" * 9950, "view")] * 2
        assert Client(scripted.url).send_events(events, key="k").added == 5
        assert [len(body["events"]) for body, _ in scripted.requests] == [4, 4, 2, 1, 1]
        keys = [headers["Idempotency-Key"] for _, headers in scripted.requests]
        assert keys == [f"k/{n}" for n in range(5)]

    def test_what_counts_each_time_is_sent_again_only_where_it_was_not_taken(
        self, scripted: JsonServer
    ) -> None:
        ours = Client(scripted.url, timeout_s=0.3)
        scripted.script = [_problem(503, "later"), _problem(429, "later")]
        ours.rate_satisfaction("zoe", 5)
        assert len(scripted.requests) == 3
        for answer in (Answer(502, ""), Answer(504, ""), Answer(after_s=5)):
            scripted.script = [answer]
            before = len(scripted.requests)
            with pytest.raises(EngineError) as caught:
                ours.rate_satisfaction("zoe", 5)
            assert not caught.value.retryable
            assert len(scripted.requests) == before + 1

    def test_a_service_that_stays_away_is_given_up(self, scripted: JsonServer) -> None:
        scripted.script = [_problem(503, "no model is loaded")] * 9
        with pytest.raises(EngineError, match="answered 503: no model is loaded") as caught:
            Client(scripted.url, retries=2).send_events(SEEN)
        assert caught.value.retryable
        assert len(scripted.requests) == 3

    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (400, DataError),
            (401, ConfigError),
            (403, ConfigError),
            (404, ConfigError),
            (405, ConfigError),
            (409, ConfigError),
            (413, DataError),
            (422, DataError),
            (500, EngineError),
        ],
    )
    def test_problems_become_the_errors_that_they_stand_for(
        self, scripted: JsonServer, status: int, error: type[PolyrecError]
    ) -> None:
        scripted.script = [_problem(status, "what was wrong")] * 2
        with pytest.raises(error) as caught:
            Client(scripted.url).send_events(SEEN)
        assert len(scripted.requests) == 1
        assert f"answered {status}: what was wrong" in str(caught.value)

    @pytest.mark.parametrize("body", [{}, [], "text", {"added": "one"}, {**KEPT, "added": None}])
    def test_an_answer_of_something_else_is_refused(self, scripted: JsonServer, body: Any) -> None:
        scripted.script = [Answer(200, body if body == "text" else body or {"x": 1})]
        with pytest.raises(EngineError):
            Client(scripted.url).send_events(SEEN)

    def test_what_a_newer_service_says_more_is_passed_over(self, scripted: JsonServer) -> None:
        scripted.script = [Answer(200, {**KEPT, "colour": "red"})]
        assert Client(scripted.url).send_events(SEEN) == values.KeptEvents(**KEPT)

    def test_the_key_stands_nowhere(self, scripted: JsonServer) -> None:
        scripted.script = [_problem(422, "no secret-key here")]
        ours = Client(scripted.url, key="secret-key")
        with pytest.raises(DataError) as caught:
            ours.send_events(SEEN)
        assert "secret-key" not in f"{ours!r} {caught.value} {vars(ours)}"
        with pytest.raises(ConfigError, match="signs that no key can have") as wrong:
            Client(scripted.url, key="söcret").send_events(SEEN)
        assert "söcret" not in str(wrong.value)

    @pytest.mark.parametrize("url", ["", "127.0.0.1:8000", "ftp://host", "http://a:b@host"])
    def test_an_address_that_is_none_is_refused(self, url: str) -> None:
        with pytest.raises(ConfigError, match="the client: url"):
            Client(url)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.items())
def test_values_have_the_fields_of_the_services_schema(ours: str, theirs: type[BaseModel]) -> None:
    fields = {field.name for field in dataclasses.fields(getattr(values, ours))}
    assert fields == set(theirs.model_fields)


@pytest.mark.parametrize("name", ["Asked", "Said", "Wish"])
def test_values_of_wishes_have_the_fields_of_the_services_schema(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(getattr(values, name))}
    assert fields == set(getattr(wishes, name).model_fields)


def test_times_are_read_with_their_zone() -> None:
    given = {"state": "failed", "at": "2026-01-31T12:00:00Z", "error": "DataError"}
    ready = {"status": "ready", "model_version": "0", "fault": "", "last_retrain": given}
    found = read(values.Ready, ready).last_retrain
    assert found == values.LastRetrain("failed", datetime(2026, 1, 31, 12, tzinfo=UTC), "DataError")
    with pytest.raises(EngineError, match="the service gave what is no Ready"):
        read(values.Ready, ready | {"last_retrain": given | {"at": "soon"}})


def test_wishes_are_those_of_the_service() -> None:
    assert set(values.Wishes.__annotations__) == set(schemas.Wishes.model_fields)
    assert set(values.Reading.__annotations__) == set(schemas.Reading.model_fields)


def test_the_client_needs_little() -> None:
    code = "import polyrec.client, sys; print(sorted({'numpy', 'polars', 'sqlalchemy', 'fastapi'}"
    done = subprocess.run(
        [sys.executable, "-c", f"{code} & set(sys.modules)))"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == "[]\n"
