from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyrec.live.models_folder import ModelsFolder
from polyrec.store.database import Database
from polyrec.store.tables import HEAD
from polyrec.store.users import User, Users

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]

pytestmark = pytest.mark.usefixtures("database_url")


def test_a_backup_is_written_and_restored_into_an_empty_database(
    run: Run, content_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database()
    Users(database).put([User("ada", "flutes", "en"), User("bob")])
    models = ModelsFolder(tmp_path / "models", database)
    made = models.register(Path(content_model))
    models.versions.activate(made.number)
    file = tmp_path / "saved"

    written = run("backup", file, "--models", models.root)
    assert written.exit_code == 0, written.output
    said = [line for line in written.stdout.splitlines() if "made " not in line]
    assert said == ["users: 2", "versions: 1", f"model {made.folder}"]
    assert f" UTC, version {HEAD}\n" in written.stdout

    refused = run("restore", file, "--models", tmp_path / "other")
    assert refused.exit_code == 3
    assert "is not empty: it holds rows of " in refused.stderr

    monkeypatch.setenv("POLYREC_DATABASE", str(tmp_path / "other.sqlite"))
    restored = run("restore", file, "--models", tmp_path / "other", "--json")
    assert restored.exit_code == 0, restored.output
    facts = json.loads(restored.stdout)
    assert facts["counts"] == {"users": 2, "versions": 1}
    (model,) = facts["models"]
    assert [user.id for user in Users(Database()).page()] == ["ada", "bob"]
    assert (tmp_path / "other" / model / "manifest.json").is_file()


def test_an_empty_database_has_no_backup(run: Run, tmp_path: Path) -> None:
    refused = run("backup", tmp_path / "saved", "--models", tmp_path / "models")
    assert refused.exit_code == 3
    assert "is empty\nsee POLYREC_DATABASE" in refused.stderr
    assert not (tmp_path / "saved").exists()
