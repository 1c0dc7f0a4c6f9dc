"""What was computed once: bytes found by a key, on disk for several processes, or in memory."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import OrderedDict
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import platformdirs
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from polyrec.core.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

BLOCK = 512
LOCK_TIMEOUT_S = 60.0


def default_folder() -> Path:
    """Where polyrec keeps what it remembers: `POLYREC_CACHE`, or else the user's cache."""
    return Path(os.environ.get("POLYREC_CACHE") or platformdirs.user_cache_dir("polyrec"))


class Memory(Protocol):
    """Keeps values by keys."""

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Find the values of those keys that are known."""

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values; a key that is known keeps the one that it has."""


@dataclass
class Recent:
    """Keeps the values that were used last, in memory alone; threads may share it.

    Attributes:
        most: so many; the one that was used longest ago goes first.
    """

    most: int
    _values: OrderedDict[bytes, bytes] = field(
        default_factory=OrderedDict, init=False, repr=False, compare=False
    )
    _lock: Any = field(default_factory=threading.Lock, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self._values)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Find the values of those keys that are known."""
        with self._lock:
            known = {key: self._values[key] for key in keys if key in self._values}
            for key in known:
                self._values.move_to_end(key)
        return known

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values; a key that is known keeps the one that it has."""
        with self._lock:
            for key, value in values.items():
                self._values.setdefault(key, value)
            while len(self._values) > self.most:
                self._values.popitem(last=False)

    def forget(self) -> None:
        """Drop all values."""
        with self._lock:
            self._values.clear()


@dataclass(frozen=True)
class Remembered:
    """One table of keys and values in an SQLite file, made when it is first opened.

    Attributes:
        file: the file; several processes may write to it at the same time.
        table: the table's name, one word.
        what: what the file is, for messages: `vector cache`.
    """

    file: Path
    table: str
    what: str

    @contextmanager
    def opened(self) -> Iterator[Open]:
        """Open the file for a block.

        Raises:
            EngineError: it cannot be used.
        """
        with self._reported():
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.touch(mode=0o600)  # for its owner only: answers are texts
            db = sqlite3.connect(self.file, timeout=LOCK_TIMEOUT_S)
        with closing(db):
            with self._reported():
                _prepare(db, self.table)
            yield Open(db, self.table, self._reported)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        """Name the file in its own faults, and in nobody else's."""
        try:
            yield
        except OSError as error:
            raise self.unusable(error.strerror or str(error)) from error
        except sqlite3.Error as error:
            raise self.unusable(str(error)) from error

    def unusable(self, why: str) -> EngineError:
        """Make the error that says that the file cannot be used."""
        return EngineError(
            f"the {self.what} {self.file} cannot be used: {why}",
            hint="delete it, or set POLYREC_CACHE to another folder",
        )


@dataclass(frozen=True)
class Open:
    """The open table."""

    db: sqlite3.Connection
    table: str
    reported: Callable[[], AbstractContextManager[None]]

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """Find the values of those keys that are known."""
        known: dict[bytes, bytes] = {}
        for start in range(0, len(keys), BLOCK):
            block = keys[start : start + BLOCK]
            places = ",".join("?" * len(block))
            query = f"SELECT * FROM {self.table} WHERE key IN ({places})"  # noqa: S608 (our words)
            with self.reported():
                known.update(self.db.execute(query, block).fetchall())
        return known

    def put(self, values: Mapping[bytes, bytes]) -> None:
        """Keep values; a key that is known keeps the one that it has."""
        with self.reported(), self.db:
            command = f"INSERT OR IGNORE INTO {self.table} VALUES (?, ?)"  # noqa: S608 (our words)
            self.db.executemany(command, values.items())


def _is_locked(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


# SQLite does not wait by itself while another process changes the journal of a new file
@retry(
    retry=retry_if_exception(_is_locked),
    stop=stop_after_delay(LOCK_TIMEOUT_S),
    wait=wait_random(0.01, 0.1),
    reraise=True,
)
def _prepare(db: sqlite3.Connection, table: str) -> None:
    """Make the file one that several processes may write to, with its table."""
    db.execute("PRAGMA journal_mode=WAL")
    db.execute(f"CREATE TABLE IF NOT EXISTS {table} (key BLOB PRIMARY KEY, value BLOB)")
