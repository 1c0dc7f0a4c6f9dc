from __future__ import annotations

import stat
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from polyrec.core.errors import ConfigError, EngineError, MissingExtraError
from polyrec.store import connections, migrate
from polyrec.store.address import address_of, default_file
from polyrec.store.database import VERSION, Database
from polyrec.store.forgotten import Forgotten
from polyrec.store.memory import Memory, Remembered
from polyrec.store.tables import HEAD, VERSION_TABLE, metadata, translations
from polyrec.store.users import Users
from polyrec.store.versions import Versions

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "hunter2"  # noqa: S105


def names(database: Database) -> set[str]:
    with database._transaction() as connection:
        return set(sa.inspect(connection).get_table_names())


def set_version(database: Database, version: str) -> None:
    with database._transaction(writes=True) as connection:
        connection.execute(sa.update(VERSION).values(version_num=version))


def test_an_empty_database_gets_its_tables_when_it_is_first_used(database: Database) -> None:
    assert database.version() == ""
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(translations)) == 0
    assert names(database) == {*metadata.tables, VERSION_TABLE}
    assert database.version() == HEAD


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    database.upgrade()
    with database._transaction() as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_version_that_the_code_needs() -> None:
    script = ScriptDirectory(migrate.FOLDER)
    assert script.get_current_head() == HEAD
    versions = [each.revision for each in script.walk_revisions()]
    assert versions == sorted(versions, reverse=True)


def test_every_migration_goes_up_and_down(database: Database) -> None:
    versions = [each.revision for each in ScriptDirectory(migrate.FOLDER).walk_revisions()][::-1]
    found = []
    for version in versions:
        with database._transaction(writes=True) as connection:
            migrate.upgrade(connection, version)
        found.append(names(database))
        assert database.version() == version
    for below, expected in [*zip(versions, found, strict=True)][-2::-1]:
        with database._transaction(writes=True) as connection:
            migrate.downgrade(connection, below)
        assert names(database) == expected
    with database._transaction(writes=True) as connection:
        migrate.downgrade(connection, "base")
    assert names(database) == {VERSION_TABLE}
    assert database.upgrade() == ("", HEAD)


def test_a_migration_that_fails_leaves_the_tables_as_they_were(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: sa.Connection) -> None:
        connection.execute(sa.text("CREATE TABLE half (id INTEGER)"))
        connection.execute(sa.text("no sql"))

    monkeypatch.setattr(migrate, "upgrade", fail)
    with pytest.raises(EngineError, match="syntax error"):
        database.upgrade()
    assert names(database) == set()


def test_an_older_database_is_refused_until_it_is_upgraded_and_keeps_what_it_holds(
    database: Database,
) -> None:
    Memory(database, "de", "en", "x").remember({"Säge": Remembered("saw", "x")})
    with database._transaction(writes=True) as connection:
        migrate.downgrade(connection, "0001")
    with pytest.raises(ConfigError) as caught, Database().reading():
        pass
    assert str(caught.value) == (
        f"the database {database.shown} has version 0001, and this polyrec needs {HEAD};"
        " make a backup, then run: polyrec store upgrade"
    )
    assert Database().upgrade() == ("0001", HEAD)
    assert Memory(Database(), "de", "en", "x").recall(["Säge"])["Säge"].text == "saw"


def test_versions_outlive_the_way_up_and_down(database: Database) -> None:
    hashed = "0123456789abcdef" * 4
    kept = Versions(database).add("model-0", hashed)
    changed = Versions(database).put(kept.number, folder="model-1", hash="f" * 64, last_forgotten=3)
    Users(database).delete("ada", actor="admin")
    with database._transaction(writes=True) as connection:
        migrate.downgrade(connection, "0003")
    assert Database().upgrade() == ("0003", HEAD)
    assert Versions(database).all() == [replace(changed, origin="f" * 64, last_forgotten=0)]
    assert not Forgotten(database).any()


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    database.upgrade()
    set_version(database, "9999")
    said = f"has version 9999, and this polyrec knows {HEAD}; use the newer"
    with pytest.raises(ConfigError, match=said), Database().writing():
        pass
    with pytest.raises(ConfigError, match="has version 9999"):
        database.upgrade()
    assert database.version() == "9999"


def test_what_fails_halfway_is_not_written(database: Database) -> None:
    def write(ends_well: bool) -> None:
        with database.writing() as connection:
            connection.execute(sa.text("UPDATE polyrec_version SET version_num = '0000'"))
            if not ends_well:
                connection.execute(sa.insert(translations).values(source_text="lacks the rest"))

    with pytest.raises(EngineError, match="cannot be used: ") as caught:
        write(ends_well=False)
    assert not caught.value.retryable
    assert database.version() == HEAD
    write(ends_well=True)
    assert database.version() == "0000"


PROCESS = """
import sys, time
from polyrec.store.database import Database
from polyrec.store.memory import Memory, Remembered

time.sleep(max(0, float(sys.argv[2]) - time.time()))
memory = Memory(Database(sys.argv[1]), "de", "en", "x")
for i in range(20):
    memory.remember({f"text {j}": Remembered(sys.argv[3], "x") for j in range(i, i + 5)})
"""


def test_processes_may_share_a_database_from_its_first_moment(
    database: Database, database_url: str
) -> None:
    together = str(time.time() + 2)
    workers = [
        subprocess.Popen([sys.executable, "-c", PROCESS, database_url, together, name])
        for name in ("a", "b", "c")
    ]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    found = Memory(database, "de", "en", "x").recall([f"text {i}" for i in range(24)])
    assert len(found) == 24
    with database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(translations)) == 24


def test_the_file_is_for_its_owner_only_and_written_ahead(tmp_path: Path) -> None:
    path = tmp_path / "new" / "memory.sqlite"
    database = Database(str(path))
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert database.shown == str(path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "memory.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(EngineError) as caught, Database(str(path)).reading():
        pass
    assert str(caught.value) == (
        f"the database {path} cannot be used: file is not a database;"
        " mend it, or set POLYREC_DATABASE to another one"
    )


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database(str(tmp_path / "file" / "folder" / "memory.sqlite"))
    with pytest.raises(EngineError, match=r"memory\.sqlite cannot be used: Not a directory; mend"):
        database.version()


def test_the_database_is_that_of_the_setting_or_the_environment_or_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLYREC_DATABASE", "postgresql://me@host/name")
    assert address_of().render_as_string() == "postgresql+psycopg://me@host/name"
    assert address_of("here.sqlite").database == "here.sqlite"
    assert address_of("sqlite:///here.sqlite").database == "here.sqlite"
    assert address_of("~/here.sqlite").database == str(Path("~/here.sqlite").expanduser())
    monkeypatch.delenv("POLYREC_DATABASE")
    assert address_of().database == str(default_file())
    assert default_file().name == "polyrec.sqlite"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://me:{SECRET}@host/name", "holds a password"),
        (f"postgresql://me@host/name?password={SECRET}", "holds a password"),
        (f"mysql://me:{SECRET}@host/name", "is not supported"),
        (f"postgresql://me:{SECRET}@host:port/name", "is no URL of a database"),
        (f"postgresql://me:a@{SECRET}@host/name", "has two @"),
        ("://", "is no URL of a database"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated(url: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        address_of(url)
    assert said in str(caught.value)
    assert "database " in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("rest", ["", f"&sslpassword={SECRET}"])
def test_a_password_of_the_environment_stands_in_no_message_or_repr(
    monkeypatch: pytest.MonkeyPatch, rest: str, tmp_path: Path
) -> None:
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    url = f"postgresql://me:{SECRET}@/{SECRET}?host={tmp_path}{rest}"
    monkeypatch.setenv("POLYREC_DATABASE", url)
    database = Database()
    with pytest.raises(EngineError, match="cannot be used: ") as caught, database.reading():
        pass
    assert caught.value.retryable
    shown = database.shown.replace(f"/{SECRET}", "")  # the database's name may be what it will
    assert SECRET not in str(caught.value).replace(database.shown, shown)
    assert SECRET not in repr(database)
    assert ":***@" in shown


def test_a_password_that_the_server_refuses_is_not_shown(
    new_postgresql: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_postgresql().replace("polyrec@", f"nobody:{SECRET}@")
    monkeypatch.setenv("POLYREC_DATABASE", url)
    with pytest.raises(EngineError, match='role "nobody" does not exist') as caught:
        Database().version()
    assert SECRET not in str(caught.value)


def test_texts_stand_in_no_message(database: Database) -> None:
    text = "a private text"
    with pytest.raises(EngineError) as caught, database.writing() as connection:
        connection.execute(sa.insert(translations).values(source_text=text))
    assert "private" not in "".join(traceback.format_exception(caught.value))


def test_a_missing_driver_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setenv("POLYREC_DATABASE", "postgresql://me@host/name")
    monkeypatch.setattr(connections.sa, "create_engine", fail)
    with pytest.raises(MissingExtraError) as caught:
        Database().version()
    assert str(caught.value) == (
        "a PostgreSQL database needs psycopg; pip install 'polyrec[postgres]'"
    )
