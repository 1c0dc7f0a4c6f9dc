from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from polyrec.core.errors import ConfigError, DataError, EngineError
from polyrec.store import dump, migrate
from polyrec.store.audit import Audit
from polyrec.store.database import Database
from polyrec.store.dump import refilled, snapshot
from polyrec.store.event import Event
from polyrec.store.events import Appended, Events
from polyrec.store.items import Item, Items
from polyrec.store.memory import Memory, Remembered
from polyrec.store.reviews import Reviews
from polyrec.store.satisfaction import Opinion, Satisfaction
from polyrec.store.tables import HEAD, metadata
from polyrec.store.users import User, Users
from polyrec.store.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
STRANGE = ["\0", "\\u0000", "\udc80", "\ud83d\ude00", "\U0001f600", "\n", "\u00e9", "e\u0301"]


def fill(database: Database) -> None:
    """Put rows into every table, of all that ids and texts may be; and delete the last of some."""
    made = Remembered("sow", "engine", 0.25)
    Memory(database, "de", "en", "x").remember({"Säge\n\u2028": made})
    Memory(database, "de", "en", "x").remember({"Hobel": Remembered("plane", "engine", math.pi)})
    Reviews(database).queue({"Säge\n\u2028": made}, source="de", target="en")
    Reviews(database).edit(1, "ada", "saw")
    Users(database).put([User(each, f"text {each}", "de") for each in [*STRANGE, "gone"]])
    attributes = {"price": 1e-300, "big": 2**60, "deep": [{"ü": None}], "yes": True}
    Items(database).put(
        [Item(each, {"en": "saw", "zh-Hant": "鋸"}, attributes=attributes) for each in STRANGE]
    )
    Events(database).append(
        [Event(each, each, "rating", 4.1, NOON, key=each) for each in [*STRANGE, "gone"]]
    )
    Satisfaction(database).add(Opinion("ada", 5, 'glad "\\" \t', "v1", NOON))
    for i in range(3):
        number = Versions(database).add(f"model-{i}", f"{i}" * 64, last_event=i).number
        Versions(database).activate(number)
    Versions(database).fail_new("model-3", "no")
    Users(database).delete("gone", actor="admin")


def everything(database: Database) -> dict[str, list[Any]]:
    with database.reading() as connection:
        return {
            name: connection.execute(sa.select(table).order_by(table.c.id)).all()
            for name, table in metadata.tables.items()
        }


def copy(source: Database, target: Database) -> None:
    with snapshot(source) as held, refilled(target, held.version, folder=str) as rows:
        for name, n_rows, lines in held.blocks():
            assert n_rows == lines.count(b"\n")
            rows.add(name, lines)
        rows.go_on_behind(held.numbers())


@pytest.fixture
def other(
    database_url: str, new_postgresql: Callable[[], str], tmp_path: Path
) -> Callable[[], Database]:
    """Make an empty database of the other kind."""
    if "://" in database_url:
        return lambda: Database(str(tmp_path / "other.sqlite"))
    return lambda: Database(new_postgresql())


def test_every_row_comes_through_the_other_kind_of_database_and_back(
    database: Database,
    other: Callable[[], Database],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dump, "BLOCK_BYTES", 300)
    monkeypatch.setattr(dump, "STREAM", 2)
    fill(database)
    before = everything(database)
    assert all(before.values())
    between, last = other(), Database(str(tmp_path / "last.sqlite"))
    copy(database, between)
    assert everything(between) == before
    copy(between, last)
    assert everything(last) == before


def test_what_was_restored_goes_on_as_if_nothing_had_been(
    database: Database, other: Callable[[], Database]
) -> None:
    fill(database)
    restored = other()
    copy(database, restored)
    sent = [Event(each, each, "rating", 4.1, NOON, key=each) for each in STRANGE]
    numbers = []
    for one in (database, restored):
        assert Events(one).append(sent) == Appended(0, len(sent))
        Events(one).append([Event("ada", "saw", "view")])
        Users(one).put([User("new")])
        Items(one).put([Item("new", {"en": "new"})])
        Satisfaction(one).add(Opinion("ada", 5))
        Versions(one).add("new", "f" * 64)
        Memory(one, "de", "en", "x").remember({"neu": Remembered("new", "engine")})
        Users(one).delete("new", actor="admin")
        with one.reading() as connection:
            numbers.append(
                {
                    name: connection.scalar(sa.select(sa.func.max(table.c.id)))
                    for name, table in metadata.tables.items()
                    if name not in {"users", "event_keys"}
                }
            )
    # no number is given twice, though the last event's row was gone
    assert numbers[0]["events"] == numbers[1]["events"] == len(STRANGE) + 2
    assert numbers[0] == numbers[1]


def test_a_snapshot_sees_nothing_of_what_others_write(database: Database) -> None:
    fill(database)
    with snapshot(database) as held:
        before = held.numbers()
        writer = Database()
        Events(writer).append([Event("late", "late", "view")])
        Versions(writer).activate(1)
        Users(writer).delete("e\u0301", actor="admin")
        text = b"".join(lines for _, _, lines in held.blocks())
        assert held.served() == ["model-2", "model-1"]
    assert b'"user_id": "late"' not in text
    assert text.count(b'"user_id": "e\\u0301"') == 2
    assert before["events"] == len(STRANGE) + 1
    with snapshot(database) as held:
        assert held.served() == ["model-0", "model-2"]


def test_only_an_empty_database_is_filled(database: Database, tmp_path: Path) -> None:
    source = Database(str(tmp_path / "source.sqlite"))
    fill(source)
    Audit(database).add("something", actor="admin")
    before = everything(database)
    said = r"is not empty: it holds rows of audit; set POLYREC_DATABASE to an empty one$"
    with pytest.raises(DataError, match=said):
        copy(source, database)
    assert everything(database) == before


def test_what_fails_half_way_leaves_the_database_empty(database: Database, tmp_path: Path) -> None:
    source = Database(str(tmp_path / "source.sqlite"))
    fill(source)
    database.upgrade()

    def break_off() -> None:
        with snapshot(source) as held, refilled(database, held.version, folder=str) as rows:
            for name, _, lines in held.blocks():
                rows.add(name, lines)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert not any(everything(database).values())
    copy(source, database)
    assert everything(database) == everything(source)


@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
def test_rows_of_an_older_version_are_brought_up_to_date(
    database: Database, tmp_path: Path, version: str
) -> None:
    source = Database(str(tmp_path / "source.sqlite"))
    fill(source)
    with source.writing() as connection:
        migrate.downgrade(connection, version)
    copy(Database(str(tmp_path / "source.sqlite")), database)
    assert database.version() == HEAD
    source.upgrade()
    assert everything(database) == everything(source)
    assert everything(database)["translations"]


def test_what_is_empty_or_of_a_newer_polyrec_is_refused(database: Database) -> None:
    with pytest.raises(DataError, match="is empty; see POLYREC_DATABASE"), snapshot(database):
        pass
    with (
        pytest.raises(ConfigError, match="tables of version '0999' are not known to this polyrec"),
        refilled(database, "0999", folder=str),
    ):
        pass
    database.upgrade()
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE polyrec_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="has version 9999"), snapshot(database):
        pass
    with pytest.raises(ConfigError, match="has version 9999"), refilled(database, HEAD, folder=str):
        pass


USER = {
    "id": 1,
    "user_id": "ada",
    "text": "",
    "language": "und",
    "created": NOON.isoformat(),
    "changed": NOON.isoformat(),
}


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("passwords", USER, "no table is named 'passwords'"),
        ("users", [USER], "a row is none of the table users"),
        ("users", USER | {"more": 1}, "a row is none of the table users"),
        ("users", {"id": 1}, "a row is none of the table users"),
        ("users", USER | {"created": "noon"}, "a row is none of the table users"),
        ("users", USER | {"created": 7}, "a row is none of the table users"),
    ],
)
def test_what_is_no_row_is_refused(database: Database, table: str, row: Any, said: str) -> None:
    line = json.dumps(row).encode()
    with pytest.raises(DataError, match=said), refilled(database, HEAD, folder=str) as rows:
        rows.add(table, line)
    assert database.version() == ""


def test_what_the_database_refuses_is_told_without_texts(database: Database) -> None:
    line = json.dumps(USER | {"text": "private"}).encode()
    with pytest.raises(EngineError) as caught, refilled(database, HEAD, folder=str) as rows:
        rows.add("users", line + b"\n" + line)
    assert "private" not in str(caught.value)
    assert not caught.value.retryable
