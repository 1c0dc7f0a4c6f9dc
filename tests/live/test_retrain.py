from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, EngineError
from polyrec.core.types import Query
from polyrec.live import retrain as retraining
from polyrec.live.models_folder import ModelsFolder
from polyrec.live.retrain import check_answers, retrain
from polyrec.live.start import start
from polyrec.models.ease import Ease
from polyrec.pipeline import artifact
from polyrec.pipeline.service import Service
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.items import Item, Items
from polyrec.store.users import Users
from polyrec.store.versions import ACTIVE, FAILED, KEPT, MADE
from polyrec.testing.unpacked import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.data.dataset import Dataset
    from polyrec.pipeline.fitted import Fitted
    from polyrec.store.database import Database

SLOW = """
import sys, time
from polyrec.live import retrain
from polyrec.live.models_folder import ModelsFolder
from polyrec.store.database import Database

def slow(learned):
    print("waiting", flush=True)
    time.sleep(600)

retrain.check_answers = slow
database = Database(sys.argv[1])
retrain.retrain(ModelsFolder(sys.argv[2], database), database)
"""


@pytest.fixture
def begin(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> Callable[..., int]:
    """Let a model serve, and give its number."""

    def number(name: str = "user-knn") -> int:
        return start(models, Items(database), fit_model(name)).version.number

    return number


def states(models: ModelsFolder) -> list[str]:
    return [each.state for each in reversed(models.versions.all())]


def lists(models: ModelsFolder, number: int, *users: str) -> list[list[str]]:
    service = Service(models.load(number).learned)
    found = [service.recommend(Query(user_id=user, k=3)).items for user in users]
    return [[item.item_id for item in items] for items in found]


def parities(found: list[list[str]]) -> set[int]:
    return {int(item[1:]) % 2 for items in found for item in items}


@pytest.mark.parametrize("name", ["content", "ease", "user-knn"])
def test_what_happened_is_learned(
    models: ModelsFolder, database: Database, begin: Callable[..., int], name: str
) -> None:
    first = begin(name)
    users = [f"new{i}" for i in range(6)]
    odd = [f"i{i}" for i in range(1, 40, 2)]
    sent = [Event(user, i, "purchase") for n, user in enumerate(users) for i in odd[n : n + 9]]
    sent += [Event("u0", f"i{i}", "dislike") for i in range(0, 40, 2)]  # changed their mind
    sent += [Event("u0", item, "purchase") for item in odd[:9]]
    Events(database).append(sent)
    made = retrain(models, database)
    assert made is not None
    assert states(models) == [KEPT, ACTIVE]
    assert made.version == models.versions.active()
    assert made.version.last_event == Events(database).last_number()
    assert made.version.origin == models.versions.get(first).origin
    assert (made.users, made.items) == (46, 40)
    number = made.version.number
    assert parities(lists(models, number, *users, "u0", "u1", "u3")) == {1}
    assert parities(lists(models, number, "u2", "u4")) == {0}
    assert parities(lists(models, first, "u0", "u2")) == {0}
    again = retrain(models, database)
    assert again is not None
    assert again.interactions == made.interactions  # nothing counts twice
    assert lists(models, again.version.number, *users) == lists(models, number, *users)


def test_new_items_are_learned_and_deleted_ones_are_not_there(
    models: ModelsFolder, database: Database, begin: Callable[..., int]
) -> None:
    begin("ease")
    Items(database).delete(["i4"])
    Items(database).put([Item("lute", {"de": "Laute"})])
    Events(database).append([Event(f"u{i}", "lute", "purchase") for i in range(0, 40, 4)])
    made = retrain(models, database)
    assert made is not None
    learned = models.load(made.version.number).learned
    assert "i4" not in learned.catalog.ids
    assert learned.histories.chosen[learned.catalog.ids.index("lute")]
    found = lists(models, made.version.number, *(f"u{i}" for i in range(2, 40, 4)))
    assert any("lute" in items for items in found)
    assert Items(database).count() == 40  # the model brings none of its items back


def test_the_plan_and_seed_are_those_of_what_serves_or_others(
    models: ModelsFolder, database: Database, begin: Callable[..., int], tmp_path: Path
) -> None:
    begin("content")
    (tmp_path / "plan.toml").write_text('[recommender]\nuse = "ease"\nl2 = 7.0\n')
    other = retrain(models, database, plan=tmp_path / "plan.toml", seed=5)
    assert other is not None
    learned = models.load(other.version.number).learned
    assert (learned.plan.to_table()["recommender"]["l2"], learned.seed) == (7.0, 5)
    same = retrain(models, database)
    assert same is not None
    learned = models.load(same.version.number).learned
    assert (learned.plan.to_table()["recommender"]["l2"], learned.seed) == (7.0, 5)


def test_stars_are_learned_by_models_of_stars(
    models: ModelsFolder, database: Database, begin: Callable[..., int], tmp_path: Path
) -> None:
    begin("ease")
    (tmp_path / "plan.toml").write_text('[recommender]\nuse = "biased-mf"\nfactors = 2\n')
    pairs = [(i, j) for i in range(9) for j in range(9)]
    sent = [Event(f"u{i}", f"i{j}", "rating", rating=1 + 2 * (j % 3)) for i, j in pairs]
    Events(database).append(sent)
    made = retrain(models, database, plan=tmp_path / "plan.toml")
    assert made is not None
    histories = models.load(made.version.number).learned.histories
    assert set(histories.weights.tolist()) == {1.0, 3.0, 5.0}


def test_too_few_events_are_left_for_later(
    models: ModelsFolder, database: Database, begin: Callable[..., int]
) -> None:
    begin()
    Events(database).append([Event("new", "i1", "click"), Event("new", "i3", "click")])
    assert retrain(models, database, min_events=3) is None
    assert retrain(models, database, min_events=2) is not None
    assert retrain(models, database, min_events=1) is None
    assert states(models) == [KEPT, ACTIVE]


def test_a_plan_that_cannot_be_used_leaves_the_old_model(
    models: ModelsFolder, database: Database, begin: Callable[..., int], tmp_path: Path
) -> None:
    first = begin()
    (tmp_path / "plan.toml").write_text('[recommender]\nuse = "item-knn"\nweighting = "none"\n')
    with pytest.raises(ConfigError, match="weighting"):
        retrain(models, database, plan=tmp_path / "plan.toml")
    assert states(models) == [ACTIVE, FAILED]
    active, failed = models.versions.active(), models.versions.last()
    assert active is not None
    assert failed is not None
    assert active.number == first
    assert failed.error == "a setting cannot be used (ConfigError)"
    assert not models.has(failed)
    assert not [path for path in models.root.iterdir() if path.name.endswith(models.mark)]


@pytest.mark.parametrize(
    "fault", [MemoryError, KeyboardInterrupt, EngineError, DataError, KeyError]
)
def test_whatever_fails_leaves_the_old_model(
    models: ModelsFolder,
    database: Database,
    begin: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    fault: type[BaseException],
) -> None:
    first = begin()

    def failing(*_: object, **__: object) -> Fitted:
        raise fault("user u17, /root/models")

    monkeypatch.setattr(retraining, "fit", failing)
    with pytest.raises(fault):
        retrain(models, database)
    assert states(models) == [ACTIVE, FAILED]
    failed = models.versions.last()
    assert failed is not None
    assert f"({fault.__name__})" in failed.error
    assert "u17" not in failed.error
    assert "/root" not in failed.error
    monkeypatch.undo()
    assert retrain(models, database) is not None
    assert states(models) == [KEPT, FAILED, ACTIVE]
    assert models.has(models.versions.get(first))


def test_a_model_that_does_not_answer_does_not_serve(
    models: ModelsFolder,
    database: Database,
    begin: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin("ease")
    fit = retraining.fit

    def bad(data: Dataset, plan: object, **options: int) -> Fitted:
        fitted = fit(data, plan, **options)  # type: ignore[arg-type]
        recommender = fitted.learned.plan.recommender
        assert isinstance(recommender, Ease)
        assert recommender.weights_ is not None
        recommender.weights_ = recommender.weights_ * np.float32(np.nan)
        return fitted

    monkeypatch.setattr(retraining, "fit", bad)
    with pytest.raises(DataError, match=r"^the new model has no list for 10 of 10 who were asked"):
        retrain(models, database)
    assert states(models) == [ACTIVE, FAILED]


def test_a_model_that_answers_is_let_through(fit_model: Callable[[str], Path]) -> None:
    for name in ("content", "ease", "user-knn"):
        check_answers(artifact.load(fit_model(name))[0])


def test_without_a_model_there_is_nothing_to_make_anew(
    models: ModelsFolder, database: Database
) -> None:
    with pytest.raises(ConfigError, match=r"^no model serves yet; start one: polyrec serve MODEL$"):
        retrain(models, database)
    assert states(models) == []


def test_one_is_made_at_a_time(
    models: ModelsFolder, database: Database, begin: Callable[..., int]
) -> None:
    begin()
    said = "^a new version is being made already$"
    with models.making(), pytest.raises(EngineError, match=said):
        retrain(ModelsFolder(models.root, database), database)
    assert states(models) == [ACTIVE]
    assert retrain(models, database) is not None


def test_one_who_goes_back_meanwhile_is_not_overruled(
    models: ModelsFolder,
    database: Database,
    begin: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = begin("content"), begin("ease")
    fit = retraining.fit

    def slow(data: Dataset, plan: object, **options: int) -> Fitted:
        models.versions.activate(first)
        return fit(data, plan, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(retraining, "fit", slow)
    made = retrain(models, database)
    assert made is not None
    assert made.version.state == MADE
    assert states(models) == [ACTIVE, KEPT, MADE]
    assert all(models.has(models.versions.get(number)) for number in (first, second, 3))


def test_who_is_deleted_meanwhile_is_not_in_the_new_model(
    models: ModelsFolder,
    database: Database,
    begin: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin()
    Events(database).append([Event("new", "i1", "click"), Event("u17", "i1", "click")])
    fit = retraining.fit

    def slow(data: Dataset, plan: object, **options: int) -> Fitted:
        for user in ("new", "u17"):
            Users(database).delete(user, actor="test")
        models.forget()
        return fit(data, plan, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(retraining, "fit", slow)
    made = retrain(models, database)
    assert made is not None
    learned = models.load(made.version.number).learned
    assert not {"new", "u17"} & set(learned.users.names)
    found = unpacked(models.root)
    assert b'"u17"' not in found
    assert b'"new"' not in found
    # and who comes back is learned anew, and stays
    monkeypatch.undo()
    Events(database).append([Event("new", "i1", "click")])
    for _ in range(2):
        again = retrain(models, database)
        assert again is not None
        models.forget()
        assert "new" in models.load(again.version.number).learned.users


def test_what_is_killed_half_way_leaves_nothing(
    models: ModelsFolder, database: Database, begin: Callable[..., int]
) -> None:
    first = begin()
    Events(database).append([Event("new", "i1", "click")])
    command = [sys.executable, "-c", SLOW, database.named, str(models.root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stdout.readline() == b"waiting\n"
    assert any(models.root.glob("making-*/model/manifest.json"))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    active = models.versions.active()
    assert active is not None
    assert active.number == first
    assert states(models) == [ACTIVE]
    models.prune()
    assert not [path for path in models.root.glob("making-*") if path.is_dir()]
    assert retrain(models, database) is not None
    assert states(models) == [KEPT, ACTIVE]
