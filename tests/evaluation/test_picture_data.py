from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from polyrec.core.types import IdMap
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.evaluation.picture_data import _tail, data_picture
from polyrec.evaluation.picture_style import DARK, LIGHT, Theme, to_png
from polyrec.testing.worlds import two_languages

TAGS = ("de", "en", "fr", "it", "es", "pt", "nl", "sv", "da", "fi", "pl", "cs", "sk", "hu", "und")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_dataset_is_drawn_in_the_colours_of_the_theme(theme: Theme) -> None:
    png = to_png(data_picture(two_languages().dataset).draw(theme))
    with Image.open(io.BytesIO(png)) as image:
        assert image.width == 1536
        corner = image.convert("RGB").getpixel((0, 0))
    assert "#{:02x}{:02x}{:02x}".format(*corner) == theme.page  # type: ignore[misc]


def test_the_words_hold_the_main_figures() -> None:
    data = two_languages().dataset
    alt = data_picture(data).alt
    assert alt.startswith("2 languages; ")
    assert f"{len(data.interactions):,} interactions of {len(data.interactions.users)} users" in alt


def test_many_languages_and_no_interactions_can_be_drawn() -> None:
    catalog = Catalog.from_texts([f"i{n}" for n in range(len(TAGS))], [{tag: "x"} for tag in TAGS])
    none = Interactions(
        IdMap(()), *(np.empty(0, dtype=np.int64) for _ in range(2)), np.empty(0, np.float32)
    )
    figure = data_picture(Dataset(catalog, none)).draw(LIGHT)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[-1] == "3 others"
    assert not figure.axes[1].axison


def test_a_tail_says_what_share_has_at_least_so_many() -> None:
    n, share = _tail(np.array([0, 1, 1, 3]))
    assert n.tolist() == [1, 3]
    assert share.tolist() == [0.75, 0.25]
    n, share = _tail(np.array([2, 2]))
    assert (n.tolist(), share.tolist()) == ([1, 2], [1.0, 1.0])
