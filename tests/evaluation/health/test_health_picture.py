from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from polyrec.evaluation.health.check import Health
from polyrec.evaluation.health.picture import health_picture
from polyrec.evaluation.health.rows import ALL, HealthRow
from polyrec.evaluation.health.write import write_health
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

if TYPE_CHECKING:
    from pathlib import Path

SPACES = ("raw", "centred", "language-mean", "lir", "lsar", "plan")
MEASURES = ("map", "same-language", "to-pivot", "from-pivot", "hub-skewness", "anti-hubs")
FACTS = {
    "encoder": "made",
    "test": "texts",
    "sentences": 9,
    "texts": 27,
    "languages": 3,
    "pivot": "en",
    "k": 10,
    "statistics": "others",
    "statistics_texts": 30,
    "languages_without_statistics": [],
    "texts_per_second": 100.0,
    "cores": 2,
    "seed": 0,
}


def made(*, is_pool: bool = True) -> Health:
    rows = [
        HealthRow(space, tag, measure, value := 0.2 + 0.1 * place, value - 0.02, value + 0.02, 9)
        for place, space in enumerate(SPACES)
        for measure in (*MEASURES, "map-shuffled", "to-pivot-shuffled")
        for tag in (ALL, "en", "de", "推薦$x^$")
        if is_pool or measure in ("to-pivot", "from-pivot")
    ]
    nan = float("nan")
    blind = ("map", "same-language-pool", "to-pivot", "from-pivot")
    rows += [HealthRow("chance", ALL, measure, 0.11, nan, nan, 9) for measure in blind]
    return Health(rows, SPACES, ["en", "de", "推薦$x^$"], is_pool, FACTS)


@pytest.mark.parametrize("is_pool", [True, False])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_it_is_drawn_on_a_light_and_on_a_dark_page(theme: object, is_pool: bool) -> None:
    drawn = to_png(health_picture(made(is_pool=is_pool)).draw(theme))  # type: ignore[arg-type]
    corner = Image.open(io.BytesIO(drawn)).convert("RGB").getpixel((1, 1))
    page = np.array(to_rgb(theme.page)) * 255  # type: ignore[attr-defined]
    assert np.abs(np.asarray(corner) - page).max() <= 2


def test_it_says_its_main_figures_in_words() -> None:
    assert health_picture(made()).alt == (
        "mAP is 0.200 in the raw space and 0.700 with plan. Of the ten nearest texts 20\u00a0% are "
        "in the asking language in the raw space and 70\u00a0% with plan; the pool has 11\u00a0%."
    )
    assert health_picture(made(is_pool=False)).alt.startswith("accuracy to en is 0.200")


def test_a_folder_gets_tables_figures_and_both_pictures(tmp_path: Path) -> None:
    page = write_health(made(), tmp_path / "out")
    names = sorted(file.name for file in page.parent.iterdir())
    assert names == ["health-dark.png", "health-light.png", "health.json", "health.md"]
    assert "| raw | 0.200 | 0.180 to 0.220 |" in page.read_text("utf-8")
    table = json.loads((page.parent / "health.json").read_text("utf-8"))
    assert table["facts"]["test"] == "texts"
    assert table["rows"][-1]["low"] is None
