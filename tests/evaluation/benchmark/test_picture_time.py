from __future__ import annotations

import io
import itertools
from typing import Any

import pytest
from matplotlib.text import Annotation
from PIL import Image

from polyrec.evaluation.benchmark.picture_time import points, quality_against_time
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

NAMES = (
    *("hybrid", "ease", "item-knn", "rp3beta", "user-knn", "content", "popularity"),
    *("implicit:als", "implicit:bpr", "implicit:bm25", "rectools:ease", "rectools:pure-svd"),
    *("rectools:tfidf", "lenskit:item-knn", "lenskit:user-knn", "lenskit:implicit-mf"),
    *("cornac:bpr", "cornac:ease", "cornac:item-knn", "lightfm:warp"),
)


def document(crowded: bool) -> dict[str, Any]:
    """Make a document of twenty models, or of three at the same place."""
    rows, runs = [], []
    names = NAMES[:3] if crowded else NAMES
    for split, place in itertools.product(("random", "cold-items"), range(len(names))):
        value = 0.2 if crowded else 0.42 - 0.021 * place
        row = {"split": split, "model": names[place], "slice": "all", "measure": "ndcg"}
        rows.append({**row, "value": value, "low": value - 0.02, "high": value + 0.02})
        seconds = 0.0 if crowded else 0.02 * 1.4 ** ((7 * place) % 20)
        runs += [{"model": names[place], "split": split, "fit_s": seconds * f} for f in (1, 2, 1)]
    how = {"splits": ["random", "cold-items"], "k": 20, "threads": 2}
    return {"protocol": how, "rows": rows, "runs": runs}


@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_dot_has_its_name_and_no_name_lies_on_another(theme: Any, crowded: bool) -> None:
    sketch = quality_against_time(document(crowded))
    assert sketch is not None
    figure = sketch.draw(theme)
    renderer = figure.canvas.get_renderer()
    for axes in figure.axes:
        names = [each for each in axes.texts if isinstance(each, Annotation)]
        assert len(names) == (3 if crowded else len(NAMES))
        boxes = [super(Annotation, name).get_window_extent(renderer) for name in names]
        for one, other in itertools.combinations(boxes, 2):
            assert not one.overlaps(other)
        room = axes.get_window_extent(renderer)
        assert all(room.x0 <= box.x0 and box.x1 <= room.x1 for box in boxes)


def test_it_is_a_picture() -> None:
    sketch = quality_against_time(document(crowded=False))
    assert sketch is not None
    with Image.open(io.BytesIO(to_png(sketch.draw(DARK)))) as image:
        assert image.width > 1000
    assert "hybrid is best with 0.420" in sketch.alt
    assert "2 threads. Peers are hollow" in sketch.caption


def test_seconds_are_the_median_and_never_zero() -> None:
    found = points(document(crowded=False), "random")
    assert found[0][:2] == ("hybrid", 0.02)
    assert points(document(crowded=True), "random")[0][1] == 0.01


def test_many_models_that_find_nothing_are_named_together() -> None:
    made = document(crowded=False)
    for row in made["rows"]:
        if row["split"] == "cold-items" and row["model"] not in ("hybrid", "content"):
            row |= {"value": 0.0, "low": 0.0, "high": 0.0}
    sketch = quality_against_time(made)
    assert sketch is not None
    _, axes = sketch.draw(LIGHT).axes
    assert [each.get_text() for each in axes.texts] == [
        *("hybrid", "content", "18 models find none: 0.000"),
    ]


def test_nothing_measured_gives_no_picture() -> None:
    nothing = document(crowded=False) | {"rows": []}
    assert quality_against_time(nothing) is None
