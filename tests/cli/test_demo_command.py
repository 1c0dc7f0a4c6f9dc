from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from polyrec.core.types import SuggestedItem, Suggestion
from polyrec.evaluation.content import Card, Content
from polyrec.evaluation.rows import Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

ROW = Row("debian", "one-language", "random", "mean", "ease", "all", "ndcg", 20, 0.3, 0.2, 0.4, 553)
EVIL = "Säge\x1b[2J\x07 [bold]x[/bold]\nsecond line"


def _content() -> Content:
    known = (SuggestedItem("saw", 1.0, "de", EVIL), SuggestedItem("tea", 1.0, "ja", "緑茶"))
    got = (
        SuggestedItem("plane", 0.9, "en", "Plane for wood", "saw"),
        SuggestedItem("flute", 0.0, "fr", "Flûte"),
    )
    return Content(
        title="Recommending",
        lead="",
        rows=[ROW],
        models={"ease": "what people do alone"},
        cards=(
            Card("ada\x1b[31m", 12, known, Suggestion(got, "personal")),
            Card("bob", 1, known[:1], Suggestion((), "personal", "only 0 of 10")),
        ),
        facts={"encoder speed": "120 texts/s", "peak memory": "0.9 GB"},
    )


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Let the demo have run; give what it was asked."""
    asked: list[tuple[str, int]] = []

    def run(dataset: str, *, seed: int) -> Content:
        asked.append((dataset, seed))
        return _content()

    monkeypatch.setattr("polyrec.evaluation.demo.demo", run)
    return asked


def test_the_demo_prints_the_table_some_users_and_what_it_used(
    run: Run, made: list[tuple[str, int]], tmp_path: Path
) -> None:
    result = run("demo", "--out", tmp_path / "report", "--seed", 3)
    assert result.exit_code == 0, result.output
    assert made == [("debian", 3)]
    assert "random split, view one-language: at 20, full ranking, 553 users" in result.stdout
    assert "user ada [31m has 12 items, such as" in result.stdout
    assert "user bob has 1 item, such as" in result.stdout
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["en", "plane", "Plane", "for", "wood", "saw"] in lines
    assert ["fr", "flute", "Flûte"] in lines
    assert ["ja", "tea", "緑茶"] in lines
    assert "encoder speed: 120 texts/s" in result.stdout
    assert result.stdout.endswith(f"\nreport: {tmp_path / 'report' / 'report.html'}\n")
    assert (tmp_path / "report/report.html").is_file()


def test_texts_cannot_steer_the_terminal(
    run: Run, made: list[tuple[str, int]], tmp_path: Path
) -> None:
    result = run("demo", "--out", tmp_path / "report")
    assert not {"\x1b", "\x07"} & set(result.stdout)
    assert "[bold]x[/bold]" in result.stdout
    assert "second line" not in result.stdout


def test_json_alone_is_on_stdout_and_the_report_is_named_on_stderr(
    run: Run, made: list[tuple[str, int]], tmp_path: Path
) -> None:
    result = run("demo", "--out", tmp_path / "report", "--json")
    (row,) = json.loads(result.stdout)
    assert set(row) == {
        *("dataset", "view", "split", "seed", "model", "slice", "measure", "k", "value", "low"),
        *("high", "n"),
    }
    assert result.stderr == f"\nreport: {tmp_path / 'report' / 'report.html'}\n"
    assert json.loads((tmp_path / "report/metrics.json").read_text("utf-8")) == [row]


def test_a_dataset_that_does_not_ship_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("demo", "--data", "debain", "--out", tmp_path / "report")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no dataset is named 'debain'\ndid you mean 'debian'?" in result.stderr
    assert not (tmp_path / "report").exists()
