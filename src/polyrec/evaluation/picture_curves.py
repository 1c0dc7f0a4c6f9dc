"""How networks learned: loss and quality epoch by epoch, and where they stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.picture_style import (
    SMALL,
    Sketch,
    Theme,
    new_figure,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_numbers import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.core.types import Floats
    from polyrec.evaluation.content import Content

FEW = 12
"""Below so many epochs a line has dots, as it may be no more than a dot."""


def curves(content: Content) -> Sketch | None:
    """Sketch the learning curves; None where nothing was learned in epochs."""
    found = {model: curve for model, curve in content.curves.items() if len(curve)}
    if not found:
        return None
    return sketch_of(
        found,
        title="How networks learned",
        best="The dot is the epoch that was best: for so long the model then learned from all of "
        "the training data. Shown is the fit of the last split and seed.",
    )


def sketch_of(found: Mapping[str, Floats], *, title: str, best: str) -> Sketch:
    """Sketch learning curves side by side.

    Args:
        found: by name, rows of epoch, loss and nDCG@20, the latter two NaN where unknown.
        title: what the picture shows.
        best: what the dot at the best epoch means.
    """
    return Sketch(
        name="curves",
        title=title,
        caption="Above, the mean loss of an epoch; below, nDCG@20 on choices held out inside the "
        f"training data, from which it is seen when to stop. {best}",
        alt=" ".join(_said(model, curve) for model, curve in found.items()),
        min_width=160 + 220 * len(found),
        draw=lambda theme: _draw(theme, found),
    )


def _said(model: str, curve: Floats) -> str:
    best = _best(curve)
    if best is None:
        return f"{model} learned for {curve[-1, 0]:.0f} epochs."
    return (
        f"{model} was best after {curve[best, 0]:.0f} of {curve[-1, 0]:.0f} epochs, with nDCG@20 "
        f"{plain(float(curve[best, 2]))}."
    )


def _best(curve: Floats) -> int | None:
    """Give the place of the best epoch; None where no quality is known."""
    return None if np.isnan(curve[:, 2]).all() else int(np.nanargmax(curve[:, 2]))


def _draw(theme: Theme, found: Mapping[str, Floats]) -> Figure:
    figure = new_figure(theme, max(4.8, 3.4 * len(found)), 4.2)
    both = figure.subplots(2, len(found), squeeze=False, sharex="col")
    for column, (model, curve) in enumerate(found.items()):
        above, below = both[:, column]
        best = _best(curve)
        _line(above, theme, curve[:, :2], best, theme.muted)
        _line(below, theme, curve[:, [0, 2]], best, theme.accent)
        set_title(above, theme, model)
        below.set_xlabel("epoch", fontsize=SMALL, color=theme.muted)
        _whole_numbers(below)
    for row, name in enumerate(("loss", "nDCG@20, held out")):
        both[row, 0].set_ylabel(name, fontsize=SMALL, color=theme.muted)
    return figure


def _line(axes: Axes, theme: Theme, points: Floats, best: int | None, color: str) -> None:
    style_axes(axes, theme, grid="y")
    if np.isnan(points[:, 1]).all():
        axes.set_yticks([])
        axes.text(0.5, 0.5, "unknown", transform=axes.transAxes, ha="center", color=theme.muted)
        return
    axes.plot(*points.T, color=color, linewidth=1.8, marker="." if len(points) < FEW else "")
    axes.margins(x=0.1, y=0.25)  # labels stay in their panel
    if best is not None:
        axes.axvline(points[best, 0], color=theme.line, linewidth=1.0, zorder=0)
    if best is not None and not np.isnan(points[best, 1]):
        ends_low = 0 < best == len(points) - 1 and points[best, 1] < points[best - 1, 1]
        axes.plot(*points[best], marker="o", markersize=6.5, color=color, zorder=3)
        axes.annotate(
            plain(float(points[best, 1])),
            points[best],
            xytext=(0, -15 if ends_low else 8),  # not on the line that comes down to it
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=theme.ink,
        )


def _whole_numbers(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
