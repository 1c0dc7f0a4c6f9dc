"""The connections of one process to a database: opened, kept between transactions, closed."""

from __future__ import annotations

import contextlib
import os
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DisconnectionError
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

from polyrec.core.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

KEPT = 8
"""Connections that are kept while nobody needs them."""

MOST = 16
"""Connections at once; who needs one more waits."""

SHORT_MS = 200
"""How long to wait for readers before the journal is left as it is."""

_OF_PARENTS: list[Engine] = []
"""Connections that came along when the process forked: only its parent may use or close them."""


class Connections:
    """Connections of this process, as many as there are transactions at a time.

    Args:
        url: the database.
        wait_s: how long one waits for a lock, or for the server.
    """

    def __init__(self, url: sa.URL, wait_s: float) -> None:
        self.pid = os.getpid()
        self.wait_s = wait_s
        self.engine = _engine(url, wait_s)
        self._turn = threading.Lock() if url.get_backend_name() == "sqlite" else None
        self._end = weakref.finalize(self, _close, self.engine, self.pid)

    @contextlib.contextmanager
    def begin(self, *, writes: bool) -> Iterator[Connection]:
        """Give a transaction, which is committed if the block ends well.

        Threads that write to SQLite wait for each other here: it would have them look again and
        again, at growing intervals.
        """
        turn = self._turn if writes else None
        if turn is not None and not turn.acquire(timeout=self.wait_s):
            raise sa.exc.TimeoutError("database is locked")
        try:
            with self.engine.execution_options(writes=writes).begin() as connection:
                yield connection
        finally:
            if turn is not None:
                turn.release()

    def clear_journal(self) -> None:
        """Have SQLite write its journal into the file and empty it, if nobody reads."""
        if self._turn is None:
            return
        with contextlib.closing(self.engine.raw_connection()) as raw:
            cursor = raw.cursor()
            # all who write wait meanwhile
            cursor.execute(f"PRAGMA busy_timeout={SHORT_MS}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                cursor.execute(f"PRAGMA busy_timeout={round(self.wait_s * 1000)}")

    def close(self) -> None:
        """Close those that nobody uses; others are closed when they are given back."""
        self._end()


def _close(engine: Engine, pid: int) -> None:
    if pid == os.getpid():
        engine.dispose()
    else:
        _OF_PARENTS.append(engine)


def _engine(url: sa.URL, wait_s: float) -> Engine:
    on_sqlite = url.get_backend_name() == "sqlite"
    try:
        engine = sa.create_engine(
            url,
            hide_parameters=True,  # no parameters in messages: they are texts
            pool_size=KEPT,
            max_overflow=MOST - KEPT,
            pool_timeout=wait_s,
            pool_pre_ping=not on_sqlite,  # the server may have been restarted meanwhile
            connect_args={} if on_sqlite else _patience(wait_s),
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "a PostgreSQL database",
            needs=str(error.name),
            remedy="pip install 'polyrec[postgres]'",
        ) from error
    if not on_sqlite:
        sa.event.listen(engine, "connect", lambda raw, _: _prepare_postgresql(raw, wait_s))
        return engine
    file = Path(str(url.database))

    def prepare(raw: Any, record: Any) -> None:
        _prepare_sqlite(raw, wait_s)
        record.info["file"] = _identity(file)

    def check(_raw: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the file was replaced")

    sa.event.listen(engine, "connect", prepare)
    sa.event.listen(engine, "checkout", check)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _patience(wait_s: float) -> dict[str, int]:
    """Give the settings by which a machine that is gone is noticed, not after hours."""
    seconds = max(2, round(wait_s))
    return {
        "connect_timeout": seconds,
        "tcp_user_timeout": 1000 * seconds,
        "keepalives_idle": seconds,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


def _prepare_postgresql(raw: Any, wait_s: float) -> None:
    raw.autocommit = True
    raw.execute(f"SET lock_timeout = {round(wait_s * 1000)}")
    raw.autocommit = False


def _is_locked(error: BaseException) -> bool:
    return "locked" in str(error)


def _prepare_sqlite(raw: Any, wait_s: float) -> None:
    """Let several processes write by turns, and transactions begin where `_begin_sqlite` says."""
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout={round(wait_s * 1000)}")
    # SQLite does not wait by itself while another process changes the journal of a new file
    patient = Retrying(
        retry=retry_if_exception(_is_locked),
        stop=stop_after_delay(wait_s),
        wait=wait_random(0.01, 0.1),
        reraise=True,
    )
    patient(raw.execute, "PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")  # what is committed outlives a loss of power
    raw.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    raw.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
