from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import EngineError
from polyrec.live import schedule as scheduling
from polyrec.live.schedule import Schedule
from polyrec.live.start import start
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.items import Items
from polyrec.store.versions import ACTIVE, FAILED, KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database


@pytest.fixture
def served(models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]) -> Path:
    """The folder of the version that serves."""
    return models.root / start(models, Items(database), fit_model("user-knn")).version.folder


@pytest.fixture
def begun(models: ModelsFolder, database: Database) -> Iterator[Callable[..., Schedule]]:
    """Begin a schedule, which ends with the test."""
    made: list[Schedule] = []

    def begin(**rules: float) -> Schedule:
        made.append(Schedule(models, database, look_s=0.02, **rules))  # type: ignore[arg-type]
        made[-1].start()
        return made[-1]

    yield begin
    for each in made:
        each.stop()


def send(database: Database, n: int) -> None:
    Events(database).append([Event(f"new{i}", "i1", "click") for i in range(n)])


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def states(models: ModelsFolder) -> list[str]:
    return [each.state for each in reversed(models.versions.all())]


@pytest.mark.usefixtures("served")
def test_after_so_many_events_a_new_version_is_made(
    models: ModelsFolder,
    database: Database,
    begun: Callable[..., Schedule],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO", logger="polyrec.live"):
        schedule = begun(after=3)
        send(database, 2)
        time.sleep(0.2)
        assert not schedule.is_due()
        send(database, 1)
        assert schedule.is_due()
        wait_for(lambda: states(models) == [KEPT, ACTIVE])
        wait_for(lambda: '{"event": "a fit has ended"' in caplog.text)
    assert not schedule.is_due()
    active = models.versions.active()
    assert active is not None
    assert active.last_event == 3
    assert "new0" not in caplog.text


@pytest.mark.usefixtures("served")
def test_what_has_become_old_is_made_anew(
    models: ModelsFolder, begun: Callable[..., Schedule]
) -> None:
    schedule = Schedule(models, models.versions.database, every_s=3600.0)
    assert not schedule.is_due()
    begun(every_s=0.5)
    wait_for(lambda: len(states(models)) > 1)


@pytest.mark.usefixtures("served")
def test_one_that_is_made_already_is_waited_for(models: ModelsFolder, database: Database) -> None:
    schedule = Schedule(models, database, every_s=0.001)
    assert schedule.is_due()
    with models.making():
        assert not schedule.is_due()


def test_before_anything_serves_nothing_is_due(models: ModelsFolder, database: Database) -> None:
    assert not Schedule(models, database, every_s=0.001, after=1).is_due()


def test_after_a_failure_it_waits_longer_and_longer(
    served: Path,
    begun: Callable[..., Schedule],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(scheduling, "PAUSE_S", 0.1)
    (served / "plan.toml").unlink()
    with caplog.at_level("INFO", logger="polyrec.live"):
        models = begun(after=1).models
        send(models.versions.database, 1)
        wait_for(lambda: caplog.text.count("a fit has failed") == 2)
    assert '"code": 3, "again_after_s": 0.1' in caplog.text
    assert '"code": 3, "again_after_s": 0.2' in caplog.text
    assert states(models)[:3] == [ACTIVE, FAILED, FAILED]
    failed = models.versions.all()[-2]
    assert failed.error == "the data or the model cannot be used (DataError)"


@pytest.mark.usefixtures("served")
def test_one_that_is_killed_is_a_version_that_failed(
    models: ModelsFolder,
    database: Database,
    begun: Callable[..., Schedule],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scheduling, "COMMAND", ["/bin/sh", "-c", "exec sleep 600", "#"])
    schedule = begun(after=1)
    send(database, 1)
    wait_for(lambda: schedule._process is not None)
    assert schedule._process is not None
    pid = schedule._process.pid
    wait_for(lambda: os.getpriority(os.PRIO_PROCESS, pid) == scheduling.NICE)
    os.kill(schedule._process.pid, signal.SIGKILL)
    wait_for(lambda: states(models) == [ACTIVE, FAILED])
    assert models.versions.all()[0].error == "the process was killed (signal 9)"


@pytest.mark.usefixtures("served")
def test_a_fit_ends_with_the_service(
    models: ModelsFolder,
    database: Database,
    begun: Callable[..., Schedule],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    # one that does not listen, and has a child of its own
    script = f"trap '' TERM; touch {tmp_path}/ready; sleep 600; :"
    monkeypatch.setattr(scheduling, "END_S", 0.5)
    monkeypatch.setattr(scheduling, "COMMAND", ["/bin/sh", "-c", script, "#"])
    schedule = begun(after=1)
    send(database, 1)
    wait_for((tmp_path / "ready").exists)
    wait_for(lambda: schedule._process is not None)
    process = schedule._process
    assert process is not None
    schedule.stop()
    assert process.poll() is not None
    assert _alive_in(process.pid) == []
    assert states(models) == [ACTIVE]


@pytest.mark.usefixtures("served")
def test_a_fault_of_the_database_is_said_once_and_outlived(
    models: ModelsFolder,
    database: Database,
    begun: Callable[..., Schedule],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    faults: list[Exception] = [EngineError("down"), EngineError("down")]
    all_versions = models.versions.all

    def failing() -> object:
        if faults:
            raise faults.pop()
        return all_versions()

    monkeypatch.setattr(models.versions, "all", failing)
    with caplog.at_level("INFO", logger="polyrec.live"):
        begun(after=1)
        send(database, 1)
        wait_for(lambda: "a fit has begun" in caplog.text)
    assert caplog.text.count("whether a fit is due cannot be told") == 1


def _alive_in(group: int) -> list[str]:
    """List the processes of a group that have not ended."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = file.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        if int(of) == group and state != "Z":
            found.append(file.parent.name)
    return found


def test_a_fit_runs_no_code_of_the_folder_that_the_service_was_started_in(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit('code of a stranger')", "utf-8")
    command = [*scheduling.COMMAND, "--help"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
