from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from polyrec.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

ITEMS = """\
item_id,language,text,category
saw,en,"Hand saw
for wood",tools
säge,de,Handsäge für Holz,tools
plane,en,Plane for wood,tools
hobel,de,Hobel für Holz,tools
flute,en,Wooden flute,music
flöte,de,Flöte aus Holz,music
tea,ja,緑茶,food
"""

EVENTS = """\
user_id,item_id
ada,saw
ada,plane
ada,säge
bob,saw
bob,plane
bob,hobel
eve,flute
eve,flöte
"""

CONTENT = """\
[encoder]
use = "hashing"
[debias]
use = "language-mean"
[recommender]
use = "content"
"""

EASE = """\
[recommender]
use = "ease"
"""


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small catalog in three languages, interactions, and two plans."""
    folder = tmp_path_factory.mktemp("shop")
    files = {"items.csv": ITEMS, "events.csv": EVENTS, "content.toml": CONTENT, "ease.toml": EASE}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def data(shop: Path) -> list[str]:
    """The options that name the shop's data."""
    return ["--catalog", str(shop / "items.csv"), "--interactions", str(shop / "events.csv")]


@pytest.fixture(scope="session")
def content_model(shop: Path, data: list[str]) -> str:
    return _fitted(shop, data, "content")


@pytest.fixture(scope="session")
def ease_model(shop: Path, data: list[str]) -> str:
    return _fitted(shop, data, "ease")


def _fitted(shop: Path, data: list[str], plan: str) -> str:
    out = shop / f"{plan}-model"
    args = ["fit", *data, "--plan", str(shop / f"{plan}.toml"), "--out", str(out)]
    result = CliRunner().invoke(cli, args, prog_name="polyrec")
    assert result.exit_code == 0, result.output
    return str(out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process, 100 columns wide."""
    monkeypatch.setenv("COLUMNS", "100")

    def invoke(*args: Any) -> Result:
        return CliRunner().invoke(cli, [str(arg) for arg in args], prog_name="polyrec")

    return invoke
