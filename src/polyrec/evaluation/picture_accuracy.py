"""The accuracy of every model, a dot with its interval, one panel per split."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from polyrec.evaluation.picture_style import (
    SMALL,
    Sketch,
    Theme,
    drawable,
    new_figure,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_choice import is_oracle, measure_name, split_name
from polyrec.evaluation.report_numbers import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.evaluation.report_choice import Choice
    from polyrec.evaluation.rows import Row

Panel = tuple[str, "Mapping[str, Row]"]


def accuracy(choice: Choice) -> Sketch | None:
    """Sketch nDCG by split and model; None where it was not measured."""
    panels: list[Panel] = []
    for split in choice.splits:
        found = {m: row for m in choice.models if (row := choice.get(split, m, "ndcg"))}
        if found:
            panels.append((split, found))
    if not panels:
        return None
    models = [m for m in choice.models if any(m in found for _, found in panels)]
    oracle = any(is_oracle(model) for model in models)
    hollow = " A hollow dot is no competitor: it reads every text in English." if oracle else ""
    return Sketch(
        name="accuracy",
        title="Accuracy by model",
        caption="Each dot is a model's mean over users and seeds, the line through it its 95 % "
        f"interval; further right is better.{hollow}",
        alt=_alt(panels),
        min_width=320 + 200 * len(panels),
        draw=lambda theme: _draw(theme, models, panels),
    )


def _alt(panels: Sequence[Panel]) -> str:
    sentences = []
    for split, found in panels:
        rows = [r for r in found.values() if not is_oracle(r.model)] or list(found.values())
        best, worst = max(rows, key=lambda r: r.value), min(rows, key=lambda r: r.value)
        sentences.append(
            f"{split_name(split)}: {best.model} is best with {measure_name(best)} "
            f"{plain(best.value)}; {worst.model} has {plain(worst.value)}."
        )
    return " ".join(sentences)


def _draw(theme: Theme, models: Sequence[str], panels: Sequence[Panel]) -> Figure:
    figure = new_figure(theme, 9.6, 1.0 + 0.36 * len(models))
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)[0]
    places = {model: len(models) - 1 - i for i, model in enumerate(models)}
    for axes, (split, found) in zip(all_axes, panels, strict=True):
        style_axes(axes, theme, grid="x")
        _dots(axes, theme, places, found)
        set_title(axes, theme, split_name(split))
        row = next(iter(found.values()))
        axes.set_xlabel(measure_name(row), fontsize=SMALL, color=theme.muted)
    values = [row.value for _, found in panels for row in found.values()]
    ends = [row.high for _, found in panels for row in found.values() if row.high == row.high]
    right = max(*values, *ends, 0.01)
    # room for the figure at the right end
    all_axes[0].set_xlim(min(0.0, *values), 1.18 * right)
    labels = [drawable(m) for m in models]
    all_axes[0].set_yticks(list(places.values()), labels=labels, parse_math=False)
    all_axes[0].set_ylim(-0.6, len(models) - 0.4)
    return figure


def _dots(axes: Axes, theme: Theme, places: Mapping[str, int], found: Mapping[str, Row]) -> None:
    competing = [r.value for m, r in found.items() if not is_oracle(m)]
    best = max(competing, default=None)
    for model, row in found.items():
        color = theme.accent if row.value == best else theme.muted
        y = places[model]
        axes.hlines(y, row.low, row.high, color=color, linewidth=2, alpha=0.55)
        fill = theme.page if is_oracle(model) else color
        axes.plot(
            [row.value],
            [y],
            marker="o",
            markersize=6.5,
            color=color,
            markerfacecolor=fill,
            clip_on=False,
            zorder=3,
        )
        right = row.value if math.isnan(row.high) else max(row.value, row.high)
        axes.annotate(
            plain(row.value),
            (right, y),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=theme.ink if row.value == best else theme.muted,
        )
