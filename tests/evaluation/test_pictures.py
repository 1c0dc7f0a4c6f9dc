from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from polyrec.evaluation.content import Exposure, SpaceMap
from polyrec.evaluation.picture_style import DARK, LIGHT, Theme, contrast, drawable
from polyrec.evaluation.pictures import PICTURES, Picture, draw_pictures
from polyrec.evaluation.report_choice import choose

if TYPE_CHECKING:
    from polyrec.evaluation.content import Content

NAN = float("nan")


def drawn(content: Content) -> dict[str, Picture]:
    return draw_pictures(content, choose(content))


@pytest.fixture(scope="module")
def pictures(made_content: Content) -> dict[str, Picture]:
    return drawn(made_content)


def test_every_picture_is_drawn_on_a_light_and_on_a_dark_page(
    pictures: dict[str, Picture],
) -> None:
    assert tuple(pictures) == PICTURES
    for picture in pictures.values():
        for png, theme in ((picture.light, LIGHT), (picture.dark, DARK)):
            corner = Image.open(io.BytesIO(png)).convert("RGB").getpixel((1, 1))
            page = np.array(to_rgb(theme.page)) * 255
            # choosing 256 colours may move one by a shade that nobody sees
            assert np.abs(np.asarray(corner) - page).max() <= 2


def test_pictures_say_their_main_figure_in_words(pictures: dict[str, Picture]) -> None:
    alt = {name: picture.sketch.alt for name, picture in pictures.items()}
    assert "Random split: hybrid is best with nDCG@20 0.424" in alt["accuracy"]
    assert "hybrid-raw from 0.225 (sr) to 0.409 (en)" in alt["languages"]
    assert "content-raw fills 70\u00a0% of a list" in alt["exposure"]
    assert "at random from the catalog it would be 24\u00a0%" in alt["exposure"]
    assert "explains 90\u00a0% before debiasing and 1\u00a0% after" in alt["space"]
    assert "two-tower was best after 14 of 20 epochs, with nDCG@20 0.280." in alt["curves"]
    assert "x learned for 3 epochs." in alt["curves"]


def test_a_hollow_dot_is_told_where_there_is_one(made_content: Content) -> None:
    rows = [row for row in made_content.rows if "hybrid-en" not in row.model]
    models = {name: line for name, line in made_content.models.items() if name != "hybrid-en"}
    without = drawn(replace(made_content, rows=rows, models=models))
    assert "hollow" in drawn(made_content)["accuracy"].sketch.caption
    assert "hollow" not in without["accuracy"].sketch.caption


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_reaches_the_contrast_of_wcag_aa(theme: Theme) -> None:
    for text in (theme.ink, theme.muted, theme.accent):
        assert contrast(text, theme.page) >= 4.5
    assert contrast(theme.ink, theme.panel) >= 4.5
    assert contrast(theme.muted, theme.panel) >= 4.5


def test_nothing_to_draw_gives_no_pictures(bare_content: Content) -> None:
    assert drawn(bare_content) == {}


def test_names_beyond_the_font_or_in_mathematics_are_drawn(made_content: Content) -> None:
    names = {"$x^$": "", "推薦": "", "w" * 80: ""}
    rows = [
        replace(row, model=name)
        for row in made_content.rows
        for name, own in zip(names, made_content.models, strict=False)
        if row.model == own
    ]
    shown = made_content.exposure["content"]
    content = replace(made_content, rows=rows, models=names, exposure=dict.fromkeys(names, shown))
    assert tuple(drawn(content)) == PICTURES


def test_names_are_shortened_to_what_can_be_drawn() -> None:
    assert drawable("pt-BR") == "pt-BR"
    assert drawable("推薦\n") == "???"
    assert drawable("w" * 80) == "w" * 23 + "…"
    assert drawable("90\u00a0%") == "90 %"


def test_one_language_and_one_item_are_enough(bare_content: Content) -> None:
    alone = np.array(["en"])
    point = np.zeros((1, 2), dtype=np.float32)
    content = replace(
        bare_content,
        exposure={"content": Exposure(alone, np.ones(1), np.ones((1, 1)), np.ones(1, int))},
        space=SpaceMap(point, point, alone),
    )
    assert set(drawn(content)) == {"exposure", "space"}


def test_exposure_of_nobody_and_a_space_of_nothing_are_left_out(bare_content: Content) -> None:
    tags = np.array(["en", "de"])
    nobody = Exposure(tags, np.array([0.5, 0.5]), np.full((2, 2), NAN), np.zeros(2, int))
    nothing = np.empty((0, 2), dtype=np.float32)
    space = SpaceMap(nothing, nothing, np.empty(0, dtype=np.str_))
    assert drawn(replace(bare_content, exposure={"content": nobody}, space=space)) == {}


def test_a_single_model_with_a_zero_and_no_interval_is_drawn(
    made_content: Content, bare_content: Content
) -> None:
    row = replace(made_content.rows[0], value=0.0, low=NAN, high=NAN)
    language = replace(row, slice="language:en")
    assert set(drawn(replace(bare_content, rows=[row, language]))) == {"accuracy", "languages"}


def test_languages_of_a_few_users_are_left_out(
    bare_content: Content, made_content: Content
) -> None:
    row = replace(made_content.rows[0], slice="language:en", n=4)
    assert drawn(replace(bare_content, rows=[row])) == {}
