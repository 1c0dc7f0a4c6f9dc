from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import polyrec
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.live.live import Live
from polyrec.live.model import Model
from polyrec.live.overlay import Overlaid
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.pipeline.learned import Learned

CONTENT = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
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
