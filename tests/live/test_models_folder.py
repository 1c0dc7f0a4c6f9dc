from __future__ import annotations

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.core.types import Query
from polyrec.live.models_folder import ModelsFolder
from polyrec.pipeline import artifact
from polyrec.pipeline.service import Service
from polyrec.store.database import Database
from polyrec.store.forgotten import Forgotten
from polyrec.store.users import Users
from polyrec.store.versions import ACTIVE, FAILED, MADE, Version
from polyrec.testing.unpacked import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def delete(database: Database, *users: str) -> None:
    for user in users:
        Users(database).delete(user, actor="admin")


def served(models: ModelsFolder, folder: Path, n: int) -> list[Version]:
    """Take a model in and let it serve, several times."""
    made = [models.register(folder) for _ in range(n)]
    for each in made:
        models.versions.activate(each.number)
    return made


def folders(models: ModelsFolder) -> set[str]:
    return {path.name for path in models.root.iterdir() if path.is_dir()}


def test_a_model_is_taken_in_as_it_came_and_can_be_read(
    models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    came = artifact.version_of(fit_model("content"))
    version = models.register(fit_model("content"), last_event=4)
    assert (version.state, version.hash, version.origin) == (MADE, came, came)
    assert (version.last_event, version.last_forgotten) == (4, 0)
    loaded = models.load(version.number)
    assert (loaded.version, loaded.last_forgotten) == (version, 0)
    assert len(loaded.learned.users) == 40
    assert (models.root / version.folder / "arrays.npz").samefile(
        fit_model("content") / "arrays.npz"
    )
    assert stat.S_IMODE(models.root.stat().st_mode) == 0o700
    assert folders(models) == {version.folder}


def test_what_is_no_whole_model_is_not_taken_in(
    models: ModelsFolder, fit_model: Callable[[str], Path], tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="is not a model"):
        models.register(tmp_path)
    shutil.copytree(fit_model("content"), tmp_path / "cut")
    whole = (tmp_path / "cut" / "arrays.npz").read_bytes()
    (tmp_path / "cut" / "arrays.npz").write_bytes(whole[:-100])
    with pytest.raises(DataError, match=r"arrays\.npz is not the file that was saved"):
        models.register(tmp_path / "cut")
    assert folders(models) == set()
    assert models.versions.all() == []


def test_users_who_were_deleted_are_left_out_of_what_comes_later(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    delete(database, "u3", "nobody", "u17")
    came = artifact.version_of(fit_model("user-knn"))
    version = models.register(fit_model("user-knn"))
    assert version.hash != version.origin == came
    assert version.last_forgotten == Forgotten(database).last_number()
    assert b'"u17"' not in unpacked(models.root)
    assert folders(models) == {version.folder}
    learned = models.load(version.number).learned
    assert len(learned.users) == 38
    assert "u3" not in learned.users
    # one that knows of the deletions may have learned of the same user anew
    knows = models.register(fit_model("user-knn"), last_forgotten=version.last_forgotten)
    assert "u3" in models.load(knows.number).learned.users


@pytest.mark.parametrize("name", ["content", "ease", "user-knn"])
def test_who_is_deleted_is_taken_out_of_all_folders(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path], name: str
) -> None:
    before = served(models, fit_model(name), 2)
    delete(database, "u17")
    loaded = models.load(before[1].number)  # not rewritten yet, and yet without them
    assert "u17" not in loaded.learned.users
    assert loaded.last_forgotten == Forgotten(database).last_number()
    assert b'"u17"' in unpacked(models.root)
    models.forget()
    assert b'"u17"' not in unpacked(models.root)
    after = models.versions.all()[::-1]
    for old, new in zip(before, after, strict=True):
        assert (new.number, new.origin) == (old.number, old.origin)
        assert new.hash != old.hash
        assert new.hash == artifact.version_of(models.root / new.folder)
        assert new.last_forgotten == Forgotten(database).last_number()
        answer = Service(models.load(new.number).learned).recommend(Query(user_id="u17"))
        assert answer.mode == "popular"
    assert folders(models) == {each.folder for each in after}


def test_who_is_named_is_taken_out_and_who_else_was_deleted_is_too(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    (version,) = served(models, fit_model("content"), 1)
    delete(database, "u17")
    models.forget(["u17", "u18"])  # who was not deleted stays
    users = models.load(version.number).learned.users
    assert ("u17" in users, "u18" in users) == (False, True)
    delete(database, "u3", "u5")
    models.forget(["u5", "nobody"])
    assert not {"u3", "u5"} & set(models.load(version.number).learned.users.names)


def test_a_folder_that_does_not_know_them_stays_as_it_is(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    (before,) = served(models, fit_model("content"), 1)
    delete(database, "somebody")
    models.forget()
    after = models.versions.get(before.number)
    assert (after.folder, after.hash) == (before.folder, before.hash)
    assert after.last_forgotten == Forgotten(database).last_number()


def test_a_folder_that_is_damaged_keeps_nobody(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    damaged, whole = served(models, fit_model("content"), 2)
    for name in ("catalog.parquet", "manifest.json"):
        (models.root / damaged.folder / name).unlink()
    (models.root / damaged.folder / "manifest.json").write_text("{")
    delete(database, "u17")
    models.forget()
    assert b'"u17"' not in unpacked(models.root)
    assert folders(models) == {models.versions.get(whole.number).folder}
    with pytest.raises(
        DataError, match=f"^version {damaged.number} is gone; see polyrec versions$"
    ):
        models.load(damaged.number)


def test_what_is_damaged_or_another_model_is_not_given(
    models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    first, second = served(models, fit_model("content"), 2)
    file = models.root / first.folder / "arrays.npz"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.unlink()
    file.write_bytes(data)
    with pytest.raises(DataError, match=r"arrays\.npz is not the file that was saved"):
        models.load(first.number)
    shutil.rmtree(models.root / second.folder)
    artifact.copy(fit_model("ease"), models.root / second.folder)
    with pytest.raises(DataError, match=f"holds another model than version {second.number}"):
        models.load(second.number)
    with pytest.raises(UnknownIdError):
        models.load(99)
    failed = models.versions.fail_new("no-folder", "no")
    with pytest.raises(DataError, match=f"^version {failed.number} is gone"):
        models.load(failed.number)


def test_what_serves_and_what_served_before_it_are_kept(
    models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    versions = served(models, fit_model("content"), 4)
    models.versions.activate(versions[1].number)  # one went back
    waiting = models.register(fit_model("content"))
    models.versions.fail(models.register(fit_model("content")).number, "no")
    other = ModelsFolder(models.root, Database(str(models.root / "other.sqlite")))
    others = other.register(fit_model("content"))
    (models.root / f".{models.new_name()}.xyz").mkdir()  # what was killed leaves
    (models.root / f".{models.new_name()}.xyz.old").mkdir()
    (models.root / models.new_name()).mkdir()
    (models.root / "thesis").mkdir()
    for row in (versions[0], versions[3]):  # as after a backup of another database
        (models.root / row.folder).rename(models.root / f"of-another-{row.number}")
        models.versions.put(
            row.number, folder=f"of-another-{row.number}", hash=row.hash, last_forgotten=0
        )
    models.prune()
    assert folders(models) == {
        versions[1].folder,
        f"of-another-{versions[3].number}",
        waiting.folder,
        others.folder,
        "thesis",
    }


def test_nothing_is_deleted_before_anything_serves(
    models: ModelsFolder, fit_model: Callable[[str], Path]
) -> None:
    version = models.register(fit_model("content"))
    models.prune()
    assert folders(models) == {version.folder}


def test_several_may_use_the_folder_at_once(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    (version,) = served(models, fit_model("content"), 1)

    def work(turn: int) -> int:
        own = ModelsFolder(models.root, database)
        if turn % 4 == 0:
            delete(database, f"u{turn}")
            own.forget()
        elif turn % 4 == 1:
            own.prune()
        elif turn % 4 == 2:
            own.register(fit_model("content"))
        return len(own.load(version.number).learned.users)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, range(12)))
    assert set(found) <= {37, 38, 39, 40}
    assert len(models.load(version.number).learned.users) == 37
    assert all(b'"u%d"' % turn not in unpacked(models.root) for turn in (0, 4, 8))
    assert [each.state for each in models.versions.all()].count(ACTIVE) == 1
    assert FAILED not in [each.state for each in models.versions.all()]
