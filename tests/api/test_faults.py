"""What callers see while something fails under a service that runs."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

import pytest

from polyrec.live.live import UNREAD
from polyrec.store.database import Database
from polyrec.store.events import Events
from polyrec.testing.postgresql import Postgresql, postgresql_programs, postgresql_server
from polyrec.testing.served import Reply, Served, reply_of, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

NO_LIMIT = ("--requests-per-second", "0")


@pytest.fixture
def own_postgresql() -> Iterator[Postgresql]:
    """A server that no other test uses."""
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs the Debian package postgresql")
    with postgresql_server(programs) as server:
        yield server


def _post_events(service: Served, numbers: Iterable[int], *, kill_after: int = 0) -> dict[int, int]:
    """Post one event per number from several threads, each with a key; say how many each added.

    Those that were not answered are left out.
    """
    answered: dict[int, int] = {}

    def post(some: Sequence[int]) -> None:
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=30)) as connection:
            for number in some:
                event = {"user_id": f"user {number % 50}", "item_id": f"{number}", "kind": "view"}
                headers = service.headers | {"Idempotency-Key": f"post {number}"}
                body = json.dumps({"events": [event]})
                try:
                    connection.request("POST", "/events", body, headers)
                    reply = reply_of(connection)
                except (OSError, HTTPException):
                    return  # the service is gone
                assert reply.status == 202, reply
                answered[number] = reply.body["added"]

    mine = list(numbers)
    threads = [threading.Thread(target=post, args=(mine[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    while kill_after and len(answered) < kill_after:
        time.sleep(0.001)
    if kill_after:
        service.process.kill()
    for thread in threads:
        thread.join()
    return answered


def test_events_that_were_acknowledged_outlive_kill_9_and_count_once(
    model_folder: Path, tmp_path: Path, database_url: str
) -> None:
    environment = {"POLYREC_DATABASE": database_url}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        acknowledged = _post_events(service, range(1000), kill_after=400)
    assert 400 <= len(acknowledged) < 1000
    assert set(acknowledged.values()) == {1}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        again = _post_events(service, list(acknowledged)[:200])
        assert set(again.values()) == {0}
        rest = _post_events(service, set(range(1000)) - set(acknowledged))
        assert len(rest) == 1000 - len(acknowledged)
        exported = service.ask("/users/user%207/export").body
        assert len(exported["events"]) == 20
    kept = Counter(event.item for block in Events(Database()).blocks() for event in block)
    assert kept == {str(number): 1 for number in range(1000)}


EVENT = {"events": [{"user_id": "eve", "item_id": "saw", "kind": "view"}]}
SLOW_S = 4.0
"""Within so long who asks is answered, whatever the database does."""


def _timed(ask: Callable[[], Reply]) -> Reply:
    began = time.monotonic()
    reply = ask()
    assert time.monotonic() - began < SLOW_S
    return reply


def _check_that_answers_go_on_without_the_database(service: Served) -> None:
    for user in ("ada", "nobody"):  # the first try waits, the next ones do not
        reply = _timed(lambda user=user: service.ask(f"/recommend/{user}?k=2"))
        assert reply.status == 200
        assert len(reply.body["items"]) == 2
        assert UNREAD in reply.body["note"]
    assert _timed(lambda: service.ask("/similar/saw")).status == 200
    assert service.ask("/health/ready").status == 200


def _check_that_writes_are_refused(service: Served) -> None:
    reply = _timed(lambda: service.ask("/events", method="POST", body=EVENT))
    assert reply.status == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert int(reply.headers["retry-after"]) > 0


def _check_that_all_is_well(service: Served) -> None:
    assert service.ask("/events", method="POST", body=EVENT).status == 202
    reply = service.ask("/recommend/eve?k=2")
    assert reply.status == 200
    assert UNREAD not in reply.body["note"]


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_postgresql_that_is_restarted_is_used_again_by_itself(
    model_folder: Path, tmp_path: Path, own_postgresql: Postgresql
) -> None:
    environment = {"POLYREC_DATABASE": own_postgresql.new()}
    with served(model_folder, tmp_path, environment=environment) as service:
        _check_that_all_is_well(service)
        own_postgresql.stop()
        _check_that_writes_are_refused(service)
        _check_that_answers_go_on_without_the_database(service)
        own_postgresql.start()
        _until(lambda: UNREAD not in service.ask("/recommend/ada").body["note"])
        _check_that_all_is_well(service)
        assert service.ask("/users/eve/export").body["events"][0]["item_id"] == "saw"


def test_tables_that_others_lock_cost_a_moment(
    model_folder: Path, tmp_path: Path, new_postgresql: Callable[[], str]
) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
    url = new_postgresql()
    with served(model_folder, tmp_path, environment={"POLYREC_DATABASE": url}) as service:
        _check_that_all_is_well(service)
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE events, users IN ACCESS EXCLUSIVE MODE")
            _check_that_writes_are_refused(service)
            _check_that_answers_go_on_without_the_database(service)
        _until(lambda: UNREAD not in service.ask("/recommend/ada").body["note"])
        _check_that_all_is_well(service)


def test_a_file_that_others_write_can_be_read(model_folder: Path, tmp_path: Path) -> None:
    with served(model_folder, tmp_path) as service:
        with closing(sqlite3.connect(service.database, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            _check_that_writes_are_refused(service)
            reply = _timed(lambda: service.ask("/recommend/ada"))
            assert (reply.status, reply.body["note"]) == (200, "")
        _check_that_all_is_well(service)
