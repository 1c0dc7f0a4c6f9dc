from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.load import read_dataset

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

SAMPLES = Path(__file__).parent / "samples"


def _pairs(data: Dataset) -> list[tuple[str, str, float]]:
    events = data.interactions
    users = [events.users.names[user] for user in events.user]
    items = [data.catalog.ids.names[item] for item in events.item]
    return list(zip(users, items, events.weight.tolist(), strict=True))


def _texts(name: str) -> dict[str, dict[str, str]]:
    catalog = read_dataset(SAMPLES / name).catalog
    return {item: dict(by) for item, by in zip(catalog.ids.names, catalog.texts, strict=True)}


def _copy(name: str, folder: Path) -> Path:
    return Path(shutil.copytree(SAMPLES / name, folder / name))


@pytest.mark.parametrize("release", ["movielens", "movielens-1m", "movielens-100k"])
def test_every_release_of_movielens_gives_movies_genres_and_ratings(release: str) -> None:
    data = read_dataset(SAMPLES / release)
    assert data.catalog.text[0] == "Tin Heroes (1995)"
    assert set(data.catalog.language) == {"en"}
    assert data.catalog.category[0].startswith(("Adventure|", "Animation|"))
    assert len(data.interactions) == 3
    assert data.interactions.time is not None
    assert data.interactions.time.min() > 8e8


def test_older_releases_of_movielens_are_in_latin_1_and_later_ones_in_utf_8(
    tmp_path: Path,
) -> None:
    for release in ("movielens-1m", "movielens-100k"):
        assert read_dataset(SAMPLES / release).catalog.text[1].startswith("Café Nuit")
    folder = _copy("movielens-1m", tmp_path)
    movies = (folder / "movies.dat").read_text("latin-1")
    (folder / "movies.dat").write_text(movies, "utf-8")
    assert read_dataset(folder).catalog.text[1] == "Café Nuit: Part 2 (1996)"


def test_a_movie_without_genres_has_no_category() -> None:
    assert read_dataset(SAMPLES / "movielens").catalog.category[2] == ""


def test_recbole_types_are_no_part_of_column_names() -> None:
    data = read_dataset(SAMPLES / "recbole")
    assert _texts("recbole")["i1"] == {"und": "Tin Heroes"}
    assert data.catalog.category == ("Animation Comedy", "Drama")
    assert data.catalog.attributes == {"release_year": ("1995", "1996")}
    assert _pairs(data) == [("u1", "i1", 4.0), ("u1", "i2", 2.0), ("u2", "i1", 5.0)]


def test_all_parts_of_a_split_of_recbole_are_read_and_sessions_stand_for_users(
    tmp_path: Path,
) -> None:
    folder = _copy("recbole", tmp_path)
    (folder / "shop.inter").unlink()
    for part, user in (("train", "s1"), ("test", "s2")):
        text = f"session_id:token\titem_id:token\n{user}\ti2\n"
        (folder / f"shop.{part}.inter").write_text(text)
    assert _pairs(read_dataset(folder)) == [("s2", "i2", 1.0), ("s1", "i2", 1.0)]


def test_recbole_without_items_has_no_texts(tmp_path: Path) -> None:
    folder = _copy("recbole", tmp_path)
    (folder / "shop.item").unlink()
    with pytest.raises(DataError) as caught:
        read_dataset(folder)
    assert str(caught.value) == (
        f"{folder} has no .item file, so its items have no texts;"
        " name a catalog with texts, and the .inter file as interactions"
    )


def test_mind_gives_clicks_at_their_time_and_histories_once() -> None:
    data = read_dataset(SAMPLES / "mind")
    assert _pairs(data) == [
        ("U3", "N1", 1.0),
        ("U3", "N4", 1.0),
        ("U1", "N1", 1.0),
        ("U1", "N2", 1.0),
        ("U1", "N3", 1.0),
        ("U2", "N3", 1.0),
    ]
    assert data.interactions.time is not None
    moments = [datetime.fromtimestamp(t, UTC).isoformat() for t in data.interactions.time]
    assert moments[1] == "2019-11-15T12:30:00+00:00"
    assert moments[5] == "2019-11-12T18:11:30+00:00"
    assert any("counts once" in note for note in data.notes)


def test_mind_gives_titles_abstracts_and_categories_with_quotes_as_they_are() -> None:
    data = read_dataset(SAMPLES / "mind")
    assert set(_texts("mind")) == {"N1", "N2", "N3", "N4"}
    assert _texts("mind")["N1"] == {"en": 'The "Brands" They Swear By\nShop the notebooks.'}
    assert data.catalog.category[data.catalog.ids.index("N2")] == "sports"
    assert any("gave an item a text that it had already" in note for note in data.notes)


def test_a_time_that_is_none_is_refused_as_it_stands(tmp_path: Path) -> None:
    folder = _copy("mind", tmp_path)
    path = folder / "MINDsmall_train" / "behaviors.tsv"
    path.write_text(path.read_text().replace("11/12/2019", "31/12/2019"))
    with pytest.raises(DataError, match=r"^behaviors\.tsv row 2: time is '31/12/2019 6:11:30 PM'"):
        read_dataset(folder)


def test_xmind_puts_the_translations_beside_the_english_news() -> None:
    assert _texts("xmind")["N1"] == {
        "en": 'The "Brands" They Swear By\nShop the notebooks.',
        "fi": "Merkit, joihin luotetaan\nOsta vihot.",
    }
    assert _texts("xmind")["N2"] == {"en": "The Last Match", "sw": "Mechi ya mwisho"}
    mind, xmind = (read_dataset(SAMPLES / name) for name in ("mind", "xmind"))
    assert _pairs(mind) == _pairs(xmind)


def test_amazon_m2_gives_a_text_per_locale_and_sessions_as_users() -> None:
    data = read_dataset(SAMPLES / "amazon-m2")
    assert _texts("amazon-m2")["B001"] == {
        "de": "Handsäge, klein\nFür Holz",
        "en": "Hand saw, small\nFor wood",
    }
    assert _texts("amazon-m2")["B002"] == {"ja": "緑茶"}
    assert data.catalog.attributes["brand"] == ("Holzwerk", "茶園", None)
    assert _pairs(data) == [
        ("DE-2", "B001", 2.0),
        ("DE-2", "B003", 1.0),
        ("UK-3", "B001", 3.0),
        ("JP-5", "B002", 2.0),
    ]


def test_amazon_reviews_are_of_parent_products() -> None:
    data = read_dataset(SAMPLES / "amazon-reviews")
    assert _texts("amazon-reviews")["B00P"] == {
        "en": "Sea Spray\nFor dry hair\nVegan\nSmells of the sea."
    }
    assert data.catalog.category == ("All Beauty", "All Beauty")
    assert _pairs(data) == [("AGK", "B00P", 5.0), ("AGM", "B00Q", 1.0)]
    assert data.interactions.time is not None
    assert data.interactions.time[0] == pytest.approx(1588687728.923)


def test_amazon_reviews_of_another_release_are_refused(tmp_path: Path) -> None:
    folder = _copy("amazon-reviews", tmp_path)
    (folder / "All_Beauty.jsonl").write_text('{"reviewerID": "A", "asin": "B"}\n')
    with pytest.raises(DataError) as caught:
        read_dataset(folder)
    assert str(caught.value) == (
        "All_Beauty.jsonl has no key 'user_id'; give reviews of the release of 2023"
    )


def test_book_crossing_is_latin_1_with_escaped_quotes_and_implicit_ratings() -> None:
    data = read_dataset(SAMPLES / "book-crossing")
    assert _texts("book-crossing")["342310538"] == {"und": 'Die Säge: "Roman"; Teil 1'}
    assert data.catalog.attributes["author"] == ("Mark Owens", "K. Köhler")
    assert _pairs(data) == [
        ("276725", "0195153448", 1.0),
        ("276726", "342310538", 5.0),
        ("276726", "0195153448", 8.0),
    ]
    assert "BX-Book-Ratings.csv: 1 ratings of 0, which are none, have the weight 1" in data.notes
    weighted = read_dataset(
        SAMPLES / "book-crossing", reader={"use": "book-crossing", "implicit_weight": 5.0}
    )
    assert weighted.interactions.weight.tolist() == [5.0, 5.0, 8.0]


def test_book_crossing_in_plain_csv_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "Books.csv").write_text('ISBN,Book-Title,Book-Author\n1,"Saw, The",Ö\n')
    (tmp_path / "Ratings.csv").write_text("User-ID,ISBN,Book-Rating\nu,1,7\n")
    assert _pairs(read_dataset(tmp_path)) == [("u", "1", 7.0)]


def test_ratings_of_books_that_are_not_there_can_be_set_aside(tmp_path: Path) -> None:
    folder = _copy("book-crossing", tmp_path)
    with (folder / "BX-Book-Ratings.csv").open("a") as file:
        file.write('"1";"no such book";"3"\n')
    with pytest.raises(DataError, match=r"row 5: item_id is 'no such book'"):
        read_dataset(folder)
    data = read_dataset(folder, on_bad_rows="quarantine", quarantine=tmp_path / "q")
    assert len(data.interactions) == 3


def test_xmarket_gives_a_text_per_language_and_says_which_are_left_out() -> None:
    data = read_dataset(SAMPLES / "xmarket")
    assert _texts("xmarket") == {
        "0061806765": {"de": "Die Säge\nEin Roman.", "en": "The Saw"},
        "0007273754": {"de": "Flöten bauen\nMit Plänen"},
    }
    assert data.catalog.category[0] == "Romane|Klassiker"
    assert data.catalog.attributes == {"market": (None, "de")}
    assert len(data.interactions) == 4
    assert any("1 text left out, as a market before has one" in note for note in data.notes)


def test_a_folder_reader_can_be_named(tmp_path: Path) -> None:
    data = read_dataset(SAMPLES / "xmind", reader="mind")
    assert set(data.catalog.language) == {"en"}
    with pytest.raises(ConfigError) as caught:
        read_dataset(tmp_path, reader="movielens")
    assert str(caught.value) == (
        f"MovieLens does not find its files in {tmp_path};"
        " see polyrec parts folder for what reads which"
    )
