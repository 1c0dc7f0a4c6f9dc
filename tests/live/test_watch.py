from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError, EngineError
from polyrec.core.types import Query
from polyrec.live.live import Live
from polyrec.live.start import start
from polyrec.live.watch import Watch
from polyrec.store.users import Users
from polyrec.store.versions import ACTIVE, FAILED, KEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database
    from polyrec.store.versions import Version


@pytest.fixture
def live(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> Iterator[Live]:
    one = Live(database, models=models)
    one.take(start(models, one.items, fit_model("content")))
    yield one
    one.close()


@pytest.fixture
def watch(live: Live, models: ModelsFolder) -> Iterator[Watch]:
    one = Watch(live, models, every_s=0.02)
    yield one
    one.stop()


def let_serve(models: ModelsFolder, folder: Path) -> Version:
    return models.versions.activate(models.register(folder).number)


def states(models: ModelsFolder) -> list[str]:
    return [each.state for each in reversed(models.versions.all())]


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_another_version_is_taken_and_one_can_go_back(
    live: Live, watch: Watch, models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    first = live.serving()
    watch.look()
    assert live.serving() is first
    assert watch.last_retrain is None
    second = let_serve(models, fit_model("ease"))
    watch.look()
    assert (live.serving().number, live.serving().version) == (second.number, second.hash)
    assert watch.last_retrain is not None
    assert (watch.last_retrain.state, watch.last_retrain.error) == ("active", "")
    models.versions.activate(first.number)
    watch.look()
    assert live.serving().number == first.number
    assert watch.last_retrain.state == "kept"
    # who had begun goes on with what was there
    assert first.service.recommend(Query(user_id="u0")).mode == "personal"


@pytest.mark.parametrize("damage", ["a flipped byte", "a missing file", "a cut file", "no folder"])
def test_a_damaged_version_is_refused_and_the_old_one_goes_on(
    watch: Watch, fit_model: Callable[[str], Path], damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    live, models = watch.live, watch.models
    first = live.serving()
    second = let_serve(models, fit_model("ease"))
    folder = models.root / second.folder
    file = folder / "arrays.npz"
    whole = file.read_bytes()
    file.unlink()
    if damage == "a flipped byte":
        file.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
    elif damage == "a cut file":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "no folder":
        shutil.rmtree(folder)
    with caplog.at_level("INFO", logger="polyrec.live"):
        watch.look()
        watch.look()
    assert live.serving() is first
    assert states(models) == [ACTIVE, FAILED]
    assert watch.last_retrain is not None
    said = "the data or the model cannot be used (DataError)"
    assert (watch.last_retrain.state, watch.last_retrain.error) == ("failed", said)
    assert [record.message for record in caplog.records] == [
        f'{{"event": "a model was refused", "version": {second.number}, "error": "{said}"}}'
    ]
    assert live.answer(Query(user_id="u0"))[0] is first


def test_a_fault_that_passes_says_nothing_of_the_version(
    live: Live,
    watch: Watch,
    models: ModelsFolder,
    fit_model: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = let_serve(models, fit_model("ease"))

    def full(number: int) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(models, "load", full)
        with pytest.raises(MemoryError):
            watch.look()
    assert states(models) == [KEPT, ACTIVE]
    watch.look()
    assert live.serving().number == second.number


def test_the_watch_goes_on_after_faults_and_says_each_once(
    watch: Watch,
    fit_model: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    live, models = watch.live, watch.models
    faults: list[Exception] = [EngineError("down"), EngineError("down"), KeyError("a fault")]
    active = models.versions.active
    monkeypatch.setattr("polyrec.live.watch.LONGEST_S", 0.02)

    def failing() -> Version | None:
        if faults:
            raise faults.pop(0)
        return active()

    monkeypatch.setattr(models.versions, "active", failing)
    second = let_serve(models, fit_model("ease"))
    with caplog.at_level("INFO", logger="polyrec.live"):
        watch.start()
        wait_for(lambda: live.serving().number == second.number)
        watch.stop()
    said = [record.message for record in caplog.records]
    assert len(said) == 3
    assert "an engine or the database failed (EngineError)" in said[0]
    assert "a fault of polyrec (KeyError)" in said[1]
    assert "a model was taken" in said[2]


def test_one_that_another_service_has_refused_is_not_refused_twice(
    live: Live,
    watch: Watch,
    models: ModelsFolder,
    fit_model: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = live.serving().number
    second = let_serve(models, fit_model("ease")).number
    load = models.load

    def refused(number: int) -> object:
        models.versions.fail(second, "damaged", instead=first)
        shutil.rmtree(models.root / models.versions.get(second).folder)
        return load(number)

    monkeypatch.setattr(models, "load", refused)
    watch.look()
    assert models.versions.get(second).error == "damaged"
    assert live.serving().number == first


def test_while_neither_version_is_any_good_the_watch_looks_less_and_less_often(
    live: Live, watch: Watch, models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    first = live.serving()
    second = let_serve(models, fit_model("ease"))
    models.versions.fail(first.number, "damaged")
    shutil.rmtree(models.root / second.folder)
    with pytest.raises(DataError, match="is gone"):
        watch.look()
    assert live.serving() is first
    assert states(models) == [FAILED, ACTIVE]


def test_who_was_deleted_by_another_program_is_taken_out(
    live: Live, watch: Watch, models: ModelsFolder, database: Database
) -> None:
    before = live.serving()
    Users(database).delete("u17", actor="a program")
    watch.look()
    now = live.serving()
    assert now.number == before.number
    assert now.version != before.version
    assert "u17" not in now.service.learned.users
    assert len(now.service.learned.users) == 39
    active = models.versions.active()
    assert active is not None
    assert now.version == active.hash
    watch.look()
    assert live.serving() is now


def test_it_ends_at_once_while_it_waits(live: Live, models: ModelsFolder) -> None:
    watch = Watch(live, models, every_s=60)
    watch.start()
    started = time.monotonic()
    watch.stop()
    assert time.monotonic() - started < 2
