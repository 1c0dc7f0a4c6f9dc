"""How the report looks in light and in dark: one set of colours for the page and its pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 160
SMALL, NORMAL, LARGE = 8.0, 9.5, 10.5

Color = str | tuple[float, float, float]


@dataclass(frozen=True)
class Theme:
    """Colours of one appearance; text on `page` and on `panel` reaches WCAG AA.

    Attributes:
        name: `light` or `dark`.
        page: background.
        panel: background of what stands out a little.
        ink: text.
        muted: text that steps back.
        line: rules, grids and frames.
        accent: the one colour that draws the eye.
        series: colours of models that stand side by side, safe for the colour-blind.
        languages: colours of languages in a scatter, safe for the colour-blind (Paul Tol's
            schemes "muted" and "light").
        others: colour of the languages that have none of their own.
        heat: from nothing to everything.
    """

    name: str
    page: str
    panel: str
    ink: str
    muted: str
    line: str
    accent: str
    series: tuple[str, ...]
    languages: tuple[str, ...]
    others: str
    heat: tuple[str, ...]


LIGHT = Theme(
    name="light",
    page="#ffffff",
    panel="#f5f6f8",
    ink="#1b1f24",
    muted="#59626e",
    line="#d8dde3",
    accent="#0a5f8a",
    series=("#9aa3ad", "#5d6773", "#e08a1e", "#0a5f8a", "#88b8d6"),
    languages=(
        *("#332288", "#cc6677", "#117733", "#88ccee"),
        *("#999933", "#aa4499", "#44aa99", "#882255"),
    ),
    others="#c3c8ce",
    heat=("#ffffff", "#d3e6f0", "#7db6d3", "#2a7ca8", "#063f5e"),
)

DARK = Theme(
    name="dark",
    page="#14171b",
    panel="#1d2127",
    ink="#e6e8eb",
    muted="#a2abb6",
    line="#363d46",
    accent="#6cc0e5",
    series=("#737d89", "#b4bcc6", "#f0a33f", "#6cc0e5", "#3b7696"),
    languages=(
        *("#77aadd", "#ee8866", "#44bb99", "#eedd88"),
        *("#ffaabb", "#bbcc33", "#99ddff", "#aaaa00"),
    ),
    others="#5b6570",
    heat=("#14171b", "#173547", "#1f6386", "#4fa6cd", "#d3eefb"),
)


@dataclass(frozen=True)
class Sketch:
    """A picture that can be drawn in any theme, with its words.

    Attributes:
        name: the file's name without its ending.
        title: what it shows.
        caption: how to read it, in one or two sentences.
        alt: the main figures, for who does not see it.
        min_width: CSS pixels below which its letters would be too small.
        draw: draws it in a theme.
    """

    name: str
    title: str
    caption: str
    alt: str
    min_width: int
    draw: Callable[[Theme], Figure]


def new_figure(theme: Theme, width: float, height: float) -> Figure:
    """Start a figure of some inches in the page's colour, apart from all global state."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(hspace=0.08)
    return Figure(figsize=(width, height), facecolor=theme.page, layout=layout)


def style_axes(axes: Axes, theme: Theme, *, grid: str = "") -> None:
    """Give axes the theme's colours and take away what carries no information.

    Args:
        axes: what to style.
        theme: the colours.
        grid: `x` or `y` for thin lines across that axis; else none.
    """
    axes.set_facecolor(theme.page)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom" and grid != "y")
        spine.set_color(theme.line)
    axes.tick_params(colors=theme.muted, labelcolor=theme.ink, labelsize=SMALL, length=0)
    axes.set_axisbelow(True)
    if grid == "x":
        axes.grid(axis="x", color=theme.line, linewidth=0.6)
    elif grid == "y":
        axes.grid(axis="y", color=theme.line, linewidth=0.6)


def set_title(axes: Axes, theme: Theme, text: str) -> None:
    """Write a title over the left edge of axes."""
    axes.set_title(
        drawable(text, longest=90), loc="left", fontsize=LARGE, color=theme.ink, parse_math=False
    )


def set_legend(figure: Figure, theme: Theme, handles: Sequence[Any], columns: int) -> None:
    """Put one legend below a figure."""
    legend = figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        handletextpad=0.5,
        fontsize=SMALL,
        labelcolor=theme.ink,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def drawable(text: str, *, longest: int = 24) -> str:
    """Shorten a name and put `?` for letters beyond Latin, Greek and Cyrillic.

    The font that is always there has no others, and would warn and draw boxes.
    """
    plain = text.replace("\u00a0", " ")
    clean = "".join(c if c.isprintable() and ord(c) < 0x530 else "?" for c in plain)
    return clean if len(clean) <= longest else f"{clean[: longest - 1]}…"


def contrast(one: Color, other: Color) -> float:
    """Give the contrast of two colours as WCAG defines it, from 1 to 21."""
    from matplotlib.colors import to_rgb

    def luminance(color: Color) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def to_png(figure: Figure) -> bytes:
    """Draw a figure in 256 colours, a third of the size; the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    FigureCanvasAgg(figure)
    drawn, buffer = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, pil_kwargs={"compress_level": 0})
    with Image.open(drawn) as image:
        # this way of choosing the 256 keeps the theme's own colours best
        method, dither = Image.Quantize.MAXCOVERAGE, Image.Dither.NONE
        few_colors = image.convert("RGB").quantize(256, method=method, dither=dither)
    few_colors.save(buffer, "png", dpi=(DPI, DPI))
    return buffer.getvalue()
