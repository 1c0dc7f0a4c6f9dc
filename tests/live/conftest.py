from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.live.live import Live
from polyrec.live.model import Model
from polyrec.live.models_folder import ModelsFolder
from polyrec.live.overlay import Overlaid
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database
from polyrec.testing.worlds import TwoCamps, two_camps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from polyrec.pipeline.learned import Learned

CONTENT = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
}
PLANS: dict[str, dict[str, Any]] = {
    "content": CONTENT,
    "ease": {"recommender": {"use": "ease"}},
    "user-knn": {"recommender": {"use": "user-knn"}},
}
TEXTS = {
    "saw": "hand saw for wood",
    "plane": "plane for wood",
    "chisel": "chisel for wood",
    "flute": "flute for music",
    "harp": "harp for music",
    "drum": "drum for music",
}


@pytest.fixture(scope="session")
def shop() -> Dataset:
    """Three tools and three instruments; ada saws, eve plays the flute."""
    catalog = Catalog.from_texts(list(TEXTS), [{"en": text} for text in TEXTS.values()])
    pairs = [("ada", 0), ("eve", 3), ("bob", 3), ("joe", 0), ("joe", 1)]
    return Dataset(catalog, Interactions.from_pairs(pairs), name="shop")


@pytest.fixture(scope="session")
def learned(shop: Dataset) -> Learned:
    return polyrec.fit(shop, Plan.from_table(CONTENT)).learned


@pytest.fixture
def live(learned: Learned, database_url: str) -> Iterator[Live]:
    """A model in service on an empty database of each kind."""
    one = Live(Database(), Model.of(Overlaid.of(learned), "0" * 64))
    yield one
    one.close()


@pytest.fixture(scope="session")
def camps() -> TwoCamps:
    """Users u0 to u39 and items i0 to i39; even users chose even items, odd users odd ones."""
    return two_camps()


@pytest.fixture(scope="session")
def fit_model(camps: TwoCamps, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the folder of a model by the name of its recommender, fitted once."""
    folders: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name) / "model"
            polyrec.fit(camps.dataset, Plan.from_table(PLANS[name])).save(folders[name])
        return folders[name]

    return folder


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(str(tmp_path / "service.sqlite"))


@pytest.fixture
def models(tmp_path: Path, database: Database) -> ModelsFolder:
    return ModelsFolder(tmp_path / "models", database)
