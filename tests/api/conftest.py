from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient

import polyrec
from polyrec.api.app import create_app
from polyrec.api.keys import SCOPES, Keys, new_key
from polyrec.api.serving import Serving
from polyrec.api.settings import Settings
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.live.live import Live
from polyrec.live.model import Model
from polyrec.live.overlay import Overlaid
from polyrec.pipeline import artifact
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CONTENT = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
    "ranker": {"use": "prefer-languages"},
}
TEXTS = {
    "saw": ("en", "hand saw for wood", "tools"),
    "saege": ("de", "säge für holz", "tools"),
    "plane": ("en", "plane for wood", "tools"),
    "hobel": ("de", "hobel für holz", "tools"),
    "flute": ("en", "wooden flute", "music"),
    "floete": ("de", "flöte aus holz", "music"),
    "tea": ("ja", "緑茶 日本", "food"),
}
ODD_IDS = (
    *("a/b", "/", "//a", "a/", "a b", "a?b=c#d", "100%", "%2F", "säge", "緑茶", "..", "."),
    *("a\nb", "b\n", "'; drop table", "<b>", "\U0001f600", "x" * 250, "events", "a/export"),
)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tools, flutes and tea in three languages; items and users with ids of all kinds."""
    odd = {name: ("en", f"thing of wood {n}", "odd") for n, name in enumerate(ODD_IDS)}
    rows = TEXTS | odd
    catalog = Catalog.from_texts(
        list(rows),
        [{language: text} for language, text, _ in rows.values()],
        category=[category for _, _, category in rows.values()],
    )
    at = list(rows).index
    pairs = [("ada", at("saw")), ("ada", at("plane")), ("eve", at("flute"))]
    pairs += [(user, at("saw")) for user in ODD_IDS]
    data = Dataset(catalog, Interactions.from_pairs(pairs), name="made")
    folder = tmp_path_factory.mktemp("service") / "model"
    polyrec.fit(data, Plan.from_table(CONTENT)).save(folder)
    return folder


@pytest.fixture(params=ODD_IDS, ids=ascii)
def odd_id(request: pytest.FixtureRequest) -> str:
    """An id of an item and of a user that is hard to write into an address."""
    return str(request.param)


@pytest.fixture(scope="session")
def texts() -> dict[str, tuple[str, str, str]]:
    """Language, text and category of each item with a plain id."""
    return TEXTS


@pytest.fixture(scope="session")
def model(model_folder: Path) -> Model:
    learned, version = artifact.load(model_folder)
    return Model.of(Overlaid.of(learned), version, made=artifact.made(model_folder))


@dataclass
class Desk:
    """A service, a client without a key, and a key for each scope, and for several."""

    serving: Serving
    client: TestClient
    keys: dict[str, str]

    def get(self, path: str, **params: Any) -> Any:
        return self.client.get(path, params=params or None, headers=self.open("read"))

    def post(self, **body: Any) -> Any:
        return self.client.post("/recommend", json=body, headers=self.open("read"))

    def write(self, path: str, *, scope: str = "write", method: str = "POST", **body: Any) -> Any:
        return self.client.request(method, path, json=body, headers=self.open(scope))

    def open(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}


@pytest.fixture
def open_desk(model: Model, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Make a service with other settings, and a database of its own."""
    opened: list[Live] = []

    def make(**settings: Any) -> Desk:
        held = {"read+write": ("read", "write"), "all": SCOPES} | {each: (each,) for each in SCOPES}
        made = {name: new_key(name, scopes) for name, scopes in held.items()}
        keys = Keys(record for _, record in made.values())
        live = Live(Database(str(tmp_path / f"{len(opened)}.sqlite")), model)
        opened.append(live)
        serving = Serving(live, keys, Settings(**settings))
        app = create_app(serving)
        client = TestClient(app, raise_server_exceptions=False)
        return Desk(serving, client, {name: key for name, (key, _) in made.items()})

    yield make
    for live in opened:
        live.close()


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
