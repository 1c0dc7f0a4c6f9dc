from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from PIL import Image

from polyrec.data.load import read_dataset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

DIRTY = """\
user_id,item_id,weight,date
ada,saw,2,2024-05-01
ada,saw,3,2024-05-02
bob,nothing,1,2024-05-01
bob,tea,five,2024-05-01
bob,tea,1
eve,flute,1,2024-06-01
"""


@pytest.fixture
def dirty(shop: Path, tmp_path: Path) -> list[Any]:
    """The options that name the shop's items and interactions of which three are bad."""
    events = tmp_path / "dirty.csv"
    events.write_text(DIRTY, encoding="utf-8")
    return ["--catalog", shop / "items.csv", "--interactions", events]


def test_ingest_shows_counts_languages_spread_and_faults(
    run: Run, dirty: list[Any], tmp_path: Path
) -> None:
    result = run("ingest", *dirty, "--quarantine", tmp_path / "bad")
    assert result.exit_code == 0, result.output
    assert "2 users, 7 items, 2 interactions, 7 texts" in result.stdout
    assert "from 2024-05-02T00:00:00+00:00 to 2024-06-01T00:00:00+00:00" in result.stdout
    assert "of all pairs of user and item, 14.286% are there" in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["en", "3", "42.9%"] in lines
    assert ["weight", "1", "2", "3", "4", "4.8", "5", "3"] in lines
    assert "5 items without interactions" in result.stdout
    assert "1 row of the interactions repeated others" in result.stdout
    assert "3 rows of 13 set aside" in result.stdout
    assert "dirty.csv weight is ..., not a number 1 5" in [" ".join(line) for line in lines]
    assert f"set aside in: {tmp_path / 'bad' / 'interactions.jsonl'}" in result.stdout.replace(
        "\n", ""
    )


def test_ingest_as_json_holds_the_same(run: Run, dirty: list[Any], tmp_path: Path) -> None:
    result = run("ingest", *dirty, "--quarantine", tmp_path / "bad", "--json")
    facts = json.loads(result.stdout)
    assert facts["rows"] == {"catalog": 7, "interactions": 6}
    assert facts["repeated"] == {"catalog": 0, "interactions": 1}
    assert [each["rows"] for each in facts["set_aside"]] == [1, 1, 1]
    assert facts["items_per_user"]["median"] == 1.0
    assert facts["languages"][0] == {"language": "en", "texts": 3, "share": 3 / 7}
    assert facts["density"] == 2 / 14


def test_ingest_writes_checked_data_that_are_read_again_and_a_picture(
    run: Run, dirty: list[Any], tmp_path: Path
) -> None:
    out = tmp_path / "checked"
    result = run("ingest", *dirty, "--out", out)
    assert result.exit_code == 0, result.output
    assert {path.name for path in out.iterdir()} == {
        *("items.parquet", "interactions.parquet", "dataset.json"),
        *("data-light.png", "data-dark.png"),
    }
    again = read_dataset(out)
    assert again.notes == ()
    assert again.interactions.weight.tolist() == [5.0, 1.0]
    assert (tmp_path / "checked.quarantine" / "interactions.jsonl").exists()
    colors = [
        Image.open(out / f"data-{theme}.png").convert("RGB").getpixel((0, 0))
        for theme in ("light", "dark")
    ]
    assert colors == [(255, 255, 255), (0x14, 0x17, 0x1B)]


def test_ingest_may_fail_at_the_first_bad_row_and_fit_does_unless_told_otherwise(
    run: Run, shop: Path, dirty: list[Any], tmp_path: Path
) -> None:
    result = run("ingest", *dirty, "--on-bad-rows", "fail")
    assert result.exit_code == 3
    assert "dirty.csv row 6: 3 fields, but the header has 4" in result.stderr
    fit = ["fit", *dirty, "--plan", shop / "ease.toml", "--out", tmp_path / "model"]
    assert run(*fit).exit_code == 3
    result = run(*fit, "--on-bad-rows", "quarantine")
    assert result.exit_code == 0, result.output
    where = tmp_path / "model.quarantine" / "interactions.jsonl"
    assert f"note: 3 rows set aside in all: see {where}" in result.stderr
    assert len(where.read_text("utf-8").splitlines()) == 3


def test_a_folder_that_holds_something_else_is_refused_before_anything_is_read(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "mine.txt").write_text("x")
    for command in ("ingest", "convert"):
        result = run(command, "--catalog", "none", "--interactions", "none", "--out", tmp_path)
        assert result.exit_code == 3
        assert "holds something else" in result.stderr


def test_ingest_shows_a_dataset_that_ships(run: Run) -> None:
    result = run("ingest", "--data", "debian")
    assert "558 users, 6,472 items, 15,776 interactions, 28,311 texts" in result.stdout
    assert "15 others" in result.stdout


def test_ingest_without_any_interaction_says_so(run: Run, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("user,item\n")
    out = tmp_path / "out"
    result = run(
        *("ingest", "--catalog", shop / "items.csv"),
        *("--interactions", tmp_path / "none.csv", "--out", out),
    )
    assert result.exit_code == 0, result.output
    assert "0 users, 7 items, 0 interactions" in result.stdout
    assert "none.csv has no interactions" in result.stderr


def test_encoding_and_separator_can_be_given_for_whatever_reader(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.csv"
    events.write_bytes("user;item\nJürgen;saw\n".encode("cp1252"))
    options = ["--catalog", shop / "items.csv", "--interactions", events]
    pl.read_csv(shop / "items.csv").write_csv(tmp_path / "items.csv", separator=";")
    options[1] = tmp_path / "items.csv"
    result = run("ingest", *options, "--separator", ";", "--encoding", "cp1252", "--json")
    assert json.loads(result.stdout)["users"] == 1
    assert "utf-8" in run("ingest", *options, "--separator", ";", "--on-bad-rows", "fail").stderr


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_convert_writes_tables_that_are_read_again(
    run: Run, shop: Path, data: list[str], tmp_path: Path, form: str
) -> None:
    result = run("convert", *data, "--out", tmp_path / "out", "--format", form)
    assert result.exit_code == 0, result.output
    assert f"items.{form}" in result.stdout.replace("\n", "")
    given = read_dataset(shop / "items.csv", shop / "events.csv")
    again = read_dataset(tmp_path / "out")
    assert again.catalog == given.catalog
    assert again.interactions.item.tolist() == given.interactions.item.tolist()
    twice = run("convert", tmp_path / "out", "--out", tmp_path / "out", "--json")
    assert json.loads(twice.stdout)["files"] == ["items.parquet", "interactions.parquet"]


def test_convert_takes_a_known_folder(run: Run, tmp_path: Path) -> None:
    for name, text in (
        ("ratings.csv", "userId,movieId,rating,timestamp\n1,2,4.5,964982703\n"),
        ("movies.csv", 'movieId,title,genres\n2,"Saw, The",Drama\n'),
    ):
        (tmp_path / name).write_text(text)
    result = run("convert", tmp_path, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    events = pl.read_parquet(tmp_path / "out" / "interactions.parquet")
    assert events["weight"].to_list() == [4.5]
    both = run("convert", tmp_path, "--catalog", "x", "--interactions", "y", "--out", "z")
    assert "both --folder and files are given" in both.stderr
