from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.store.database import Database
from polyrec.store.event import KINDS, Event
from polyrec.store.events import Appended, Events

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
VIEW = Event("ada", "saw", "view", at=NOON, key="1")


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


def test_what_was_added_is_found_as_it_was(events: Events) -> None:
    rating = Event("ada", "plane", "rating", 4.5, NOON + timedelta(hours=1))
    assert events.append([VIEW, rating]) == Appended(2, 0)
    found = events.of("ada")
    assert [(e.user, e.item, e.kind, e.rating, e.at) for e in found] == [
        ("ada", "saw", "view", None, NOON),
        ("ada", "plane", "rating", 4.5, NOON + timedelta(hours=1)),
    ]
    assert found[0].received == found[1].received
    assert events.of("bob") == []


def test_an_event_without_time_happened_when_it_came_in(events: Events) -> None:
    before = datetime.now(UTC)
    events.append([Event("ada", "saw", "click")])
    (found,) = events.of("ada")
    assert before <= found.at == found.received <= datetime.now(UTC)


def test_a_history_is_in_the_order_in_which_things_happened(events: Events) -> None:
    hours = [3, 1, 2, 1]
    events.append(
        [Event("ada", f"{i}", "view", at=NOON + timedelta(hours=h)) for i, h in enumerate(hours)]
    )
    assert [each.item for each in events.of("ada")] == ["1", "3", "2", "0"]
    assert [each.item for each in events.of("ada", newest=2)] == ["3", "2"]


def test_an_event_that_comes_again_is_not_added_again(events: Events) -> None:
    assert events.append([VIEW]) == Appended(1, 0)
    assert events.append([VIEW]) == Appended(0, 1)
    other = replace(VIEW, key="2")
    assert events.append([other, VIEW, other]) == Appended(1, 2)
    assert events.count() == 2


def test_events_without_keys_count_each_time(events: Events) -> None:
    bare = replace(VIEW, key="")
    assert events.append([bare, bare]) == Appended(2, 0)
    assert events.append([bare]) == Appended(1, 0)


def test_a_batch_that_comes_again_adds_nothing(events: Events) -> None:
    batch = [replace(VIEW, key=""), Event("bob", "saw", "rating", 5)]
    assert events.append(batch, key="post") == Appended(2, 0)
    assert events.append(batch, key="post") == Appended(0, 2)
    assert events.append(batch, key="next") == Appended(2, 0)
    assert events.append([VIEW], key=VIEW.key) == Appended(1, 0)
    assert events.append([], key="empty") == Appended(0, 0)


OTHERS = [
    replace(VIEW, user="bob"),
    replace(VIEW, item="plane"),
    replace(VIEW, kind="click"),
    replace(VIEW, kind="rating", rating=3),
    replace(VIEW, at=NOON + timedelta(seconds=1)),
]


def test_a_key_that_was_used_for_something_else_is_refused_and_nothing_is_added(
    events: Events,
) -> None:
    events.append([VIEW])
    events.append([Event("eve", "saw", "view", at=NOON)], key="post")
    new = Event("ada", "new", "view", key="new")
    said = r"^the key of an event was used for another one; give each a key of its own$"
    for other in OTHERS:
        with pytest.raises(DataError, match=said):
            events.append([new, other])
        with pytest.raises(DataError, match=r"^the key of a batch was used for another one"):
            events.append([other], key="post")
    with pytest.raises(DataError, match=said):
        events.append([new, replace(new, item="newer")])
    assert events.count() == 2
    assert events.append([new]) == Appended(1, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "like"}, "no event is of the kind 'like'; use view, click, purchase, rating, "),
        ({"kind": "x" * 99}, "no event is of the kind '" + "x" * 39 + ";"),
        ({"kind": "rating"}, "a rating is 1 to 5 stars"),
        ({"kind": "rating", "rating": 0.5}, "a rating is 1 to 5 stars"),
        ({"kind": "rating", "rating": 5.1}, "a rating is 1 to 5 stars"),
        ({"kind": "rating", "rating": float("nan")}, "a rating is 1 to 5 stars"),
        ({"kind": "rating", "rating": True}, "a rating is 1 to 5 stars"),
        ({"rating": 3}, "a view has no rating; send a rating by itself"),
        ({"user": ""}, "the user id has 0 characters, not 1 to 256"),
        ({"item": "x" * 257}, "the item id has 257 characters, not 1 to 256"),
        ({"key": "x" * 257}, "the key has 257 characters, not 1 to 256"),
        ({"at": datetime(2026, 5, 1)}, "the time has no time zone; give one, such as UTC"),
    ],
)
def test_what_is_no_event_is_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError) as caught:
        replace(VIEW, **wrong)
    assert str(caught.value).startswith(said)


def test_all_events_are_given_in_blocks_from_any_number_on(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.store.events.STREAM", 2)
    events.append([Event(f"u{i}", "saw", "view") for i in range(5)])
    blocks = list(events.blocks())
    assert [len(block) for block in blocks] == [2, 2, 1]
    users = [each.user for block in blocks for each in block]
    assert users == [f"u{i}" for i in range(5)]
    after = blocks[0][1].number
    assert [each.user for block in events.blocks(after=after) for each in block] == users[2:]
    assert events.count(after=after) == 3


def test_no_number_is_given_twice(events: Events) -> None:
    events.append([VIEW, Event("bob", "saw", "view")])
    (last,) = events.of("bob")
    with events.database.writing() as connection:
        connection.execute(sa.text("DELETE FROM events"))
    events.append([Event("eve", "saw", "view")])
    assert events.of("eve")[0].number > last.number


ID = st.text(st.characters(), min_size=1, max_size=256)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.lists(st.tuples(ID, ID, st.sampled_from(KINDS)), max_size=5))
def test_ids_may_have_any_characters(events: Events, rows: list[tuple[str, str, str]]) -> None:
    sent = [Event(u, i, kind, 3.5 if kind == "rating" else None) for u, i, kind in rows]
    before = events.count()
    known = {user: len(events.of(user)) for user, _, _ in rows}
    assert events.append(sent) == Appended(len(sent), 0)
    assert events.count() == before + len(sent)
    for user in known:
        found = [(e.user, e.item, e.kind) for e in events.of(user)[known[user] :]]
        assert found == [row for row in rows if row[0] == user]


def test_ids_that_look_alike_in_a_database_are_told_apart(events: Events) -> None:
    names = ["\0", " ", "\\", "\\u0000", "\\\\", "\udc80", "\\udc80", "?"]
    events.append([Event(each, each, "view") for each in names])
    for name in names:
        assert [(each.user, each.item) for each in events.of(name)] == [(name, name)]


def test_the_longest_ids_of_the_largest_characters_fit(events: Events) -> None:
    for letter in ("\U0010ffff", "\0"):
        longest = letter * 256
        events.append([Event(longest, longest, "view", key=longest)], key=longest)
        assert events.of(longest)[0].item == longest


PROCESS = """
import sys
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events

events = Events(Database(sys.argv[1]))
for number in range(100_000):
    events.append([Event("ada", f"{number}.{i}", "view") for i in range(3)], key=f"{number}")
    print(number, flush=True)
"""


def test_what_was_acknowledged_outlives_a_process_that_is_killed(
    events: Events, database_url: str
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, database_url], stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdout is not None
        for _ in range(20):
            worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
        last = 19 + len(worker.stdout.readlines())
    found = [each.item for each in Events(Database()).of("ada")]
    assert len(found) == len(set(found))
    assert len(found) % 3 == 0
    assert {f"{n}.{i}" for n in range(last + 1) for i in range(3)} <= set(found)
    again = [Event("ada", f"{last}.{i}", "view") for i in range(3)]
    assert events.append(again, key=f"{last}") == Appended(0, 3)


def test_whose_events_came_in_is_told_from_any_number_on(events: Events) -> None:
    assert (events.last_number(), events.users_since(0), events.users_since(7)) == (
        0,
        (set(), 0),
        (set(), 7),
    )
    events.append([Event(user, "saw", "view") for user in ("ada", "bob", "ada", "eve")])
    some, number = events.users_since(0, limit=3)
    assert (some, number) == ({"ada", "bob"}, events.of("ada")[1].number)
    assert events.users_since(number) == ({"eve"}, events.last_number())
    assert events.users_since(events.last_number()) == (set(), events.last_number())


def test_who_reads_on_behind_the_last_number_misses_no_event_that_came_in_slowly(
    events: Events,
) -> None:
    slow, end = Database(), threading.Event()
    assert (events.count(), Events(slow).count()) == (0, 0)  # the tables are there
    sa.event.listen(slow._connections.engine, "commit", lambda _connection: end.wait(30))
    with ThreadPoolExecutor(2) as pool:
        pool.submit(Events(slow).append, [Event("slow", "saw", "view")])
        time.sleep(0.3)
        pool.submit(events.append, [Event("fast", "saw", "view")])
        time.sleep(0.3)
        seen, last = events.users_since(0)
        end.set()
    later, _ = events.users_since(last)
    assert seen | later == {"slow", "fast"}
    assert [each.user for block in events.blocks() for each in block] == ["slow", "fast"]


def test_keys_that_are_forgotten_count_once_more_and_others_do_not(
    events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polyrec.store.events.STREAM", 2)
    old = [replace(VIEW, key=f"{i}") for i in range(5)]
    events.append(old)
    between = datetime.now(UTC)
    new = replace(VIEW, key="new")
    events.append([new])
    assert events.forget_keys(between) == 5
    assert events.forget_keys(between) == 0
    assert events.append([*old, new]) == Appended(5, 1)
    with pytest.raises(DataError, match="the time has no time zone"):
        events.forget_keys(datetime(2026, 5, 1))
