from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.data.load import read_catalog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

NAMES = ("Kalimba", "Orbiter", "Zephyr", "Quokka", "Mangosteen", "Dulcimer", "Axolotl", "Basalt")


@pytest.fixture
def items(tmp_path: Path) -> str:
    rows = ["item_id,language,text,isbn"]
    for i, name in enumerate(NAMES):
        isbn = "A" if i < 2 else ""
        rows += [f"d{i},de,das ist ein {name},{isbn}", f"f{i},fr,voici une {name},"]
    (tmp_path / "items.csv").write_text("\n".join([*rows, "x,ja,緑茶,"]), encoding="utf-8")
    return str(tmp_path / "items.csv")


@pytest.fixture
def duplicates(run: Callable[..., Result], shop: Path) -> Callable[..., Result]:
    return lambda *args: run("duplicates", "--plan", shop / "content.toml", *args)


def test_works_are_shown_and_written(
    duplicates: Callable[..., Result], items: str, tmp_path: Path
) -> None:
    for ending in ("parquet", "csv", "jsonl"):
        out = tmp_path / f"works.{ending}"
        done = duplicates("--catalog", items, "--out", out)
        assert done.exit_code == 0, done.output
        assert "16 items of 17 are versions of 8 works" in done.stderr
        assert "d0" in done.stdout
        assert "Kalimba" in done.stdout
        again = read_catalog(out)
        assert again.works.tolist() == [*(i // 2 for i in range(16)), 8]
        assert "isbn" in again.attributes


def test_a_document_holds_all_works_with_their_confidence(
    duplicates: Callable[..., Result], items: str
) -> None:
    done = duplicates("--catalog", items, "--by", "isbn", "--json")
    found: dict[str, Any] = json.loads(done.stdout)
    assert (found["items"], found["out"]) == (17, None)
    (first,) = [work for work in found["works"] if work["work"] == "d0"]
    sure_of = {item["item_id"]: item["confidence"] for item in first["items"]}
    assert sure_of["d0"] == sure_of["d1"] == 1
    assert first["confidence"] == min(sure_of.values())
    sure = [work["confidence"] for work in found["works"]]
    assert sure == sorted(sure, reverse=True)


def test_the_doubtful_are_shown_first_and_no_more_than_wished(
    duplicates: Callable[..., Result], items: str
) -> None:
    shown = duplicates("--catalog", items, "--limit", 1).stdout
    assert len(shown.splitlines()) == 4  # headings, a line, one work of two versions
    assert not duplicates("--catalog", items, "--limit", 0).stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "no data are named\ngive --data debian, or --catalog"),
        (("--data", "debian", "--catalog", "x.csv"), "both --data and --catalog are given"),
        (("--catalog", "x.csv", "--view", "en"), "--view is for --data\nleave it out"),
        (("--data", "debian", "--out", "works.xls"), "--out is 'works.xls'\nname a .csv"),
    ],
)
def test_what_cannot_be_done_is_refused(
    duplicates: Callable[..., Result], args: tuple[str, ...], message: str
) -> None:
    done = duplicates(*args)
    assert done.exit_code == 2
    assert message in done.stderr
