"""The page of the textbook case, and its pictures, in light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.files import write_whole
from polyrec.evaluation.picture_style import (
    DARK,
    LIGHT,
    SMALL,
    Sketch,
    Theme,
    drawable,
    new_figure,
    set_legend,
    set_title,
    style_axes,
    to_png,
)
from polyrec.evaluation.pictures import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TEMPLATE = "reviews.html"


@dataclass(frozen=True)
class Suggested:
    """A book as a person sees it.

    Attributes:
        title: its title.
        language: of the title.
        stars: predicted, or given where it was rated.
        truth: what they would give.
    """

    title: str
    language: str
    stars: float
    truth: float


@dataclass(frozen=True)
class Person:
    """Somebody, three books that they liked, and what they are suggested."""

    name: str
    language: str
    liked: list[Suggested]
    suggested: list[Suggested]


@dataclass(frozen=True)
class Figures:
    """All that is shown.

    Attributes:
        facts: how much there was of what.
        rows: measures by model.
        losses: mean squared error of each epoch, by model.
        people: a few people.
    """

    facts: dict[str, int]
    rows: dict[str, dict[str, float]]
    losses: dict[str, list[float]]
    people: list[Person]


def write_page(figures: Figures, folder: Path) -> Path:
    """Write the page and its pictures into a folder; give the path of the page."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

    folder.mkdir(parents=True, exist_ok=True)
    pictures = {
        s.name: Picture(s, light=to_png(s.draw(LIGHT)), dark=to_png(s.draw(DARK)))
        for s in (_loss(figures), _best(figures))
    }
    for name, picture in pictures.items():
        write_whole(folder / f"{name}-light.png", picture.light)
        write_whole(folder / f"{name}-dark.png", picture.dark)
    loaders = (FileSystemLoader(Path(__file__).parent), PackageLoader("polyrec.evaluation", ""))
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    measures = list(dict.fromkeys(name for row in figures.rows.values() for name in row))
    page = environment.get_template(TEMPLATE).render(
        light=LIGHT, dark=DARK, figures=figures, pictures=pictures, measures=measures
    )
    write_whole(folder / "page.html", f"{page.strip()}\n")
    return folder / "page.html"


def _loss(figures: Figures) -> Sketch:
    ends = [f"{name} from {loss[0]:.2f} to {loss[-1]:.2f}" for name, loss in figures.losses.items()]
    return Sketch(
        name="loss",
        title="How the error falls while the models learn",
        caption="Mean squared error of the training ratings in each epoch, of each rating just "
        "before it was learned from.",
        alt=f"{'; '.join(ends)}.",
        min_width=320,
        draw=lambda theme: _draw_loss(theme, figures.losses),
    )


def _draw_loss(theme: Theme, losses: dict[str, list[float]]) -> Figure:
    figure = new_figure(theme, 4.8, 3.0)
    axes = figure.subplots()
    style_axes(axes, theme, grid="y")
    colors = (theme.series[0], theme.series[2], theme.accent)
    lines = [
        axes.plot(np.arange(1, len(loss) + 1), loss, color=color, linewidth=2, label=name)[0]
        for color, (name, loss) in zip(colors, losses.items(), strict=False)
    ]
    axes.set_ylim(bottom=0)
    axes.set_xlabel("epoch", fontsize=SMALL, color=theme.muted)
    axes.set_ylabel("squared error", fontsize=SMALL, color=theme.muted)
    set_legend(figure, theme, lines, len(lines))
    return figure


def _best(figures: Figures) -> Sketch:
    return Sketch(
        name="top-five",
        title="The five best books of five people",
        caption="Predicted stars; the dot is what they would give.",
        alt="; ".join(
            f"{p.name}: {', '.join(b.title for b in p.suggested)}" for p in figures.people
        ),
        min_width=560,
        draw=lambda theme: _draw_best(theme, figures.people),
    )


def _draw_best(theme: Theme, people: list[Person]) -> Figure:
    figure = new_figure(theme, 7.2, 1.75 * max(len(people), 1))
    for axes, person in zip(
        np.atleast_1d(figure.subplots(max(len(people), 1))), people, strict=True
    ):
        style_axes(axes, theme, grid="x")
        books = person.suggested[::-1]
        names = [drawable(f"{book.title}  [{book.language}]", longest=48) for book in books]
        places = np.arange(len(books))
        axes.barh(places, [book.stars for book in books], color=theme.accent, height=0.62)
        axes.plot([b.truth for b in books], places, "o", color=theme.series[2], markersize=5)
        axes.set_yticks(places, names, parse_math=False)
        axes.set_xlim(0, 5.15)
        set_title(axes, theme, f"{person.name}, writes {person.language}")
    return figure
