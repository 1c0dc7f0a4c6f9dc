"""The space of the items in two dimensions, before and after the language is taken out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.picture_style import (
    NORMAL,
    Sketch,
    Theme,
    drawable,
    new_figure,
    set_legend,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.core.types import Floats
    from polyrec.evaluation.content import Content, SpaceMap

N_COLORED = 8


def space(content: Content) -> Sketch | None:
    """Sketch the two maps; None where there are none or nothing is on them."""
    shown = content.space
    if shown is None or not len(shown.languages):
        return None
    before = _explained(shown.before, shown)
    after = _explained(shown.after, shown)
    return Sketch(
        name="space",
        title="The space before and after debiasing",
        caption="Each point is an item, its colour the language of its text; what lies close "
        "together counts as alike. Before, items gather by language; after each language's mean "
        "is taken away, the colours mix and topics decide.",
        alt="Of the spread of the items on the map, their language explains "
        f"{percent(before)} before debiasing and {percent(after)} after.",
        min_width=620,
        draw=lambda theme: _draw(theme, shown, (before, after)),
    )


def _explained(points: Floats, shown: SpaceMap) -> float:
    """Give the share of the points' variance that lies between the means of languages."""
    places = points.astype(np.float64)
    total = ((places - places.mean(axis=0)) ** 2).sum()
    inside = 0.0
    for tag in np.unique(shown.languages):
        own = places[shown.languages == tag]
        inside += ((own - own.mean(axis=0)) ** 2).sum()
    return float(1 - inside / total) if total > 0 else 0.0


def _draw(theme: Theme, shown: SpaceMap, explained: tuple[float, float]) -> Figure:
    from matplotlib.lines import Line2D

    tags = [tag for tag, _ in Counter(shown.languages.tolist()).most_common()]
    colors = dict(zip(tags[:N_COLORED], theme.languages, strict=False))
    figure = new_figure(theme, 9.6, 5.0)
    left, right = figure.subplots(1, 2)
    for axes, name, points, share in (
        (left, "before", shown.before, explained[0]),
        (right, "after", shown.after, explained[1]),
    ):
        _scatter(axes, theme, points, shown.languages.tolist(), colors)
        set_title(axes, theme, f"{name}: language explains {percent(share)} of the spread")
    _name_clusters(left, theme, shown, colors)
    if len(tags) > N_COLORED:
        colors[f"{len(tags) - N_COLORED} others"] = theme.others
    handles = [
        Line2D([], [], color=color, label=drawable(tag), linestyle="", marker="o", markersize=6)
        for tag, color in colors.items()
    ]
    set_legend(figure, theme, handles, columns=len(handles))
    return figure


def _scatter(
    axes: Axes,
    theme: Theme,
    points: Floats,
    tags: Sequence[str],
    colors: Mapping[str, str],
) -> None:
    style_axes(axes, theme)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(True)
    # shuffled, so that no language lies on top of all others
    order = np.random.default_rng(0).permutation(len(tags))
    dots = [colors.get(tags[i], theme.others) for i in order]
    size = float(np.clip(20000 / len(tags), 3, 24))
    axes.scatter(points[order, 0], points[order, 1], s=size, c=dots, alpha=0.75, linewidths=0)


def _name_clusters(axes: Axes, theme: Theme, shown: SpaceMap, colors: Mapping[str, str]) -> None:
    """Write each coloured language's tag at its middle, unless another one stands there."""
    from matplotlib.patheffects import withStroke

    extent = np.ptp(shown.before, axis=0)
    taken: list[Floats] = []
    for tag in colors:
        middle = np.median(shown.before[shown.languages == tag], axis=0)
        if any((np.abs(middle - other) < 0.06 * extent).all() for other in taken):
            continue
        taken.append(middle)
        axes.annotate(
            drawable(tag, longest=10),
            (float(middle[0]), float(middle[1])),
            ha="center",
            va="center",
            fontsize=NORMAL,
            fontweight="bold",
            color=theme.ink,
            parse_math=False,
            path_effects=[withStroke(linewidth=3, foreground=theme.page)],
        )
