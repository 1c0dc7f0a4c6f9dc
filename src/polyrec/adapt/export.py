"""What an adapted folder gets once its weights are written: its health, its curves, its card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.card import CARD_FILE, card
from polyrec.core.errors import ConfigError
from polyrec.core.files import write_whole
from polyrec.encode.adapted import read_facts
from polyrec.evaluation.health.verdict import judge_adapted
from polyrec.evaluation.picture_curves import sketch_of
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.evaluation.health.verdict import Verdict


def complete(folder: Path, *, final: Path | None = None, **texts: Any) -> Verdict:
    """Check the health of adapted weights, draw how they were learned, and write the card.

    Args:
        folder: holds the weights and `polyrec.json`.
        final: where the folder will lie, for the card; None for where it lies now.
        **texts: `on`, `statistics`, `sentences` and `seed`, as `polyrec health` has them.

    Returns:
        The verdict, which stands in the folder too.

    Raises:
        ConfigError: the folder is not one that polyrec adapted.
    """
    if read_facts(folder) is None:
        raise ConfigError(f"{folder} is no adapted model", hint="polyrec adapt makes one")
    verdict = judge_adapted(folder, **texts)
    facts = read_facts(folder) or {}
    draw_curve(folder, facts)
    write_card(folder, final=final)
    return verdict


def write_card(folder: Path, *, final: Path | None = None) -> None:
    """Write the card anew, from what the folder says of itself."""
    write_whole(folder / CARD_FILE, card(read_facts(folder) or {}, folder, final or folder))


def draw_curve(folder: Path, facts: dict[str, Any]) -> None:
    """Draw loss and quality by epoch, for light and for dark pages, where they are known."""
    rows = facts.get("curve") or []
    if not rows:
        return
    curve = np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=np.float32)
    sketch = sketch_of(
        {str(facts.get("base", "the encoder")): curve},
        title="How the encoder learned",
        best="The dot is the epoch that was best: its weights are kept. Epoch 0 is the base.",
    )
    for theme in (LIGHT, DARK):
        write_whole(folder / f"{sketch.name}-{theme.name}.png", to_png(sketch.draw(theme)))
