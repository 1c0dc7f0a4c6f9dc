from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import settings

from polyrec.llm.http import Http
from polyrec.llm.local import Local
from polyrec.testing.postgresql import postgresql_programs, postgresql_server

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from polyrec.llm.language_model import LanguageModel

pytest.register_assert_rewrite("polyrec.testing.contracts")

# how long an example takes says more about the machine than about polyrec
settings.register_profile("polyrec", deadline=None)
settings.load_profile("polyrec")


@pytest.fixture(scope="module", autouse=True)
def _memory_given_back() -> Iterator[None]:
    """Give the system what a module's tests have freed: of each encoder glibc keeps 300 MB else."""
    yield
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


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


@pytest.fixture(scope="session")
def gemma_server() -> Iterator[tuple[str, str]]:
    """Serve the packaged model with llama.cpp; give the address and its key."""
    xllamacpp = pytest.importorskip("xllamacpp", reason="needs the extra llm")
    from polyrec.llm.gemma import gemma_file

    params = xllamacpp.CommonParams()
    params.model.path = str(gemma_file())
    params.n_ctx, params.n_parallel = 2048, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.verbosity, params.warmup, params.ui = -1, False, False
    params.hostnames, params.api_keys = ["127.0.0.1"], [key := uuid4().hex]
    server = xllamacpp.Server(params)
    yield f"{server.listening_address}/v1/chat/completions", key
    del server


@pytest.fixture(params=["in process", "over http"])
def gemma(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LanguageModel:
    """The packaged model, in this process, and as a server that asks for a key."""
    if request.param == "in process":
        pytest.importorskip("xllamacpp", reason="needs the extra llm")
        return Local(threads=1)
    url, key = request.getfixturevalue("gemma_server")
    monkeypatch.setenv("POLYREC_TEST_KEY", key)
    return Http(url, "gemma", key_env="POLYREC_TEST_KEY", allow_user_text=True, concurrency=1)


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
