from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.cli.comparison_table import show_comparison
from polyrec.evaluation.rows import Row
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

KEYS = {
    *("dataset", "view", "split", "seed", "model", "slice", "measure", "k", "value", "low"),
    *("high", "n"),
}
PLAN = """\
encoder = "hashing"
debias = "language-mean"
recommender = "hybrid"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options of a catalog in three languages, with times, and a plan that hashes."""
    folder = tmp_path_factory.mktemp("made")
    data = translated(30, 40)
    items = [
        f"{name},{tag},{text},{category}\n"
        for name, by, category in zip(
            data.catalog.ids.names, data.catalog.texts, data.catalog.category, strict=True
        )
        for tag, text in by.items()
    ]
    events = data.interactions
    assert events.time is not None
    rows = [
        f"{events.users.names[user]},{data.catalog.ids.names[item]},{time:.0f}\n"
        for user, item, time in zip(
            events.user.tolist(), events.item.tolist(), events.time.tolist(), strict=True
        )
    ]
    files = {
        "items.csv": "item_id,language,text,category\n" + "".join(items),
        "events.csv": "user_id,item_id,timestamp\n" + "".join(rows),
        "plan.toml": PLAN,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [
        *("--catalog", str(folder / "items.csv"), "--interactions", str(folder / "events.csv")),
        *("--plan", str(folder / "plan.toml")),
    ]


def test_models_are_compared_in_a_table_per_split_and_view(run: Run, made: list[str]) -> None:
    result = run(
        *("evaluate", *made, "--view", "one-language", "--text-seeds", "1-2", "-k", 5),
        *("--models", "content-raw,content,popularity"),
    )
    assert result.exit_code == 0, result.output
    for heading in (
        "random split, view one-language: at 5, full ranking, ",
        "cold-items split, view one-language: at 5",
        "random split, view one-language:1-2: at 5",
        "cold-items split, view one-language:1-2: at 5",
    ):
        assert heading in result.stdout
    assert "view one-language:2:" not in result.stdout
    assert "content - content-raw: +" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "nan" not in result.stdout.lower()


def test_json_has_the_rows_and_keys_of_the_metrics_file(
    run: Run, made: list[str], tmp_path: Path
) -> None:
    result = run(
        *("evaluate", *made, "--models", "ease,hybrid,hybrid-en", "--seeds", "0,3"),
        *("--splits", "random", "--view", "one-language", "--text-seeds", "1", "--json"),
        *("--out", tmp_path / "report"),
    )
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert rows
    assert all(set(row) == KEYS for row in rows)
    assert {row["seed"] for row in rows} == {0, 3, "mean"}
    assert {row["model"] for row in rows} == {
        *("ease", "hybrid", "hybrid-en", "hybrid - ease", "hybrid-en - hybrid"),
    }
    assert f"report: {tmp_path / 'report' / 'report.html'}" in result.stderr
    assert json.loads((tmp_path / "report/metrics.json").read_text("utf-8")) == rows


def test_a_split_by_time_needs_times_and_works_with_them(
    run: Run, made: list[str], shop: Path, data: list[str]
) -> None:
    options = ["--splits", "time", "--models", "popularity", "--view", "en"]
    result = run("evaluate", *made, *options)
    assert result.exit_code == 0, result.output
    assert "time split, view en: at 20" in result.stdout
    result = run("evaluate", *data, "--plan", shop / "content.toml", *options)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "the interactions have no times" in result.stderr
    assert "use the split 'random'" in result.stderr


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--splits", "randm"], 2, "no split is named 'randm'\ndid you mean 'random'?"),
        (["--models", "hybird"], 2, "no model to compare is named 'hybird'\ndid you mean 'hybrid'"),
        (["--seeds", "4-2"], 2, "'4-2' must go up"),
        (["--text-seeds", "x"], 2, "'x' is no seed"),
        (["--splits", ","], 2, "give at least one name"),
        (["-k", "0"], 2, "0 is not in the range"),
        (["--view", "english"], 2, "no view is named 'english'"),
        (["--splits", "language-out"], 3, "no language can be left out: none has 50 items"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    run: Run, made: list[str], options: list[str], code: int, problem: str
) -> None:
    result = run("evaluate", *made, *options)
    assert (result.exit_code, result.stdout) == (code, "")
    assert problem in result.stderr


def test_a_plan_without_an_encoder_is_refused(run: Run, shop: Path, data: list[str]) -> None:
    result = run("evaluate", *data, "--plan", shop / "ease.toml")
    assert result.exit_code == 2
    assert "the plan has no encoder to compare with\nadd [encoder] to it" in result.stderr


def test_data_that_are_too_small_are_refused_with_a_remedy(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    events = tmp_path / "events.csv"
    events.write_text("user_id,item_id\nada,saw\nbob,tea\n", encoding="utf-8")
    result = run(
        *("evaluate", "--catalog", shop / "items.csv", "--interactions", events),
        *("--plan", shop / "content.toml"),
    )
    assert (result.exit_code, result.stdout) == (3, "")
    assert (
        "the split 'random' holds nothing out of 2 interactions\n"
        "give more data, or a larger test_share"
    ) in result.stderr


# what is printed


def _row(**others: Any) -> Row:
    fields: dict[str, Any] = {
        **{"dataset": "d", "view": "v", "split": "random", "seed": "mean", "model": "hybrid"},
        **{"slice": "all", "measure": "ndcg", "k": 20, "value": 0.5, "low": 0.4, "high": 0.6},
        "n": 30,
    }
    return Row(**fields | others)


def shown(capsys: pytest.CaptureFixture[str], *rows: Row, **models: str) -> str:
    show_comparison(rows, models or {"hybrid": ""})
    return capsys.readouterr().out


def test_means_are_shown_and_single_seeds_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, _row(seed=0, value=0.123), _row())
    assert "0.500" in text
    assert "0.400-0.600" in text
    assert "0.123" not in text
    assert "random split, view v: at 20, full ranking, 30 users" in text


@pytest.mark.parametrize("width", [40, 80, 200])
def test_neither_names_nor_figures_are_cut_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [
        _row(model="hybrid-raw-sharp", slice=part, measure=measure)
        for part, measure in (
            *(("all", "ndcg"), ("all", "recall"), ("all", "coverage"), ("all", "same-language")),
            *(("unseen-item", "recall"), ("cross-language", "recall")),
        )
    ]
    text = shown(capsys, *rows, **{"hybrid-raw-sharp": ""})
    lines = [line.split() for line in text.splitlines()]
    assert ["hybrid-raw-sharp", "0.500", "0.400-0.600", *["0.500"] * 5] in lines
    assert max(map(len, text.splitlines())) == 80


def test_one_user_is_no_several_users(capsys: pytest.CaptureFixture[str]) -> None:
    assert "full ranking, 1 user\n" in shown(capsys, _row(n=1))


def test_what_was_not_measured_is_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    nan = float("nan")
    text = shown(capsys, _row(), _row(measure="recall", value=nan, low=nan, high=nan))
    assert "nan" not in text
    (line,) = (line for line in text.splitlines() if line.startswith("hybrid"))
    assert line.split().count("-") == 5


def test_claims_stand_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(
        capsys,
        _row(),
        _row(model="hybrid - ease", value=0.07, low=-0.01, high=0.15),
        _row(model="hybrid - ease", measure="recall", value=0.99),
        _row(measure="language-cost-recovered", value=0.86, low=0.78, high=0.93),
        _row(
            model="hybrid against hybrid-raw-sharp",
            measure="language-cost-recovered",
            **{"value": 0.5, "low": 0.4, "high": 0.6},
        ),
    )
    assert "hybrid - ease: +0.070 nDCG (-0.010 to +0.150), paired\n" in text
    assert (
        "of what the language mix costs, 86% is recovered (78% to 93%), against hybrid-raw\n"
    ) in text
    assert "50% is recovered (40% to 60%), against hybrid-raw-sharp\n" in text
    assert "0.990" not in text


def test_few_users_tell_no_models_apart(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, _row(), _row(model="hybrid - ease", value=0.07, low=0.07, high=0.07, n=2))
    assert "(+0.070 to +0.070), too few users\n" in text


def test_languages_left_out_have_a_table_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    nan = float("nan")
    rows = [
        _row(split=split, slice=part, measure=measure, value=value, low=value, high=value)
        for part, a, b in (("language:de", 0.2, 0.4), ("all", 0.3, 0.4), ("language:ja", nan, nan))
        for split, measure, value in (
            *(("language-out:A", "ndcg", a), ("language-out:B", "ndcg", b)),
            ("language-out", "ndcg-ratio", a / b),
        )
    ]
    text = shown(capsys, *rows)
    lines = [line.split() for line in text.splitlines()]
    assert ["de", "0.200", "0.400", "0.50", "0.50-0.50", "30"] in lines
    assert ["all", "0.300", "0.400", "0.75", "0.75-0.75", "30"] in lines
    assert "nan" not in text
    assert "random split" not in text
