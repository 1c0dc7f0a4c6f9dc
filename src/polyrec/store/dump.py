"""All rows of a database at one moment, as JSON lines; and into an empty one, of either kind."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.errors import DataError
from polyrec.store.tables import metadata
from polyrec.store.types import GivenId, Instant
from polyrec.store.versions import ACTIVE, KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from polyrec.store.database import Database

BLOCK_BYTES = 2**22
"""A block ends with the row that reaches this; memory holds one at a time."""

STREAM = 1_000
"""Rows that are read or written at once."""


@dataclass(frozen=True)
class Snapshot:
    """A database at one moment, while others go on writing.

    Attributes:
        version: that of its tables, which may be older than this polyrec's.
    """

    version: str
    _connection: Connection
    _tables: tuple[sa.TableClause, ...]

    def blocks(self) -> Iterator[tuple[str, int, bytes]]:
        """Give all rows: the table, how many they are, and a line of JSON for each.

        Tables come in an order in which they can be filled.
        """
        for table in self._tables:
            wanted = sa.select(table).order_by(table.c.id)
            found = self._connection.execute(wanted, execution_options={"yield_per": STREAM})
            lines: list[bytes] = []
            n_bytes = 0
            for row in found.mappings():
                values = {name: _plain(value) for name, value in row.items()}
                lines.append(json.dumps(values).encode() + b"\n")
                n_bytes += len(lines[-1])
                if n_bytes >= BLOCK_BYTES:
                    yield table.name, len(lines), b"".join(lines)
                    lines, n_bytes = [], 0
            if lines:
                yield table.name, len(lines), b"".join(lines)

    def numbers(self) -> dict[str, int]:
        """Give the last number that each table gave a row, also if that row is gone."""
        found = {}
        for table in self._tables:
            if self._connection.dialect.name == "postgresql":
                last = sa.text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:name, 'id'))")
            elif _counted(table.name):
                last = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            else:
                last = sa.text(f"SELECT max(id) FROM {table.name}")  # noqa: S608 (our own name)
            bound = {"name": table.name} if ":name" in last.text else {}
            found[table.name] = int(self._connection.scalar(last, bound) or 0)
        return found

    def served(self) -> list[str]:
        """Name the folders of the model that serves and of the one that did before."""
        if all(table.name != "versions" for table in self._tables):
            return []
        versions = metadata.tables["versions"].c
        wanted = sa.select(versions.folder).where(versions.state.in_([ACTIVE, KEPT]))
        # ACTIVE comes before KEPT
        wanted = wanted.order_by(versions.state, versions.activated.desc(), versions.id.desc())
        return list(self._connection.scalars(wanted.limit(2)))


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """Hold a database as it is at this moment.

    Raises:
        ConfigError: it is of a newer polyrec.
        DataError: it is empty.
        EngineError: it cannot be used.
    """
    with database.at_one_moment() as (connection, version):
        yield Snapshot(version, connection, _tables(connection))


@dataclass
class Refill:
    """A transaction that fills an empty database.

    Attributes:
        counts: how many rows were added to each table.
    """

    _connection: Connection
    _tables: tuple[sa.TableClause, ...]
    _folder: Callable[[str], str]
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, lines: bytes) -> None:
        """Add a block of rows to a table.

        Raises:
            DataError: they are not rows of the table.
        """
        table = {each.name: each for each in self._tables}.get(name)
        if table is None:
            raise DataError(f"no table is named {name!r}")
        rows = [_row(table, line) for line in lines.splitlines()]
        if name == "versions":
            rows = [row | {"folder": self._folder(str(row["folder"]))} for row in rows]
        for start in range(0, len(rows), STREAM):
            self._connection.execute(sa.insert(table), rows[start : start + STREAM])
        self.counts[name] = self.counts.get(name, 0) + len(rows)

    def go_on_behind(self, numbers: Mapping[str, int]) -> None:
        """Number new rows behind the last number that each table gave before."""
        for table in self._tables:
            largest = self._connection.scalar(sa.select(sa.func.max(table.c.id)))
            last = {"name": table.name, "last": max(numbers.get(table.name, 0), largest or 0)}
            if not last["last"]:
                continue
            if self._connection.dialect.name == "postgresql":
                said = "SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"
                self._connection.execute(sa.text(said), last)
            elif _counted(table.name):
                for said in (
                    "DELETE FROM sqlite_sequence WHERE name = :name",
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)",
                ):
                    self._connection.execute(sa.text(said), last)


@contextmanager
def refilled(database: Database, version: str, *, folder: Callable[[str], str]) -> Iterator[Refill]:
    """Fill an empty database with rows of a version of the tables, and bring it up to date.

    All counts as a whole or not at all.

    Args:
        database: the database.
        version: of the tables that the rows come from.
        folder: gives each version of the model the name of its folder, from the one that it had.

    Raises:
        ConfigError: the database or the rows are of a newer polyrec.
        DataError: the database is not empty.
        EngineError: it cannot be used.
    """
    with database.filling(version) as connection:
        yield Refill(connection, _tables(connection), folder)


def _tables(connection: Connection) -> tuple[sa.TableClause, ...]:
    """Give the tables as they are there, older ones too, with ids as they are written."""
    found = sa.inspect(connection)
    names = set(found.get_table_names())
    tables = []
    for table in metadata.sorted_tables:
        if table.name in names:
            known = [table.c[each["name"]] for each in found.get_columns(table.name)]
            columns = [
                sa.column(each.name, sa.Text() if isinstance(each.type, GivenId) else each.type)
                for each in known
            ]
            tables.append(sa.table(table.name, *columns))
    return tuple(tables)


def _counted(name: str) -> bool:
    """Whether SQLite remembers the last number of a table."""
    return bool(metadata.tables[name].dialect_options["sqlite"]["autoincrement"])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _row(table: sa.TableClause, line: bytes) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        if set(row) != set(table.c.keys()):
            raise ValueError
        for column in table.c:
            if isinstance(column.type, Instant) and row[column.name] is not None:
                row[column.name] = datetime.fromisoformat(row[column.name])
    except (ValueError, TypeError) as error:
        raise DataError(f"a row is none of the table {table.name}") from error
    return row
