"""Who is shown which language: a heat map per model, beside what the catalog holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.evaluation.picture_style import (
    SMALL,
    Sketch,
    Theme,
    contrast,
    drawable,
    new_figure,
    set_title,
    style_axes,
)
from polyrec.evaluation.report_numbers import percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from polyrec.core.types import Doubles
    from polyrec.evaluation.content import Content, Exposure

MIN_USERS = 3
MOST_LANGUAGES = 12
OTHER = "other"
CATALOG = "catalog"


@dataclass(frozen=True)
class Map:
    """One model's heat map: rows of histories, the catalog as last row, columns shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    shares: Doubles
    same: float
    expected: float


def exposure(content: Content) -> Sketch | None:
    """Sketch the exposure of languages; None where there is none."""
    maps = {model: made for model, e in content.exposure.items() if (made := _map(e))}
    if not maps:
        return None
    return Sketch(
        name="exposure",
        title="Who is shown which language",
        caption="Each row is the users whose history is mainly in one language, each column a "
        "language in their lists, in percent of the list; the last row is what the catalog "
        "holds. A strong diagonal means that people are kept within their language; rows like "
        f"the last one mean that language plays no part. Languages beyond the {MOST_LANGUAGES - 1} "
        f"most frequent, and rows of fewer than {MIN_USERS} users, are pooled as “{OTHER}”.",
        alt=_alt(maps),
        min_width=900,
        draw=lambda theme: _draw(theme, maps),
    )


def _alt(maps: Mapping[str, Map]) -> str:
    shares = [f"{model} fills {percent(m.same)} of a list" for model, m in maps.items()]
    expected = next(iter(maps.values())).expected
    return (
        f"{'; '.join(shares)} with the main language of the user's history; "
        f"drawn at random from the catalog it would be {percent(expected)}."
    )


def _map(shown: Exposure) -> Map | None:
    """Pool small languages; None where no history has users."""
    users = np.where(np.isnan(shown.shares).any(axis=1), 0, shown.n_users)
    if not users.sum():
        return None
    shares = np.nan_to_num(shown.shares)
    tags = [str(tag) for tag in shown.languages]
    n_own = len(tags) if len(tags) <= MOST_LANGUAGES else MOST_LANGUAGES - 1
    own = [i for i in range(n_own) if users[i] >= MIN_USERS]
    rest = [i for i in range(len(tags)) if i not in own and users[i]]
    lines = [(tags[i], users[i], shares[i]) for i in own]
    if rest:
        pooled = np.average(shares[rest], axis=0, weights=users[rest])
        lines.append((OTHER, users[rest].sum(), pooled))
    lines.append((CATALOG, 0, shown.catalog_share))
    return Map(
        rows=tuple(_row_name(tag, int(n)) for tag, n, _ in lines),
        columns=(*tags[:n_own], *([OTHER] if n_own < len(tags) else [])),
        shares=np.array([_pool(share, n_own) for *_, share in lines]),
        same=float(np.average(np.diag(shares), weights=users)),
        expected=float(np.average(shown.catalog_share, weights=users)),
    )


def _row_name(tag: str, n: int) -> str:
    return tag if tag == CATALOG else f"{drawable(tag, longest=10)}  n={n}"


def _pool(shares: Doubles, n_own: int) -> Doubles:
    rest = shares[n_own:]
    return np.append(shares[:n_own], rest.sum()) if len(rest) else shares


def _draw(theme: Theme, maps: Mapping[str, Map]) -> Figure:
    across = min(2, len(maps))
    down = -(-len(maps) // across)
    height = 0.9 + 0.3 * max(len(m.rows) for m in maps.values())
    figure = new_figure(theme, 11.5 if across > 1 else 7.5, down * height)
    all_axes = list(figure.subplots(down, across, squeeze=False).flat)
    for axes, (model, shown) in zip(all_axes, maps.items(), strict=False):
        _heat(axes, theme, shown)
        same, expected = percent(shown.same), percent(shown.expected)
        title = f"{drawable(model)}: {same} in the language of the history (catalog {expected})"
        set_title(axes, theme, title)
    for unused in all_axes[len(maps) :]:
        unused.set_visible(False)
    return figure


def _heat(axes: Axes, theme: Theme, shown: Map) -> None:
    from matplotlib.colors import LinearSegmentedColormap, PowerNorm

    style_axes(axes, theme)
    colors = LinearSegmentedColormap.from_list("heat", theme.heat)
    # a square root: shares of 2 and of 5 per cent are told apart beside one of 90
    scale = PowerNorm(0.5, vmin=0, vmax=1)
    # the catalog stands a little apart from the people
    tops = [*range(len(shown.rows) - 1), len(shown.rows) - 0.7]
    for top, line in zip(tops, shown.shares, strict=True):
        across = np.arange(len(line) + 1) - 0.5
        axes.pcolormesh(
            across, [top - 0.5, top + 0.5], line[None, :], cmap=colors, norm=scale,
            edgecolors=theme.page, linewidth=1.2,
        )  # fmt: skip
        _figures(axes, theme, top, line, colors(scale(line)))
    axes.set_ylim(tops[-1] + 0.5, -0.5)
    axes.set_yticks(tops, labels=shown.rows, parse_math=False)
    columns = [drawable(tag, longest=8) for tag in shown.columns]
    axes.set_xticks(range(len(columns)), labels=columns, parse_math=False)
    axes.set_xlabel("language recommended", fontsize=SMALL, color=theme.muted)
    axes.set_ylabel("main language of the history", fontsize=SMALL, color=theme.muted)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _figures(axes: Axes, theme: Theme, top: float, line: Doubles, cells: Doubles) -> None:
    """Write each share into its cell, in the text colour that stands out more from it."""
    for column, (share, cell) in enumerate(zip(line, cells, strict=True)):
        if share >= 0.005:  # less would be written as 0
            color = max((theme.ink, theme.page), key=lambda c: contrast(c, cell[:3]))
            text = f"{share * 100:.0f}"
            axes.text(column, top, text, ha="center", va="center", fontsize=7.5, color=color)
