"""One database, SQLite or PostgreSQL: opens it, checks its version, gives transactions."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from polyrec.core.errors import ConfigError, DataError, EngineError
from polyrec.store.address import VARIABLE, address_of, secrets_in
from polyrec.store.connections import Connections
from polyrec.store.tables import HEAD, VERSION_TABLE, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

LOCK_TIMEOUT_S = 60.0
VERSION = sa.table(VERSION_TABLE, sa.column("version_num"))


@dataclass
class Database:
    """A database with polyrec's tables.

    An empty one gets its tables when it is first used. One of an older polyrec is refused until
    `upgrade`, so that there is time for a backup; one of a newer polyrec is refused.

    Threads may share a `Database`, and processes that were forked from one another: each has
    connections of its own, which are kept between transactions.

    Attributes:
        named: a file's path or a URL without password; empty for `POLYREC_DATABASE`, else a file in
            the user's data folder.
        lock_timeout_s: how long to wait while others write the same, or for a server to answer.
        faults: how often it could not be used.
    """

    named: str = ""
    lock_timeout_s: float = LOCK_TIMEOUT_S
    faults: int = field(default=0, init=False, repr=False, compare=False)
    _kept: Connections | None = field(default=None, init=False, repr=False, compare=False)
    _ready: bool = field(default=False, init=False, repr=False, compare=False)

    @cached_property
    def _url(self) -> sa.URL:
        return address_of(self.named)

    @property
    def shown(self) -> str:
        """Its address without password, for messages."""
        if self._url.get_backend_name() == "sqlite":
            return str(self._url.database)
        return self._url.set(query={}).render_as_string(hide_password=True)

    @property
    def _connections(self) -> Connections:
        kept = self._kept
        if kept is None or kept.pid != os.getpid():
            kept = self._kept = Connections(self._url, self.lock_timeout_s)
        return kept

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that only reads.

        Raises:
            ConfigError: the database is of another version, or none.
            EngineError: the database cannot be used.
        """
        self._open()
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that may write; it counts as a whole or not at all.

        Raises as `reading` does.
        """
        self._open()
        with self._transaction(writes=True) as connection:
            yield connection

    def version(self) -> str:
        """Give the version of its tables; empty if it has none."""
        with self._transaction() as connection:
            return _version(connection)

    def counts(self) -> dict[str, int]:
        """Count the rows of each table."""
        with self.reading() as connection:
            return {
                name: int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
                for name, table in metadata.tables.items()
            }

    def upgrade(self) -> tuple[str, str]:
        """Bring its tables up to date; give the version before and after.

        Raises:
            ConfigError: it is of a newer polyrec.
            EngineError: the database cannot be used.
        """
        from polyrec.store import migrate

        with self._transaction(writes=True) as connection:
            before = _version(connection)
            if before > HEAD:
                raise self._newer(before)
            migrate.upgrade(connection)
            return before, _version(connection)

    @contextmanager
    def at_one_moment(self) -> Iterator[tuple[Connection, str]]:
        """Give a transaction that sees nothing of what others write, and the tables' version.

        Raises:
            ConfigError: the database is of a newer polyrec; an older one is as good.
            DataError: it is empty.
            EngineError: it cannot be used.
        """
        with self._transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            found = _version(connection)
            if not found:
                raise DataError(f"the database {self.shown} is empty", hint=f"see {VARIABLE}")
            if found > HEAD:
                raise self._newer(found)
            yield connection, found

    @contextmanager
    def filling(self, version: str) -> Iterator[Connection]:
        """Give a transaction that fills tables of a version, which are then brought up to date.

        Raises:
            ConfigError: the database or the version are of a newer polyrec.
            DataError: it is not empty.
            EngineError: it cannot be used.
        """
        from polyrec.store import migrate

        if version not in migrate.versions():
            raise ConfigError(
                f"tables of version {version!r:.20} are not known to this polyrec",
                hint="upgrade polyrec",
            )
        with self._transaction(writes=True) as connection:
            found = _version(connection)
            if found > HEAD:
                raise self._newer(found)
            migrate.upgrade(connection)
            for table in metadata.sorted_tables:
                if connection.dialect.name == "postgresql":  # nobody writes meanwhile
                    connection.execute(sa.text(f"LOCK TABLE {table.name}"))
                if connection.scalar(sa.select(sa.exists().select_from(table))):
                    raise DataError(
                        f"the database {self.shown} is not empty: it holds rows of {table.name}",
                        hint=f"set {VARIABLE} to an empty one",
                    )
            migrate.downgrade(connection, version)
            yield connection
            migrate.upgrade(connection)

    def close(self) -> None:
        """Close its connections; those that are in use, when their transactions end.

        It may be used again, and opens new ones then.
        """
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def clear_journal(self) -> None:
        """Have SQLite empty its journal, in which what was deleted stands until it is overwritten.

        While others read, it stays: who must be sure does this again, or closes the database.

        Raises:
            EngineError: the database cannot be used.
        """
        with self._errors():
            self._connections.clear_journal()

    def _open(self) -> None:
        if self._ready:
            return
        found = self.version()
        if not found:
            _, found = self.upgrade()
        if found > HEAD:
            raise self._newer(found)
        if found < HEAD:
            raise ConfigError(
                f"the database {self.shown} has version {found}, and this polyrec needs {HEAD}",
                hint="make a backup, then run: polyrec store upgrade",
            )
        self._ready = True

    def _newer(self, found: str) -> ConfigError:
        return ConfigError(
            f"the database {self.shown} has version {found}, and this polyrec knows {HEAD}",
            hint=f"use the newer polyrec that made it, or set {VARIABLE} to another database",
        )

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        with self._errors(), self._connections.begin(writes=writes) as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Make errors of the libraries our own."""
        if self._url.get_backend_name() == "sqlite":
            self._make_file()
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            why = str(getattr(error, "orig", None) or error).partition("\n")[0]
            for secret in secrets_in(self._url):
                why = why.replace(secret, "***")
            # alone: PostgreSQL's own message goes on with the row, which holds texts
            raise self._unusable(why, _passes(error)) from None

    def _make_file(self) -> None:
        """Make the file, for its owner only: it holds texts."""
        path = Path(str(self._url.database))
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def _unusable(self, why: str, retryable: bool = False) -> EngineError:
        self.faults += 1
        return EngineError(
            f"the database {self.shown} cannot be used: {why}",
            hint=f"mend it, or set {VARIABLE} to another one",
            retryable=retryable,
        )


def insert(connection: Connection, table: sa.Table) -> Any:
    """Give the database's own INSERT, which knows ON CONFLICT and speaks alike on both."""
    kind = {"sqlite": sqlite, "postgresql": postgresql}[connection.dialect.name]
    return kind.insert(table)


def _passes(error: Exception) -> bool:
    """Whether the same call may succeed later."""
    cut_off = isinstance(error, DBAPIError) and error.connection_invalidated
    return cut_off or isinstance(
        error, (OperationalError, sqlite3.OperationalError, sa.exc.TimeoutError)
    )


def _version(connection: Connection) -> str:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return ""
    return str(connection.scalar(sa.select(VERSION.c.version_num)) or "")
