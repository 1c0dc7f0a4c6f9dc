from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import EngineError
from polyrec.live.feedback import Feedback
from polyrec.live.people import HELD_S, LOOK_S, REST_S, People, Person
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.users import User, Users

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(str(tmp_path / "people.sqlite"))


def test_events_and_own_words_are_known(database: Database) -> None:
    Events(database).append([Event("ada", "saw", "purchase")])
    Users(database).put([User("ada", "Ich baue Flöten", "de")])
    person = People(database).of("ada")
    assert person.feedback.history == ("saw",)
    assert (person.text, person.language) == ("Ich baue Flöten", "de")


def test_what_this_process_wrote_is_seen_at_once_and_what_others_wrote_soon(
    database: Database,
) -> None:
    now = [0.0]
    people = People(database, clock=lambda: now[0])
    assert people.of("ada").feedback.history == ()
    Events(database).append([Event("ada", "saw", "view")])
    assert people.of("ada").feedback.history == ()
    people.drop(["ada"])
    assert people.of("ada").feedback.history == ("saw",)
    Events(database).append([Event("ada", "plane", "view")])
    now[0] += LOOK_S
    assert people.of("ada").feedback.history == ("saw", "plane")
    Users(database).delete("ada", actor="somebody else")
    now[0] += LOOK_S
    assert people.of("ada").feedback.history == ()
    Users(database).put([User("ada", "flutes", "en")])
    now[0] += HELD_S
    assert people.of("ada").text == "flutes"


def test_who_is_deleted_elsewhere_is_not_held_even_while_being_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    people = People(database, clock=lambda: now[0])
    Events(database).append([Event(user, "saw", "view") for user in ("ada", "eve", "joe")])
    for user in ("ada", "joe"):
        people.of(user)
    read = people._read

    def slow(user_id: str) -> Any:
        person = read(user_id)
        if user_id == "eve":
            for user in ("ada", "eve"):
                Users(database).delete(user, actor="somebody else")
            now[0] += LOOK_S
            people.of("joe")
        return person

    monkeypatch.setattr(people, "_read", slow)
    people.of("eve")
    assert list(people._held) == ["joe"]


def test_nobody_is_read_again_who_has_not_changed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, read = [0.0], []
    people = People(database, clock=lambda: now[0])
    reading = people._read
    monkeypatch.setattr(people, "_read", lambda user: read.append(user) or reading(user))
    for _ in range(10):
        for user in ("ada", "eve"):
            people.of(user)
        now[0] += LOOK_S
    Events(database).append([Event("eve", "saw", "view")])
    for user in ("ada", "eve"):
        people.of(user)
    assert read == ["ada", "eve", "eve"]


def test_somebody_is_at_hand_until_it_is_to_be_looked_what_others_wrote(
    database: Database,
) -> None:
    now = [0.0]
    people = People(database, clock=lambda: now[0])
    assert people.held("ada") is None
    person = people.of("ada")
    assert people.held("ada") is person
    assert people.held("eve") is None
    now[0] += LOOK_S
    assert people.held("ada") is None
    people.of("eve")
    assert people.held("ada") is person
    now[0] += HELD_S
    people.of("eve")
    assert people.held("ada") is None


def test_what_changes_while_somebody_is_read_is_not_held_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(database)
    read = people._read

    def slow(user_id: str) -> Any:
        person = read(user_id)
        Events(database).append([Event("ada", "saw", "view")])
        writer = Thread(target=people.drop, args=[["ada"]])
        writer.start()
        writer.join()
        return person

    monkeypatch.setattr(people, "_read", slow)
    people.of("ada")
    monkeypatch.setattr(people, "_read", read)
    assert people.of("ada").feedback.history == ("saw",)


def test_no_more_people_are_held_than_there_is_room_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.live.people.MOST_PEOPLE", 2)
    people = People(database)
    for user in ("a", "b", "a", "c"):
        people.of(user)
    assert list(people._held) == ["a", "c"]


def test_while_the_database_cannot_be_read_what_was_known_before_counts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tries = [0.0], []
    people = People(database, clock=lambda: now[0])
    Events(database).append([Event("ada", "saw", "view")])
    assert people.of("ada").is_whole

    def fail(*args: Any, **more: Any) -> Any:
        tries.append(args)
        raise EngineError("the database is gone", retryable=True)

    with monkeypatch.context() as broken:
        broken.setattr(people._events, "of", fail)
        broken.setattr(people._events, "users_since", fail)
        now[0] += HELD_S
        person = people.of("ada")
        assert (person.feedback.history, person.is_whole) == (("saw",), False)
        assert people.of("eve") == Person(is_whole=False)
        assert len(tries) == 1  # it is left alone
        now[0] += REST_S
        assert not people.of("eve").is_whole
        assert len(tries) == 2
        people.drop(["ada"])
        assert people.of("ada").feedback.history == ()
    now[0] += REST_S
    assert people.of("ada") == Person(Feedback(("saw",), (0.25,)))
    assert people.of("eve") == Person()
    assert not people._reading


def test_people_who_were_read_at_once_are_not_read_again_at_once(database: Database) -> None:
    now = [0.0]
    people = People(database, clock=lambda: now[0])
    users = [f"user {n}" for n in range(200)]
    for user in users:
        people.of(user)
    held = []
    for now[0] in (HELD_S / 2 - 0.1, HELD_S * 0.6, HELD_S * 0.75, HELD_S * 0.9, HELD_S):
        people._looked = now[0]
        held.append(sum(people.held(user) is not None for user in users))
    assert held[0] == 200
    assert 130 < held[1] < 190
    assert 70 < held[2] < 130
    assert 10 < held[3] < 70
    assert held[4] == 0
