from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.catalog import Catalog
from polyrec.live import catalog as catalogs
from polyrec.live.models_folder import ModelsFolder
from polyrec.live.start import bring, start
from polyrec.pipeline import artifact
from polyrec.store.items import Item, Items
from polyrec.store.users import Users
from polyrec.store.versions import ACTIVE, FAILED, KEPT, Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from polyrec.store.database import Database


@pytest.fixture
def items(database: Database) -> Items:
    return Items(database)


def states(models: ModelsFolder) -> list[str]:
    return [each.state for each in reversed(models.versions.all())]


def active(models: ModelsFolder) -> Version:
    found = models.versions.active()
    assert found is not None
    return found


def spoil(models: ModelsFolder, version: Version) -> None:
    """Cut a file of a version."""
    file = models.root / version.folder / "arrays.npz"
    whole = file.read_bytes()
    file.unlink()  # it has another name elsewhere
    file.write_bytes(whole[:-1])


def test_a_model_that_is_named_for_the_first_time_brings_its_items_and_serves(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    items.put([Item("i3", {"en": "changed by hand"}), Item("more", {"en": "a further one"})])
    loaded = start(models, items, fit_model("content"))
    assert active(models).number == loaded.version.number
    assert loaded.version.hash == artifact.version_of(fit_model("content"))
    assert items.count() == 41
    assert items.get(["i3"])["i3"].texts == {"en": "changed by hand"}
    shown = items.get(["i4"])["i4"]
    assert shown.category == "even"
    assert shown.texts == loaded.learned.catalog.texts[4]


def test_a_restart_does_not_undo_what_was_made_since(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    first = start(models, items, fit_model("content")).version
    since = models.register(fit_model("ease"), origin=first.origin)
    models.versions.activate(since.number)
    items.delete(["i5"])
    for named in (fit_model("content"), None):
        assert start(models, items, named).version.number == since.number
    assert items.count() == 39
    other = start(models, items, fit_model("user-knn")).version
    assert active(models).number == other.number
    assert items.count() == 40  # one that comes for the first time brings its items
    assert start(models, items, fit_model("content")).version.number == other.number


def test_what_was_taken_in_and_never_served_is_taken_in_again(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    models.register(fit_model("content"))  # and then the process was killed
    assert start(models, items, fit_model("content")).version.number == 2
    assert active(models).number == 2
    assert len([each for each in models.versions.all() if models.has(each)]) == 1


def test_one_that_cannot_be_read_gives_way_to_the_one_before(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    first = start(models, items, fit_model("content")).version
    second = start(models, items, fit_model("ease")).version
    spoil(models, second)
    assert start(models, items).version.number == first.number
    assert states(models) == [ACTIVE, FAILED]
    said = models.versions.get(second.number).error
    assert said == "the data or the model cannot be used (DataError)"
    assert not models.has(second)
    spoil(models, first)
    with pytest.raises(DataError, match=r"arrays\.npz is not the file that was saved"):
        start(models, items)
    assert states(models) == [ACTIVE, FAILED]


def test_where_the_one_before_is_damaged_too_another_one_serves(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    made = [models.register(fit_model(name)) for name in ("content", "ease", "user-knn")]
    for each in made:
        models.versions.activate(each.number)
    spoil(models, made[1])
    shutil.rmtree(models.root / made[2].folder)
    assert start(models, items).version.number == made[0].number
    assert states(models) == [ACTIVE, FAILED, FAILED]


def test_a_model_that_is_named_is_taken_in_again_where_nothing_else_can_be_read(
    models: ModelsFolder, items: Items, fit_model: Callable[[str], Path]
) -> None:
    start(models, items, fit_model("content"))
    shutil.rmtree(models.root)
    with pytest.raises(DataError, match="version 1 is gone"):
        start(models, items)
    assert start(models, items, fit_model("content")).version.number == 2
    assert states(models) == [KEPT, ACTIVE]


def test_of_several_that_start_at_once_one_takes_the_model_in(
    models: ModelsFolder, database: Database, fit_model: Callable[[str], Path]
) -> None:
    folder = fit_model("content")

    def begin(_: int) -> int:
        own = ModelsFolder(models.root, database)
        return start(own, Items(database), folder).version.number

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(begin, range(4))) == {1}
    assert states(models) == [ACTIVE]


def test_without_a_model_nothing_serves(models: ModelsFolder, items: Items, tmp_path: Path) -> None:
    said = "^no model is given, and none has served; name its folder, or use --demo$"
    with pytest.raises(ConfigError, match=said):
        start(models, items)
    with pytest.raises(DataError, match="is not a model"):
        start(models, items, tmp_path)
    assert states(models) == []


def test_who_was_deleted_while_nothing_ran_is_taken_out_at_the_start(
    models: ModelsFolder, items: Items, database: Database, fit_model: Callable[[str], Path]
) -> None:
    start(models, items, fit_model("content"))
    Users(database).delete("u17", actor="admin")
    loaded = start(models, items)
    assert "u17" not in loaded.learned.users
    assert loaded.version.hash == artifact.version_of(models.root / loaded.version.folder)
    assert "u17" not in artifact.users_of(models.root / loaded.version.folder)
    assert states(models) == [ACTIVE] != [KEPT]


def test_many_items_are_brought_in_blocks(items: Items, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polyrec.live.start.PAGE", 3)
    names = [f"n{i}" for i in range(8)]
    some = Catalog.from_texts(names, [{"en": f"text {name}"} for name in names])
    items.put([Item("n4", {"de": "schon da"})])
    bring(items, some)
    assert [each.id for each in catalogs.all_items(items)] == names
    assert items.get(["n4"])["n4"].texts == {"de": "schon da"}
