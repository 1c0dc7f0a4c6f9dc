"""What a dataset looks like: its languages, and how interactions lie among users and items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.counted import counted
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

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.core.types import Integers
    from polyrec.data.dataset import Dataset

MOST_LANGUAGES = 12
FEW = 12
"""Below so many steps a line has dots, as it may be no more than a dot."""


def data_picture(data: Dataset) -> Sketch:
    """Sketch a dataset."""
    catalog, events = data.all_texts or data.catalog, data.interactions
    texts: dict[str, int] = {}
    for by in catalog.texts:
        for tag, text in by.items():
            if text:
                texts[tag] = texts.get(tag, 0) + 1
    texts = dict(sorted(texts.items(), key=lambda pair: -pair[1]))
    per_user = np.bincount(events.user, minlength=len(events.users))
    per_item = np.bincount(events.item, minlength=len(catalog))
    first, count = next(iter(texts.items()))
    return Sketch(
        name="data",
        title="The data",
        caption="Left: texts by language. Right: the share of users, and of items, that have at "
        "least so many interactions; both axes are logarithmic.",
        alt=f"{counted(len(texts), 'language')}; {first} has {counted(count, 'text')}. "
        f"{counted(len(events), 'interaction')} of {counted(len(events.users), 'user')} "
        f"with {counted(len(catalog), 'item')}.",
        min_width=640,
        draw=lambda theme: _draw(theme, texts, per_user, per_item),
    )


def _draw(theme: Theme, texts: Mapping[str, int], per_user: Integers, per_item: Integers) -> Figure:
    n_bars = min(len(texts), MOST_LANGUAGES + 1)
    figure = new_figure(theme, 9.6, max(2.9, 1.1 + 0.24 * n_bars))
    left, right = figure.subplots(1, 2, width_ratios=[1, 1.15])
    _languages(left, theme, texts)
    _tails(right, theme, per_user, per_item)
    handles = [line for line in right.get_lines() if not str(line.get_label()).startswith("_")]
    if handles:
        set_legend(figure, theme, handles, 2)
    return figure


def _languages(axes: Axes, theme: Theme, texts: Mapping[str, int]) -> None:
    shown = dict(list(texts.items())[:MOST_LANGUAGES])
    rest = list(texts.values())[MOST_LANGUAGES:]
    if rest:
        shown[f"{len(rest)} others"] = sum(rest)
    style_axes(axes, theme, grid="x")
    places = range(len(shown) - 1, -1, -1)
    colors = [theme.others if tag.endswith(" others") else theme.accent for tag in shown]
    axes.barh(places, list(shown.values()), color=colors, height=0.68)
    total = sum(texts.values())
    for place, count in zip(places, shown.values(), strict=True):
        axes.annotate(
            f"{count:,} ({count / total:.0%})",
            (count, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=theme.muted,
        )
    axes.set_xlim(0, 1.32 * max(shown.values()))
    axes.set_xticks([])
    axes.set_yticks(places, labels=[drawable(tag) for tag in shown], parse_math=False)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    set_title(axes, theme, "Texts by language")


def _tails(axes: Axes, theme: Theme, per_user: Integers, per_item: Integers) -> None:
    style_axes(axes, theme, grid="y")
    set_title(axes, theme, "Users and items with at least n interactions")
    axes.set_xlabel("n", fontsize=SMALL, color=theme.muted)
    colors = {"users": theme.accent, "items": theme.series[2]}
    most, least = 1, 1.0
    for (name, color), counts in zip(colors.items(), (per_user, per_item), strict=True):
        n, share = _tail(counts)
        if not len(n):
            continue
        axes.step(
            *(n, share),
            where="pre",
            color=color,
            linewidth=1.8,
            marker="o" if len(n) < FEW else "",
            label=f"share of {name}",
        )
        most, least = max(most, int(n[-1])), min(least, float(share[-1]))
    if not axes.get_lines():
        axes.set_axis_off()
        return
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(0.9, max(1.2 * most, 10))
    axes.set_ylim(0.7 * min(least, 0.1), 1.3)
    for axis, form in ((axes.xaxis, "{:,.0f}"), (axes.yaxis, "{:.4g}")):
        axis.set_major_locator(LogLocator(10))
        axis.set_major_formatter(FuncFormatter(lambda value, _, form=form: form.format(value)))
        axis.set_minor_locator(NullLocator())


def _tail(counts: Integers) -> tuple[Integers, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Give 1 and the numbers that occur, and the share of all that have at least so many."""
    if not counts.any():
        return np.empty(0, dtype=np.int64), np.empty(0)
    values, times = np.unique(np.append(counts, 1), return_counts=True)
    times[values == 1] -= 1
    share = times[::-1].cumsum()[::-1] / len(counts)
    return values[values > 0], share[values > 0]
