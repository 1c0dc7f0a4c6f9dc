from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

GERMAN = "Die Bahn hatte heute Morgen wieder einmal Verspätung."
MIXED = "木工の入門コース (An introduction to woodworking for beginners)"


def test_texts_are_shown_with_language_confidence_and_script(run: Run) -> None:
    result = run("detect", GERMAN, MIXED)
    assert result.exit_code == 0, result.output
    assert "de" in result.stdout
    assert "1.00" in result.stdout
    assert "0-10 ja, 10-55 en" in result.stdout
    assert "2 texts, 0 of them undetermined" in result.stderr


def test_texts_as_json(run: Run) -> None:
    (found,) = json.loads(run("detect", MIXED, "--json").stdout)
    assert set(found) == {"text", "language", "name", "confidence", "script", "spans"}
    assert found["language"] == "ja"
    assert [span["language"] for span in found["spans"]] == ["ja", "en"]


def test_a_column_of_a_file_is_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(f"id,title\n1,{GERMAN}\n2,今日は朝から雨が降っています。\n", encoding="utf-8")
    result = run("detect", "--file", path, "--column", "title", "--json")
    assert [each["language"] for each in json.loads(result.stdout)] == ["de", "ja"]
    wrong = run("detect", "--file", path)
    assert wrong.exit_code == 3
    assert "has no column 'text'\nits columns are: id, title" in wrong.stderr


def test_a_bound_and_a_detector_can_be_chosen(run: Run) -> None:
    result = run("detect", "Robot", "--detector", "eldc", "--min-confidence", "1", "--json")
    assert json.loads(result.stdout)[0]["language"] == "und"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("text", "--file", "x.csv"), "both texts and --file are given"),
        (("text", "--detector", "eldcc"), "did you mean 'eldc'?"),
    ],
)
def test_wrong_calls_are_refused(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("detect", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
