"""Quality against time to fit: a dot per model with its interval, one panel per split."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, Literal

from polyrec.core.counted import counted
from polyrec.evaluation.picture_style import (
    NORMAL,
    SMALL,
    Sketch,
    Theme,
    drawable,
    new_figure,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_choice import split_name
from polyrec.evaluation.report_numbers import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

Point = tuple[str, float, float, float, float]
"""A model, its seconds, its nDCG and the ends of the interval."""

NOTHING, MOST_NOTHING = 0.0005, 3
"""More models than that whose nDCG is 0.000 are named together."""

FASTEST_S = 0.01
"""What is faster is drawn here: below it, time is that of the clock and the loop."""


def quality_against_time(document: Mapping[str, Any]) -> Sketch | None:
    """Sketch nDCG against the median seconds to fit; None where nothing was measured."""
    splits = document["protocol"]["splits"]
    panels = [(split, found) for split in splits if (found := points(document, split))]
    if not panels:
        return None
    k, threads = document["protocol"]["k"], document["protocol"]["threads"]
    return Sketch(
        name="quality-time",
        title="Quality against time",
        caption="Higher is better, further left is faster. Each dot is a model, the line through "
        f"it the 95 % interval of its nDCG@{k}; the seconds are those of one fit with "
        f"{counted(threads, 'thread')}. Peers are hollow.",
        alt=" ".join(_said(split, found) for split, found in panels),
        min_width=360 * len(panels),
        draw=lambda theme: _draw(theme, panels, k),
    )


def points(document: Mapping[str, Any], split: str) -> list[Point]:
    """Give the models of one split, best first."""
    found = []
    for row in document["rows"]:
        place = (row["split"], row["slice"], row["measure"])
        if place == (split, "all", "ndcg") and row["value"] is not None:
            model = row["model"]
            seconds = statistics.median(
                r["fit_s"] for r in document["runs"] if (r["model"], r["split"]) == (model, split)
            )
            found.append((model, max(seconds, FASTEST_S), row["value"], row["low"], row["high"]))
    return sorted(found, key=lambda point: -point[2])


def _said(split: str, found: Sequence[Point]) -> str:
    best, worst = found[0], found[-1]
    return (
        f"{split_name(split)}: {best[0]} is best with {plain(best[2])} after {best[1]:.1f} s; "
        f"{worst[0]} has {plain(worst[2])}."
    )


def _draw(theme: Theme, panels: Sequence[tuple[str, Sequence[Point]]], k: int) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = new_figure(theme, 10.4 if len(panels) > 1 else 6.4, 5.2)
    canvas = FigureCanvasAgg(figure)
    all_axes = figure.subplots(1, len(panels), squeeze=False, sharex=True, sharey=True)[0]
    every = [point for _, found in panels for point in found]
    for axes, (split, found) in zip(all_axes, panels, strict=True):
        style_axes(axes, theme, grid="y")
        axes.spines["bottom"].set_visible(True)
        axes.set_xscale("log")
        _dots(axes, theme, found)
        set_title(axes, theme, split_name(split))
        axes.set_xlabel("seconds to fit", fontsize=SMALL, color=theme.muted)
    low, high = min(p[1] for p in every), max(p[1] for p in every)
    all_axes[0].set_xlim(low / 2.2, high * 4.5)
    all_axes[0].set_ylim(bottom=min(0.0, *(p[3] for p in every)) - 0.03)
    all_axes[0].set_ylabel(f"nDCG@{k}", fontsize=SMALL, color=theme.muted)
    all_axes[0].xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    all_axes[0].minorticks_off()
    canvas.draw()  # type: ignore[no-untyped-call]  # places the axes, so that labels can be put where there is room
    for axes, (_, found) in zip(all_axes, panels, strict=True):
        nothing = [point for point in found if point[2] < NOTHING]
        together = nothing if len(nothing) > MOST_NOTHING else []
        _label(axes, theme, found, [point for point in found if point not in together])
        if together:
            _label_together(axes, theme, together)
    return figure


def _color(theme: Theme, place: int, model: str) -> str:
    if place == 0:
        return theme.accent
    return theme.series[2] if is_peer(model) else theme.muted


def is_peer(model: str) -> bool:
    """Say whether a model is one of another library: `implicit:als`."""
    return ":" in model


def _dots(axes: Axes, theme: Theme, found: Sequence[Point]) -> None:
    for place, (model, seconds, value, low, high) in enumerate(found):
        color = _color(theme, place, model)
        axes.vlines(seconds, low, high, color=color, linewidth=1.6, alpha=0.5)
        axes.plot(
            [seconds],
            [value],
            marker="o",
            markersize=6,
            color=color,
            markerfacecolor=theme.page if is_peer(model) else color,
            zorder=3,
        )


def _label_together(axes: Axes, theme: Theme, found: Sequence[Point]) -> None:
    """Say how many dots lie on the ground."""
    middle = (min(p[1] for p in found) * max(p[1] for p in found)) ** 0.5
    axes.annotate(
        f"{len(found)} models find none: {plain(0.0)}",
        (middle, 0.0),
        xytext=(0, 10),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL,
        color=theme.muted,
    ).set_in_layout(False)


def _label(axes: Axes, theme: Theme, found: Sequence[Point], named: Sequence[Point]) -> None:
    """Name dots, the best first, where no other name, dot or edge of the axes is in the way.

    A name that finds no room near its dot goes further away, on a thin line.
    """
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    taken: list[Bbox] = [box for point in found for box in _boxes_of_dot(axes, point)]
    names: list[Bbox] = []
    room = axes.get_window_extent(renderer)
    for place, (model, seconds, value, *_) in enumerate(named):
        text = axes.annotate(
            drawable(model),
            (seconds, value),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=SMALL if place else NORMAL,
            color=theme.ink if place == 0 else theme.muted,
            va="center",
            parse_math=False,
            arrowprops={"arrowstyle": "-", "color": theme.line, "linewidth": 0.7, "shrinkB": 4},
        )
        text.set_in_layout(False)
        chosen = None
        for x, y, side in _offsets():
            text.set_position((x, y))
            text.set_horizontalalignment(side)
            box = _box_of_name(text, renderer)
            inside = room.x0 <= box.x0 and box.x1 <= room.x1 and room.y0 <= box.y0 <= room.y1
            free = not any(box.overlaps(other) for other in taken)
            if inside and free and not _crosses(axes, (seconds, value), box, names):
                chosen = box
                break
        if chosen is None:
            text.set_position((8, 0))
            text.set_horizontalalignment("left")
            chosen = _box_of_name(text, renderer)
        x, y = text.get_position()
        if abs(x) + abs(y) < 16 and text.arrow_patch is not None:
            text.arrow_patch.set_visible(False)
        taken.append(chosen)
        names.append(chosen)


def _offsets() -> Iterator[tuple[float, float, Literal["left", "right"]]]:
    """Give places of a name relative to its dot in points, the nearest first."""
    for far in range(0, 120, 6):
        for up in (far, -far) if far else (0,):
            yield 7 + far / 4, up, "left"
            yield -7 - far / 4, up, "right"


def _crosses(axes: Axes, dot: tuple[float, float], box: Bbox, names: Sequence[Bbox]) -> bool:
    """Say whether the line from a dot to its name would lead through other names."""
    x, y = axes.transData.transform(dot)
    middle = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    steps = [(x + t * (middle[0] - x), y + t * (middle[1] - y)) for t in (0.2, 0.4, 0.6, 0.8)]
    return any(name.padded(2).contains(*step) for name in names for step in steps)


def _box_of_name(text: Annotation, renderer: RendererBase) -> Bbox:
    """Give where a name is drawn, without the line to its dot."""
    from matplotlib.text import Text

    text.update_positions(renderer)
    return Text.get_window_extent(text, renderer).padded(1.5)


def _boxes_of_dot(axes: Axes, point: Point) -> tuple[Bbox, Bbox]:
    """Give where a dot and the line through it are drawn."""
    from matplotlib.transforms import Bbox

    _, seconds, value, low, high = point
    x, y = axes.transData.transform((seconds, value))
    (_, bottom), (_, top) = (axes.transData.transform((seconds, end)) for end in (low, high))
    return (
        Bbox.from_extents(x - 6, y - 6, x + 6, y + 6),
        Bbox.from_extents(x - 2, bottom, x + 2, top),
    )
