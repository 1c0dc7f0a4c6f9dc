"""Writes what a health check found to a folder: JSON, tables in Markdown, a picture twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from polyrec.core.files import write_whole
from polyrec.evaluation.health.picture import health_picture
from polyrec.evaluation.health.tables import to_markdown
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.evaluation.health.check import Health


def write_health(health: Health, folder: Path) -> Path:
    """Write `health.md`, `health.json`, `health-light.png` and `health-dark.png`.

    Returns:
        The Markdown file.
    """
    sketch = health_picture(health)
    page = to_markdown(health)
    page += f"\n![{sketch.alt}](health-light.png)\n\n{sketch.caption}\n"
    for theme in (LIGHT, DARK):
        write_whole(folder / f"health-{theme.name}.png", to_png(sketch.draw(theme)))
    table = json.dumps(health.to_table(), indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / "health.json", table)
    write_whole(folder / "health.md", page)
    return folder / "health.md"
