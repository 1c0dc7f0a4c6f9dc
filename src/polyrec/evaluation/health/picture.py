"""Health in a picture: spaces side by side, and what each language gains."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from polyrec.evaluation.health.check import CHANCE
from polyrec.evaluation.health.rows import ALL, find
from polyrec.evaluation.health.tables import MOST_LANGUAGES, best_space, main_measure
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
from polyrec.evaluation.report_numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.evaluation.health.check import Health
    from polyrec.evaluation.health.rows import HealthRow

WIDTH = 9.6
STAGGER = 0.15
"""How far dots of one language stand above each other, so that none hides another."""

SERIES = {"raw": 0, "centred": 1, "language-mean": 2, "lir": 4, "lsar": 3}
"""Places of the spaces in a theme's colours for what stands side by side."""


def health_picture(health: Health) -> Sketch:
    """Sketch the picture of a health check."""
    main, best = main_measure(health), best_space(health)
    raw, freed = (_row(health, space, main) for space in ("raw", best))
    name = "mAP" if health.is_pool else f"accuracy to {health.facts['pivot']}"
    alt = f"{name} is {raw.value:.3f} in the raw space and {freed.value:.3f} with {best}."
    if health.is_pool:
        shares = [_row(health, space, "same-language").value for space in ("raw", best)]
        pool = _row(health, CHANCE, "same-language-pool").value
        alt += (
            f" Of the ten nearest texts {percent(shares[0])} are in the asking language in the raw "
            f"space and {percent(shares[1])} with {best}; the pool has {percent(pool)}."
        )
    return Sketch(
        name="health",
        title="Is the space sound across languages?",
        caption="Left: each way to take the language out, with 95 % intervals; the dashed line is "
        "what blind draws would give. Right: the same by language of the text that asks. Dots that "
        "lie together mean that nothing was to be won.",
        alt=alt,
        min_width=760,
        draw=lambda theme: _draw(theme, health),
    )


def _row(health: Health, space: str, measure: str) -> HealthRow:
    return find(health.rows, space=space, language=ALL, measure=measure)[0]


def _draw(theme: Theme, health: Health) -> Figure:
    from matplotlib.lines import Line2D

    n_languages = min(len(health.languages), MOST_LANGUAGES)
    figure = new_figure(theme, WIDTH, max(4.6, 0.22 * n_languages + 1.2))
    axes = figure.subplot_mosaic(
        [["main", "languages"], ["second", "languages"]], width_ratios=(1, 1.1)
    )
    pivot, colors = health.facts["pivot"], _colors(theme, health)
    if health.is_pool:
        _bars(axes["main"], theme, health, "map")
        set_title(axes["main"], theme, "mAP in a pool of all languages")
        _bars(axes["second"], theme, health, "same-language")
        set_title(axes["second"], theme, "share of the ten nearest in the asking language")
        set_title(axes["languages"], theme, "mAP by language")
    else:
        _bars(axes["main"], theme, health, "to-pivot")
        set_title(axes["main"], theme, f"accuracy to {pivot}")
        _bars(axes["second"], theme, health, "from-pivot")
        set_title(axes["second"], theme, f"accuracy from {pivot}")
        set_title(axes["languages"], theme, f"accuracy to {pivot} by language")
    _dots(axes["languages"], theme, health, colors)
    handles = [
        Line2D([], [], color=color, label=drawable(space), linestyle="", marker="o", markersize=6)
        for space, color in colors.items()
    ]
    set_legend(figure, theme, handles, columns=len(handles))
    return figure


def _colors(theme: Theme, health: Health) -> Mapping[str, str]:
    return {
        space: theme.series[SERIES[space]] if space in SERIES else theme.languages[1]
        for space in health.spaces
    }


def _bars(axes: Axes, theme: Theme, health: Health, measure: str) -> None:
    """Draw a bar per space with its interval, its value behind it, and the line of chance."""
    from matplotlib.patheffects import withStroke

    style_axes(axes, theme, grid="x")
    colors = _colors(theme, health)
    rows = {space: _row(health, space, measure) for space in health.spaces}
    places = range(len(rows))
    axes.barh(places, [r.value for r in rows.values()], height=0.62, color=list(colors.values()))
    blind = "same-language-pool" if measure == "same-language" else measure
    chance = _row(health, CHANCE, blind).value
    largest = max([chance, *(row.high for row in rows.values() if not math.isnan(row.high))])
    for place, row in zip(places, rows.values(), strict=True):
        axes.plot([row.low, row.high], [place, place], color=theme.ink, linewidth=1.2)
        end = row.value if math.isnan(row.high) else row.high
        axes.text(
            end + 0.015 * largest,
            place,
            f"{row.value:.3f}",
            va="center",
            fontsize=SMALL,
            color=theme.ink,
            path_effects=[withStroke(linewidth=3, foreground=theme.page)],
        )
    axes.axvline(chance, color=theme.muted, linewidth=1, linestyle=(0, (4, 3)), zorder=1.5)
    axes.set_xlim(0, 1.14 * largest)
    axes.set_yticks(list(places), [drawable(space) for space in rows], parse_math=False)
    axes.invert_yaxis()


def _dots(axes: Axes, theme: Theme, health: Health, colors: Mapping[str, str]) -> None:
    """Draw a line per language from its worst space to its best, with a dot for each."""
    style_axes(axes, theme, grid="x")
    measure = main_measure(health)
    values = {
        tag: {
            row.space: row.value
            for row in find(health.rows, language=tag, measure=measure)
            if row.space in colors
        }
        for tag in health.languages[:MOST_LANGUAGES]
    }
    shown = sorted(
        (tag for tag, by in values.items() if by), key=lambda tag: (-values[tag]["raw"], tag)
    )
    for place, tag in enumerate(shown):
        found = list(values[tag].values())
        axes.plot([min(found), max(found)], [place, place], color=theme.line, linewidth=1.5)
        for step, (space, color) in enumerate(colors.items()):
            height = place + STAGGER * (step - (len(colors) - 1) / 2)
            axes.plot(values[tag][space], height, "o", color=color, markersize=4.5, mec=theme.page)
    axes.set_yticks(range(len(shown)), [drawable(tag) for tag in shown], parse_math=False)
    axes.set_ylim(len(shown) - 0.3, -0.7)
