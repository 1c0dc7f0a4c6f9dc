from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import polyrec
from polyrec.client import Client
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.pipeline.plan import Plan
from polyrec.testing.served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD_IDS = ("a/b", "/", "a?b=c#d", "100%", "%2F", "緑茶", "..", ".", "a\nb", "\U0001f600", "x" * 250)
TEXTS = {
    "saw": ("en", "hand saw for wood"),
    "saege": ("de", "säge für holz"),
    "plane": ("en", "plane for wood"),
    "hobel": ("de", "hobel für holz"),
    "flute": ("en", "wooden flute"),
}
PLAN = {"encoder": {"use": "hashing"}, "recommender": {"use": "content"}}


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that runs."""
    rows = TEXTS | {name: ("en", f"thing of wood {n}") for n, name in enumerate(ODD_IDS)}
    catalog = Catalog.from_texts(list(rows), [{tag: text} for tag, text in rows.values()])
    data = Dataset(catalog, Interactions.from_pairs([("ada", 0), ("ada", 2), ("eve", 4)]))
    folder = tmp_path_factory.mktemp("client")
    polyrec.fit(data, Plan.from_table(PLAN)).save(folder / "model")
    with served(folder / "model", folder / "operator") as running:
        yield running


@pytest.fixture
def client(service: Served) -> Iterator[Client]:
    """A client with a key that opens everything."""
    with Client(f"http://127.0.0.1:{service.port}", key=service.key) as opened:
        yield opened


@pytest.fixture(params=ODD_IDS, ids=ascii)
def odd_id(request: pytest.FixtureRequest) -> str:
    """An id that is hard to write into an address."""
    return str(request.param)
