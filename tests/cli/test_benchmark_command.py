from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def asked(data: list[str], shop: Path) -> list[str]:
    """The shop's data, and one quick model and split."""
    return [
        *data,
        *("--plan", str(shop / "content.toml"), "--models", "popularity,item-knn"),
        *("--splits", "cold-items", "--seeds", "1", "--threads", "1"),
    ]


def test_models_are_compared_and_the_folder_holds_all(
    run: Run, asked: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run("benchmark", *asked, "--family", "plain: popularity vs item-knn", "--out", out)
    assert result.exit_code == 0, result.output
    assert "cold-items split: nDCG@20, full ranking" in result.stdout
    assert re.search(r"popularity - item-knn: \S+ \(\S+ to \S+\), n < 30\n", result.stdout)
    assert f"results: {out / 'benchmark.md'}" in result.stdout
    again = run("benchmark", *asked, "--out", out, "--json")
    assert again.exit_code == 0, again.output
    document = json.loads(again.stdout)
    assert document == json.loads((out / "benchmark.json").read_text("utf-8"))
    assert set(document["models"]) == {"popularity", "item-knn", "plan"}


def test_the_argument_is_a_folder_or_the_name_of_a_dataset_that_ships(
    run: Run, asked: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "debian"
    converted = run("convert", *asked[:4], "--out", folder)
    assert converted.exit_code == 0, converted.output
    result = run("benchmark", folder, *asked[4:], "--out", tmp_path / "out", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["data"]["items"] == 7
    refused = run("benchmark", "debian", *asked, "--out", tmp_path / "other")
    assert refused.exit_code == 2
    assert "both --data and files are given" in refused.stderr
    refused = run("benchmark", "debain", "--out", tmp_path / "other")
    assert "debain" in refused.stderr
    assert refused.exit_code == 3


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--family", "hybrid vs ease"], "is no family of comparisons"),
        (["--peers", "implict"], "no peer is named 'implict'\ndid you mean 'implicit'?"),
        (["--models", "hybird"], "no model to compare is named 'hybird'"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    run: Run, asked: list[str], tmp_path: Path, options: list[str], problem: str
) -> None:
    result = run("benchmark", *asked, *options, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert problem in result.stderr


def test_a_folder_that_holds_something_else_is_left_alone(
    run: Run, asked: list[str], tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    result = run("benchmark", *asked, "--out", tmp_path)
    assert result.exit_code == 3
    assert "holds something else" in result.stderr
