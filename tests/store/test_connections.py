from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from polyrec.core.errors import EngineError
from polyrec.store.connections import KEPT, MOST
from polyrec.store.database import Database
from polyrec.store.users import User, Users
from polyrec.testing.small_disk import FILES, small_disk

ADA = User("ada", "flutes", "en")


def opened(database: Database) -> list[object]:
    """Give a list that grows with each connection that is opened."""
    made: list[object] = []
    engine = database._connections.engine
    sa.event.listen(engine, "connect", lambda connection, _record: made.append(connection))
    return made


def hold(database: Database, held: threading.Event, end: threading.Event) -> None:
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE users SET text = 'held'"))
        held.set()
        end.wait(30)


def test_connections_are_kept_and_no_more_than_are_needed(database: Database) -> None:
    made = opened(database)
    users = Users(database)
    for _ in range(5):
        users.put([ADA])
        assert users.get("ada") == ADA
    assert len(made) == 1
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(users.get, ["ada"] * 200))
    assert 1 <= len(made) <= MOST + 200 // KEPT


def test_who_needs_one_more_than_there_may_be_waits_and_is_told_to_try_again(
    database: Database,
) -> None:
    short = Database(lock_timeout_s=0.3)
    assert Users(short).get("ada") is None
    with ExitStack() as many:
        for _ in range(MOST):
            many.enter_context(short.reading())
        with pytest.raises(EngineError, match=r"cannot be used: QueuePool limit") as caught:
            Users(short).get("ada")
        assert caught.value.retryable
    assert Users(short).get("ada") is None


def test_who_waits_for_others_waits_as_long_as_was_said(database: Database) -> None:
    Users(database).put([ADA])
    short = Database(lock_timeout_s=0.5)
    assert Users(short).get("ada") == ADA
    held, end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold, database, held, end)
        assert held.wait(30)
        began = time.monotonic()
        with pytest.raises(EngineError, match=r"cannot be used: .*lock") as caught:
            Users(short).put([ADA])
        took = time.monotonic() - began
        assert Users(short).get("ada") == ADA  # who only reads does not wait
        end.set()
        holder.result()
    assert caught.value.retryable
    assert 0.4 < took < 5
    Users(short).put([ADA])


def test_threads_that_write_by_turns_wait_as_long_as_was_said(database: Database) -> None:
    short = Database(lock_timeout_s=0.5)
    Users(short).put([ADA])
    held, end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold, short, held, end)
        assert held.wait(30)
        with pytest.raises(EngineError, match=r"cannot be used: .*lock") as caught:
            Users(short).put([ADA])
        end.set()
        holder.result()
    assert caught.value.retryable
    Users(short).put([ADA])


FORK = """
import os
from polyrec.store.database import Database
from polyrec.store.users import User, Users

users = Users(Database())
users.put([User("parent")])
for name in ("first", "second"):
    child = os.fork()
    if not child:
        for _ in range(20):
            users.put([User(name)])
            users.get("parent")
        os._exit(0)
    for _ in range(20):
        users.put([User("parent")])
    assert os.waitpid(child, 0)[1] == 0
print([user.id for user in users.page()])
"""


def test_a_process_that_was_forked_has_connections_of_its_own(database_url: str) -> None:
    command = [sys.executable, "-W", "error", "-c", FORK]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "['first', 'parent', 'second']\n"
    assert done.stderr == ""


def test_a_database_that_was_closed_can_be_used_again(database: Database) -> None:
    Users(database).put([ADA])
    database.close()
    database.close()
    made = opened(database)
    assert Users(database).get("ada") == ADA
    assert len(made) == 1


def test_no_connection_outlives_its_database(database_url: str) -> None:
    def open_files() -> int:
        return len([*Path("/proc/self/fd").iterdir()])

    gc.collect()
    before = open_files()
    for _ in range(3):
        Users(Database()).put([ADA])
    gc.collect()
    assert open_files() == before


def test_nothing_is_written_into_a_file_that_was_replaced_or_removed(tmp_path: Path) -> None:
    def remove(name: str) -> None:
        for file in tmp_path.glob(f"{name}*"):
            file.unlink()

    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    other = Database(str(new))
    Users(other).put([User("new")])
    other.close()
    users = Users(Database(str(old)))
    users.put([User("old")])
    remove("old")
    new.rename(old)
    assert [user.id for user in users.page()] == ["new"]
    users.put([User("newer")])
    assert [user.id for user in Users(Database(str(old))).page()] == ["new", "newer"]
    remove("old")
    with pytest.raises(EngineError, match="no such table"):
        users.put([User("lost")])


def test_the_journal_is_emptied_unless_somebody_reads(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "polyrec.sqlite"))
    journal = tmp_path / "polyrec.sqlite-wal"
    Users(database).put([ADA])
    with database.reading() as connection:
        connection.execute(sa.text("SELECT * FROM users")).all()
        Users(database).put([User("bob")])
        database.clear_journal()
        assert journal.stat().st_size > 0
    database.clear_journal()
    assert journal.stat().st_size == 0
    assert [user.id for user in Users(database).page()] == ["ada", "bob"]


def test_a_journal_that_cannot_be_emptied_is_a_fault_of_ours_and_others_wait_as_before(
    tmp_path: Path,
) -> None:
    database = Database(str(tmp_path / "polyrec.sqlite"))
    Users(database).put([ADA])
    with small_disk(FILES, tmp_path, 50_000) as make_room:
        with pytest.raises(EngineError, match=r"polyrec\.sqlite cannot be used: ") as caught:
            database.clear_journal()
        assert caught.value.retryable
        make_room()
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 60_000
