"""A benchmark's folder: `benchmark.json`, `benchmark.md`, and the picture in light and dark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from polyrec.core.files import write_whole
from polyrec.evaluation.benchmark.page import page
from polyrec.evaluation.benchmark.picture_time import quality_against_time
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

JSON, PAGE, PICTURE = "benchmark.json", "benchmark.md", "quality-time"


def write_benchmark(document: Mapping[str, Any], folder: Path) -> Path:
    """Write a document, its page and its picture into a folder; give the path of the page."""
    write_whole(folder / JSON, json.dumps(document, indent=1, allow_nan=False) + "\n")
    drawn = draw(document, folder / PICTURE)
    title = f"Benchmark: {document['data']['name']}"
    shown = page(document, title=title, pictures=f"{PICTURE}" if drawn else "")
    write_whole(folder / PAGE, shown)
    return folder / PAGE


def draw(document: Mapping[str, Any], path: Path) -> bool:
    """Draw the picture as `PATH-light.png` and `PATH-dark.png`; false where there is nothing."""
    sketch = quality_against_time(document)
    for theme in (LIGHT, DARK):
        file = path.with_name(f"{path.name}-{theme.name}.png")
        if sketch is None:
            file.unlink(missing_ok=True)
        else:
            write_whole(file, to_png(sketch.draw(theme)))
    return sketch is not None
