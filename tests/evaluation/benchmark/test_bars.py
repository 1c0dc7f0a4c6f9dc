from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError
from polyrec.evaluation.benchmark.bars import bars_table, judge, read_bars
from polyrec.evaluation.benchmark.joined import write_joined

if TYPE_CHECKING:
    from pathlib import Path

TESTS = [
    {"first": "hybrid", "second": other, "slice": "all", "value": v, "low": v - 0.01, "high": v + 1}
    for other, v in (("ease", 0.1), ("als", 0.03))
]
PRINTED = "fit: 1.20 x implicit's time\npeak: 5,500 MB\nfit: 1.40 x implicit's time\n"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder in which commands left figures."""
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/benchmark.json").write_text(json.dumps({"tests": TESTS}), encoding="utf-8")
    (tmp_path / "rows.json").write_text(json.dumps([{"rmse": 0.9, "of": "ours"}]), encoding="utf-8")
    (tmp_path / "one.json").write_text('{"a": {"b": 3}}', encoding="utf-8")
    (tmp_path / "scale.txt").write_text(PRINTED, encoding="utf-8")
    return tmp_path


def beats(*others: str, over: float = 0.0) -> dict[str, Any]:
    where = {"first": "hybrid", "slice": "all", "second": list(others)}
    return {
        "text": "it wins", "file": "debian/benchmark.json", "table": "tests",
        "where": where, "figure": "low", "over": over,
    }  # fmt: skip


def test_of_several_rows_the_worst_counts(results: Path) -> None:
    found = judge(beats("ease", "als"), results)
    assert (found.verdict, found.figure) == ("met", "0.030 (0.020 to 1.030), als")
    assert judge(beats("ease", "als", over=0.02), results).verdict == "not met"
    assert judge(beats("ease", over=0.02), results).verdict == "met"


def test_what_was_not_measured_is_never_met(results: Path) -> None:
    found = judge(beats("ease", "rp3beta", over=-9), results)
    assert (found.verdict, found.figure) == ("not measured", "not there: rp3beta")
    for change in (
        {"file": "absent.json"},
        {"table": "test"},
        {"file": "scale.txt", "find": "x y"},
    ):
        assert judge(beats("ease", over=-9) | change, results).verdict == "not measured"
    untuned = judge(beats("ease", over=-9) | {"given": {"protocol.tuned": True}}, results)
    assert untuned.verdict == "not measured"
    assert untuned.figure == "protocol.tuned is None, not True"
    none = beats("ease") | {"figure": "holm"}
    assert judge(none, results).verdict == "not measured"


@pytest.mark.parametrize(
    ("bar", "verdict"),
    [
        ({"file": "rows.json", "where": {"of": "ours"}, "figure": "rmse", "at_most": 0.9}, "met"),
        ({"file": "rows.json", "figure": "rmse", "at_most": 0.89}, "not met"),
        ({"file": "rows.json", "figure": "rmse", "at_least": 0.9}, "met"),
        ({"file": "rows.json", "figure": "rmse", "over": 0.9}, "not met"),
        ({"file": "one.json", "table": "a", "figure": "b", "at_least": 3}, "met"),
        ({"file": "scale.txt", "find": r"fit: ([\d.]+) x", "at_most": 1.4}, "met"),
        ({"file": "scale.txt", "find": r"fit: ([\d.]+) x", "at_most": 1.3}, "not met"),
        ({"file": "scale.txt", "find": r"peak: ([\d,]+) MB", "at_most": 6000}, "met"),
    ],
)
def test_figures_are_found_in_rows_objects_and_printed_text(
    results: Path, bar: dict[str, Any], verdict: str
) -> None:
    assert judge({"text": "a bar", **bar}, results).verdict == verdict


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no bars"),
        ("[[bar]]\ntext = 'x'\n", "the bar 'x' is not whole"),
        ("[[bar]]\ntext = 'x'\nfile = 'f'\nfigure = 'v'\nover = 1\nat_most = 2", "is not whole"),
        ("[[bar]]\ntext = 'x'\nfil = 'f'", "no setting of the bar 'x' is named 'fil'"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "bars.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        read_bars(file)


def test_the_table_has_a_row_for_every_bar(results: Path) -> None:
    table = bars_table([judge(beats("ease"), results), judge(beats("none"), results)])
    assert "| it wins | 0.100 (0.090 to 1.100), ease | **met** |" in table
    assert "| it wins | not there: none | **not measured** |" in table


BARS = """
[[bar]]
text = "rmse | below 1"
file = "rows.json"
figure = "rmse"
at_most = 1.0
[[bar]]
text = "never run"
file = "never.json"
figure = "x"
over = 0.0
[[section]]
title = "Stars"
file = "rows.json"
command = "python benchmarks/ratings.py"
note = "Labelled so."
[[section]]
title = "Scale"
file = "scale.txt"
[[section]]
title = "Never"
file = "never.json"
"""


def test_the_page_holds_every_bar_and_every_section_missing_ones_too(results: Path) -> None:
    bars, out = results / "bars.toml", results / "docs/benchmarks.md"
    bars.write_text(BARS, encoding="utf-8")
    assert write_joined(results, bars, out, results / "docs/pictures") == 1
    text = out.read_text(encoding="utf-8")
    assert "1 of 2 are met." in text
    assert "| rmse \\| below 1 | 0.900 | **met** | `rows.json` |" in text
    assert "| never run | no never.json | **not measured** |" in text
    assert "## Stars\n\n```text\npython benchmarks/ratings.py\n```\n\n| rmse | of |" in text
    assert "Labelled so." in text
    assert f"```text\n{PRINTED.strip()}\n```" in text
    assert "`never.json` is missing: this was not run." in text


def test_the_bars_of_this_repository_can_be_read(request: pytest.FixtureRequest) -> None:
    bars = read_bars(request.config.rootpath / "benchmarks/bars.toml")
    assert all(
        judge(bar, request.config.rootpath / "nowhere").verdict == "not measured" for bar in bars
    )
