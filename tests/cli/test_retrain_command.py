from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.live.models_folder import ModelsFolder, default_root
from polyrec.live.start import start
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.items import Items

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def models(content_model: str) -> ModelsFolder:
    """The shop's model in service, in the user's data folder."""
    database = Database()
    found = ModelsFolder(default_root(), database)
    start(found, Items(database), Path(content_model))
    Events(database).append([Event("new", "tea", "click"), Event("ada", "hobel", "purchase")])
    return found


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_model_is_made_anew_and_one_can_go_back(run: Run, models: ModelsFolder) -> None:
    made = answer(run("retrain", "--json"))
    assert (made["retrained"], made["version"], made["state"]) == (True, 2, "active")
    assert (made["users"], made["items"], made["interactions"], made["last_event"]) == (4, 7, 10, 2)
    assert made["hash"] == models.versions.get(2).hash
    listed = answer(run("versions", "--json"))
    assert [(row["version"], row["state"], row["error"]) for row in listed] == [
        (2, "active", ""),
        (1, "kept", ""),
    ]
    assert run("rollback").stdout == "version 1 serves\n"
    assert run("rollback").stdout == "version 2 serves\n"
    assert run("rollback", 1).stdout == "version 1 serves\n"
    shown = run("versions").stdout.splitlines()
    assert shown[0].split() == ["version", "state", "made", "hash", "last", "event", "error"]
    assert shown[2].split()[:2] == ["2", "kept"]
    assert shown[3].split()[:2] == ["1", "active"]


def test_what_is_done_is_said(run: Run, models: ModelsFolder, shop: Path) -> None:
    del models
    said = run("retrain", "--min-events", 3)
    assert said.stdout == "fewer than 3 events since: nothing to do\n"
    assert answer(run("retrain", "--min-events", 3, "--json")) == {"retrained": False}
    said = run("retrain", "--min-events", 2, "--plan", shop / "ease.toml", "--seed", 4)
    assert said.stdout.splitlines()[0].endswith("s: 4 users, 7 items, 10 interactions")
    assert said.stdout.splitlines()[-1] == "version 2 serves"
    facts = run("versions", "--json").stdout
    assert json.loads(facts)[0]["last_event"] == 2


def test_what_fails_is_said_with_its_code_and_kept(
    run: Run, models: ModelsFolder, tmp_path: Path
) -> None:
    del models
    (tmp_path / "bad.toml").write_text('[recommender]\nuse = "eas"\n')
    failed = run("retrain", "--plan", tmp_path / "bad.toml")
    assert failed.exit_code == 2
    assert "did you mean 'ease'" in failed.stderr
    rows = answer(run("versions", "--json"))
    assert [row["state"] for row in rows] == ["failed", "active"]
    assert rows[0]["error"] == "a setting cannot be used (UnknownNameError)"
    said = run("rollback", 2)
    assert (said.exit_code, "version 2 is gone" in said.stderr) == (3, True)


def test_to_what_is_damaged_or_gone_nobody_goes_back(run: Run, models: ModelsFolder) -> None:
    assert run("retrain").exit_code == 0
    folder = models.root / models.versions.get(1).folder
    (folder / "plan.toml").unlink()
    said = run("rollback")
    assert (said.exit_code, "plan.toml is not the file that was saved" in said.stderr) == (3, True)
    assert run("retrain").exit_code == 0
    assert not folder.exists()
    assert [row["state"] for row in answer(run("versions", "--json"))] == ["active", "kept", "gone"]
    said = run("rollback", 1)
    assert (said.exit_code, "version 1 is gone" in said.stderr) == (3, True)
    shutil.rmtree(models.root / models.versions.get(2).folder)
    said = run("rollback")
    assert (said.exit_code, "no version to go back to" in said.stderr) == (3, True)


def test_before_anything_serves_there_are_no_versions(run: Run, tmp_path: Path) -> None:
    options = ("--models", tmp_path / "models")
    assert "no versions yet" in run("versions", *options).stdout
    assert answer(run("versions", "--json", *options)) == []
    said = run("retrain", *options)
    assert (said.exit_code, "no model serves yet" in said.stderr) == (2, True)
    assert run("rollback", *options).exit_code == 3
