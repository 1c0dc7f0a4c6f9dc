"""The report's pictures, each drawn twice: for a light page and for a dark one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.evaluation.picture_accuracy import accuracy
from polyrec.evaluation.picture_curves import curves
from polyrec.evaluation.picture_exposure import exposure
from polyrec.evaluation.picture_languages import languages
from polyrec.evaluation.picture_space import space
from polyrec.evaluation.picture_style import DARK, LIGHT, Sketch, to_png

if TYPE_CHECKING:
    from polyrec.evaluation.content import Content
    from polyrec.evaluation.report_choice import Choice

PICTURES = ("accuracy", "languages", "exposure", "space", "curves")


@dataclass(frozen=True)
class Picture:
    """A picture ready for a page: its words and its PNG in light and dark."""

    sketch: Sketch
    light: bytes
    dark: bytes

    @property
    def light_url(self) -> str:
        """The light picture as a data URL."""
        return _data_url(self.light)

    @property
    def dark_url(self) -> str:
        """The dark picture as a data URL."""
        return _data_url(self.dark)


def draw_pictures(content: Content, choice: Choice) -> dict[str, Picture]:
    """Draw every picture for which the content has something, by name (see PICTURES)."""
    sketches = (
        accuracy(choice),
        languages(content, choice),
        exposure(content),
        space(content),
        curves(content),
    )
    return {
        s.name: Picture(s, light=to_png(s.draw(LIGHT)), dark=to_png(s.draw(DARK)))
        for s in sketches
        if s is not None
    }


def _data_url(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
