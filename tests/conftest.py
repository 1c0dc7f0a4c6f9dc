from __future__ import annotations

import os
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from polyrec.testing.postgresql import postgresql_programs, postgresql_server

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

pytest.register_assert_rewrite("polyrec.testing.contracts")

# how long an example takes says more about the machine than about polyrec
settings.register_profile("polyrec", deadline=None)
settings.load_profile("polyrec")


@pytest.fixture(autouse=True)
def _own_cache(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Keep what tests make out of the user's cache; only the real encoder is worth remembering."""
    if "model" not in request.keywords:
        monkeypatch.setenv("POLYREC_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(autouse=True)
def _own_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep what tests make out of the user's data: each has a database and folder of its own."""
    name = tmp_path_factory.getbasetemp() / "databases" / f"{uuid4().hex}.sqlite"
    monkeypatch.setenv("POLYREC_DATABASE", str(name))
    monkeypatch.setenv("XDG_DATA_HOME", str(name.with_suffix(".data")))


@pytest.fixture(scope="session")
def new_postgresql() -> Iterator[Callable[[], str]]:
    """Make an empty PostgreSQL database, and give its URL, at each call."""
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    programs = postgresql_programs()
    if programs is None:
        pytest.skip("needs the Debian package postgresql")
    with postgresql_server(programs) as server:
        yield server.new


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """An empty database of each kind, which the environment names."""
    if request.param == "sqlite":
        url = str(tmp_path / "database" / "polyrec.sqlite")
    else:
        url = request.getfixturevalue("new_postgresql")()
    monkeypatch.setenv("POLYREC_DATABASE", url)
    return url


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure where `make test-all` has installed all that tests need."""
    expected = hasattr(report, "wasxfail")
    if report.skipped and not expected and os.environ.get("POLYREC_NO_SKIPS") == "1":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"POLYREC_NO_SKIPS=1 allows no skips, but this was one: {why}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
