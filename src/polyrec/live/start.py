"""Which model a service starts with: one that is named for the first time, else what serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.files import locked
from polyrec.live.catalog import PAGE, to_items
from polyrec.live.faults import words_for
from polyrec.pipeline import artifact
from polyrec.store.versions import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from polyrec.data.catalog import Catalog
    from polyrec.live.models_folder import Loaded, ModelsFolder
    from polyrec.store.items import Item, Items
    from polyrec.store.versions import Version


def start(models: ModelsFolder, items: Items, folder: Path | None = None) -> Loaded:
    """Give the model that is to serve.

    A model that is named for the first time is taken in with its items, and serves. One that
    served before does not take the place of the one that serves now, which may be made of it.

    Args:
        models: the models in service.
        items: those of the database.
        folder: the model that is named, or None.

    Raises:
        ConfigError: none is named, and none has served.
        DataError: the folder is not a model, or no model can be read.
    """
    origin = None if folder is None else artifact.version_of(folder)
    with locked(models.root / f"start-{models.mark}.lock"):  # one after the other
        models.forget()
        versions = models.versions.all()
        loaded = None
        if folder is None or any(each.origin == origin and each.activated for each in versions):
            loaded = _serving(models, must=folder is None)
        if folder is not None and loaded is None:
            loaded = models.load(models.register(folder).number)
            bring(items, loaded.learned.catalog)
            models.versions.activate(loaded.version.number)
        models.prune()
    assert loaded is not None
    return loaded


def bring(items: Items, catalog: Catalog) -> None:
    """Put those items of a catalog into the database that it does not have.

    Raises:
        DataError: an id or a text is longer than a database keeps.
    """
    block: list[Item] = []
    for item in to_items(catalog):
        block.append(item)
        if len(block) == PAGE:
            _put(items, block)
            block = []
    _put(items, block)


def before(models: ModelsFolder, number: int) -> Version | None:
    """Give the version to go back to from one: that which served last before, and is there."""
    served = [
        each
        for each in models.versions.all()
        if each.state == KEPT and each.number != number and models.has(each)
    ]
    return max(served, key=lambda each: (each.activated is not None, each.activated), default=None)


def _serving(models: ModelsFolder, *, must: bool) -> Loaded | None:
    """Read the version that serves; one that cannot be read gives way to the one before it.

    Where there is none, it raises if one must be there.
    """
    while (active := models.versions.active()) is not None:
        try:
            return models.load(active.number)
        except DataError as error:
            instead = before(models, active.number)
            if instead is None and must:
                raise
            if instead is None:
                return None
            models.versions.fail(active.number, words_for(error), instead=instead.number)
    if must:
        hint = "name its folder, or use --demo"
        raise ConfigError("no model is given, and none has served", hint=hint)
    return None


def _put(items: Items, block: Iterable[Item]) -> None:
    new = list(block)
    known = items.get([item.id for item in new])
    items.put(item for item in new if item.id not in known)
