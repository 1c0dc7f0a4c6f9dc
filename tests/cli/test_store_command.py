from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from polyrec.store import migrate
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.tables import HEAD, metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("database_url")


def test_show_says_where_it_is_and_what_it_holds(run: Run) -> None:
    result = run("store", "show")
    assert result.exit_code == 0, result.output
    assert f"{Database().shown}, version {HEAD}" in result.stdout
    assert "translations: 0\nreviews: 0\nhistory: 0\nusers: 0\n" in result.stdout
    facts = json.loads(run("store", "show", "--json").stdout)
    assert facts == {
        "database": Database().shown,
        "version": HEAD,
        **dict.fromkeys(metadata.tables, 0),
    }


def test_an_older_database_is_refused_until_it_is_upgraded(run: Run) -> None:
    assert f"version {HEAD} now\n" in run("store", "upgrade").stdout
    with Database().writing() as connection:
        migrate.downgrade(connection, "0001")
    refused = run("review", "list")
    assert refused.exit_code == 2
    assert "make a backup, then run: polyrec store upgrade" in refused.stderr
    assert f"version {HEAD} now, was 0001\n" in run("store", "upgrade").stdout
    assert f"version {HEAD} already\n" in run("store", "upgrade").stdout
    assert run("review", "list").exit_code == 0


def test_old_keys_are_forgotten_and_newer_ones_are_not(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Past(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            del tz
            return datetime.now(UTC) - timedelta(days=8)

    events = Events(Database())
    with monkeypatch.context() as patched:
        patched.setattr("polyrec.store.events.datetime", Past)
        events.append([Event("ada", "saw", "view", key="old")])
    events.append([Event("ada", "saw", "view", key="new")])
    assert run("store", "forget-keys", "--days", "9").stdout == "0 keys forgotten\n"
    assert run("store", "forget-keys", "--days", "7").stdout == "1 keys forgotten\n"
    assert events.append([Event("ada", "saw", "view", key="new")]).n_repeated == 1
    assert run("store", "forget-keys").exit_code == 2
