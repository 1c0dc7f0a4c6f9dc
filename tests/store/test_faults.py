"""What the database does while something under it fails, and that it goes on afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from polyrec.core.errors import EngineError
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Appended, Events
from polyrec.store.users import User, Users
from polyrec.store.versions import Versions
from polyrec.testing.postgresql import Postgresql, postgresql_programs, postgresql_server
from polyrec.testing.small_disk import DISK, kinds_of_small_disks, small_disk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BATCH = 50
SQLITE = [("sqlite", kind) for kind in kinds_of_small_disks()]
POSTGRESQL = [("postgresql", kind) for kind in kinds_of_small_disks() if kind == DISK]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgresql]:
    """A server that no other test uses."""
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs the Debian package postgresql")
    with postgresql_server(programs) as server:
        yield server


def run_sql(url: str, *statements: str) -> None:
    address = url.replace("postgresql:", "postgresql+psycopg:")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def name_in(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def batch(number: int) -> list[Event]:
    return [Event(f"user {number}", f"item {i}" * 20, "view") for i in range(BATCH)]


def fill_up(events: Events) -> tuple[int, EngineError]:
    """Send batches until one is refused, and give its number."""
    for number in range(10_000):
        try:
            assert events.append(batch(number), key=f"{number}") == Appended(BATCH, 0)
        except EngineError as error:
            return number, error
    raise AssertionError("the disk is not full")


@contextmanager
def database_on_a_small_disk(
    where: str, kind: str, folder: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[Database, Callable[[], None]]]:
    if where == "sqlite":
        database = Database(str(folder / "polyrec.sqlite"))
        database.upgrade()
        with small_disk(kind, folder) as free:
            if kind == DISK:
                database = Database(str(folder / "on-it.sqlite"))
            yield database, free
            database.close()
        return
    url = request.getfixturevalue("server").new()
    name = name_in(url)
    # not in pytest's folder, which only its owner may enter
    with tempfile.TemporaryDirectory() as outside, small_disk(kind, Path(outside), 2**22) as free:
        folder = Path(outside)
        folder.chmod(0o755)
        (folder / "space").mkdir()
        shutil.chown(folder / "space", "postgres")
        run_sql(
            url.replace(f"/{name}?", "/postgres?"),
            f"CREATE TABLESPACE small_{name} LOCATION '{folder / 'space'}'",
            f"ALTER DATABASE {name} SET default_tablespace = small_{name}",
        )
        database = Database(url)
        yield database, free
        database.close()
        run_sql(
            url.replace(f"/{name}?", "/postgres?"),
            f"DROP DATABASE {name}",
            f"DROP TABLESPACE small_{name}",
        )


@pytest.mark.parametrize(("where", "kind"), [*SQLITE, *POSTGRESQL])
def test_a_full_disk_takes_nothing_by_halves_and_all_goes_on_when_there_is_room(
    where: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with database_on_a_small_disk(where, kind, tmp_path, request) as (database, free):
        events = Events(database)
        refused, error = fill_up(events)
        assert refused > 0
        assert error.retryable
        assert events.count() == refused * BATCH
        assert events.of(f"user {refused}") == []
        with pytest.raises(EngineError):
            events.append(batch(refused), key=f"{refused}")
        free()
        assert events.append(batch(refused), key=f"{refused}") == Appended(BATCH, 0)
        assert events.append(batch(0), key="0") == Appended(0, BATCH)
        found = [each.user for block in events.blocks() for each in block]
        assert found == [f"user {i}" for i in range(refused + 1) for _ in range(BATCH)]


def test_a_server_that_was_restarted_is_used_again_and_nobody_notices(server: Postgresql) -> None:
    database = Database(server.new())
    users = Users(database)
    users.put([User("ada")])
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(users.get, ["ada"] * 20))
        server.stop()
        server.start()
        assert all(pool.map(users.get, ["ada"] * 20))
    Users(database).put([User("bob")])


def test_who_is_in_the_middle_when_the_server_goes_may_try_again(server: Postgresql) -> None:
    url = server.new()
    run_sql(url, f"ALTER DATABASE {name_in(url)} SET synchronous_commit = on")
    events = Events(Database(url, lock_timeout_s=2))
    assert events.append(batch(0)) == Appended(BATCH, 0)

    def be_in_the_middle() -> None:
        with events.database.writing() as connection:
            connection.execute(sa.text("DELETE FROM events"))
            server.stop("immediate")
            connection.execute(sa.text("DELETE FROM events"))

    with pytest.raises(EngineError, match="cannot be used: ") as caught:
        be_in_the_middle()
    assert caught.value.retryable
    began = time.monotonic()
    with pytest.raises(EngineError, match="cannot be used: ") as caught:
        events.count()
    assert caught.value.retryable
    assert time.monotonic() - began < 10
    server.start()
    assert events.count() == BATCH
    assert events.append(batch(1), key="1") == Appended(BATCH, 0)


PROCESS = """
import sys, time
import sqlalchemy as sa
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events

def slowly(_connection):
    print("in the middle", flush=True)
    time.sleep(60)

events = Events(Database())
events.count()
sa.event.listen(events.database._connections.engine, "commit", slowly)
events.append([Event("eve", "saw", "view")], key="post")
"""


def test_a_process_that_holds_the_database_too_long_costs_the_time_that_was_said(
    database_url: str,
) -> None:
    events = Events(Database(lock_timeout_s=1))
    assert events.append([Event("ada", "saw", "view")]) == Appended(1, 0)
    command = [sys.executable, "-c", PROCESS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        began = time.monotonic()
        with pytest.raises(EngineError, match=r"cannot be used: .*lock") as caught:
            events.append([Event("bob", "saw", "view")])
        assert 0.9 < time.monotonic() - began < 10
        assert caught.value.retryable
        assert events.count() == 1
        os.kill(process.pid, signal.SIGKILL)
    assert events.append([Event("eve", "saw", "view")], key="post") == Appended(1, 0)
    assert events.append([Event("bob", "saw", "view")]) == Appended(1, 0)
    assert [each.user for block in events.blocks() for each in block] == ["ada", "eve", "bob"]


def test_a_clock_that_is_moved_back_loses_nothing_and_order_is_that_of_arrival(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    events, versions = Events(database), Versions(database)
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def at(now: datetime) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                del tz
                return now

        for module in ("events", "versions"):
            monkeypatch.setattr(f"polyrec.store.{module}.datetime", Clock)

    last = 0
    for i in range(4):
        at(noon - timedelta(hours=i))
        assert events.append([Event("ada", f"{i}", "view", key=f"{i}")]) == Appended(1, 0)
        users, last = events.users_since(last)
        assert users == {"ada"}
        versions.activate(versions.add(f"model-{i}", f"{i}" * 64).number)
    assert events.append([Event("ada", "0", "view", key="0")]) == Appended(0, 1)
    assert [each.item for block in events.blocks() for each in block] == ["0", "1", "2", "3"]
    back = versions.previous()
    assert back is not None
    assert back.folder == "model-2"
