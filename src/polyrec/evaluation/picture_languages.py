"""How well each language's items are found, bars side by side for the models that matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.picture_style import (
    SMALL,
    Sketch,
    Theme,
    drawable,
    new_figure,
    set_legend,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_choice import by_catalog, measure_name, split_name, tag_of
from polyrec.evaluation.report_numbers import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.evaluation.content import Content
    from polyrec.evaluation.report_choice import Choice
    from polyrec.evaluation.rows import Row

MIN_USERS = 5
MOST_LANGUAGES = 16
FOCUS = ("content", "ease", "hybrid-raw", "hybrid", "hybrid-en")
MOST_MODELS = len(FOCUS)

Panel = tuple[str, list[str], dict[str, list["Row | None"]]]
"""A split, its languages, and by model one row (or None) per language."""


def languages(content: Content, choice: Choice) -> Sketch | None:
    """Sketch recall (or else nDCG) by the test item's language; None where nothing was measured."""
    for measure in ("recall", "ndcg"):
        panels = [p for s in choice.splits if (p := _panel(content, choice, s, measure))]
        if panels:
            break
    else:
        return None
    return Sketch(
        name="languages",
        title="By language of the item",
        caption="How many of the held-out items in each language are found, most frequent language "
        "of the catalog first; the thin lines are 95 % intervals. Bars of even height mean that "
        f"no language is served worse. Languages tested on fewer than {MIN_USERS} users are left "
        "out.",
        alt=_alt(panels),
        min_width=760,
        draw=lambda theme: _draw(theme, panels),
    )


def _panel(content: Content, choice: Choice, split: str, measure: str) -> Panel | None:
    parts = choice.slices("language:", split=split)
    models = [m for m in choice.models if any(choice.get(split, m, measure, p) for p in parts)]
    models = [m for m in models if m in FOCUS] or models[:MOST_MODELS]

    def enough(part: str) -> bool:
        rows = [choice.get(split, m, measure, part) for m in models]
        return any(row is not None and row.n >= MIN_USERS for row in rows)

    tags = by_catalog([tag_of(p) for p in parts if enough(p)], content)[:MOST_LANGUAGES]
    if not tags:
        return None
    rows = {m: [choice.get(split, m, measure, f"language:{t}") for t in tags] for m in models}
    return split, tags, rows


def _alt(panels: Sequence[Panel]) -> str:
    split, tags, by_model = panels[0]
    sentences = []
    for model, rows in by_model.items():
        found = [(row.value, tag) for row, tag in zip(rows, tags, strict=True) if row]
        if found:
            (low, worst), (high, best) = min(found), max(found)
            sentences.append(f"{model} from {plain(low)} ({worst}) to {plain(high)} ({best})")
    return f"{split_name(split)}, by language: {'; '.join(sentences)}."


def _draw(theme: Theme, panels: Sequence[Panel]) -> Figure:
    from matplotlib.patches import Patch

    figure = new_figure(theme, 9.6, 0.5 + 2.7 * len(panels))
    all_axes = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
    models = list(dict.fromkeys(m for panel in panels for m in panel[2]))
    colors = {m: _color(theme, m, i) for i, m in enumerate(models)}
    for axes, panel in zip(all_axes, panels, strict=True):
        style_axes(axes, theme, grid="y")
        _bars(axes, theme, panel, colors)
    patches = [Patch(color=colors[m], label=drawable(m)) for m in models]
    set_legend(figure, theme, patches, columns=len(models))
    return figure


def _bars(axes: Axes, theme: Theme, panel: Panel, colors: dict[str, str]) -> None:
    split, tags, by_model = panel
    centres, width = np.arange(len(tags)), 0.8 / len(by_model)
    users = [0] * len(tags)
    name = ""
    for i, (model, rows) in enumerate(by_model.items()):
        x = centres + (i - (len(by_model) - 1) / 2) * width
        values = np.array([(r.value, r.low, r.high) if r else (np.nan,) * 3 for r in rows])
        axes.bar(x, values[:, 0], 0.9 * width, color=colors[model])
        axes.vlines(x, values[:, 1], values[:, 2], color=theme.ink, linewidth=0.8, alpha=0.65)
        users = [max(n, r.n if r else 0) for n, r in zip(users, rows, strict=True)]
        name = next((measure_name(r) for r in rows if r), name)
    labels = [f"{drawable(tag, longest=10)}\nn={n}" for tag, n in zip(tags, users, strict=True)]
    axes.set_xticks(centres, labels=labels, parse_math=False)
    axes.set_xlim(-0.6, len(tags) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(name, fontsize=SMALL, color=theme.muted)
    set_title(axes, theme, split_name(split))


def _color(theme: Theme, model: str, place: int) -> str:
    """Give a model its colour; those in focus keep theirs whoever else is drawn."""
    return theme.series[(FOCUS.index(model) if model in FOCUS else place) % len(theme.series)]
