from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.data.write import write_dataset
from polyrec.evaluation.tuned import Tuned
from polyrec.models.ease import Ease
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from polyrec.core.types import Training

PLAN = """\
[encoder]
use = "hashing"
[debias]
use = "language-mean"
[recommender]
use = "hybrid"
"""


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name data which can be split twice, and a quick plan."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "data").mkdir()
    write_dataset(translated(), folder / "data")
    (folder / "plan.toml").write_text(PLAN)
    named = ["--folder", str(folder / "data"), "--plan", str(folder / "plan.toml")]
    return [*named, "--view", "one-language", "--models", "section-only,ease,content"]


def test_it_prints_a_table_and_writes_what_it_found(
    run: Callable[..., Result], asked: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "tuned"
    result = run("tune", *asked, "--trials", 3, "--out", out)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "nDCG@20 inside the training part of the split random, seed 0; 3 trials for each model"
    )
    assert lines[1].split() == ["model", "best", "default", "trials", "seconds", "settings"]
    tuned = Tuned.load(out)
    for name in ("ease", "content"):
        (row,) = (line for line in lines if line.startswith(name))
        assert f"{tuned.models[name].validation:.4f}" in row
    assert "section-only has nothing to tune: its defaults were measured once" in lines
    assert lines[-1] == f"settings: {out / 'tuned.json'}, plans: {out / 'plans'}"
    assert (out / "plans" / "ease.toml").is_file()


def test_json_is_the_file_and_a_second_run_goes_on(
    run: Callable[..., Result], asked: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "tuned"
    options = ["tune", *asked, "--text-seed", 2, "--seed", 1, "--out", out, "--json"]
    result = run(*options, "--trials", 2)
    assert result.stdout == (out / "tuned.json").read_text()
    assert (json.loads(result.stdout)["text_seed"], json.loads(result.stdout)["seed"]) == (2, 1)
    more = json.loads(run(*options, "--trials", 4).stdout)
    assert more["models"]["ease"]["trials"] == 4


def test_refused_trials_are_told(
    run: Callable[..., Result],
    asked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fit(self: Ease, training: Training, seed: int) -> None:
        raise MemoryError

    monkeypatch.setattr(Ease, "_fit", fit)
    result = run("tune", *asked, "--trials", 2, "--out", tmp_path / "tuned")
    assert result.exit_code == 0
    assert "2 trials of ease refused, the first: MemoryError" in result.stdout
    (row,) = (line for line in result.stdout.splitlines() if line.startswith("ease"))
    assert row.split()[1:4] == ["-", "-", "2"]
    assert row.endswith("all trials were refused")


def test_a_folder_that_holds_something_else_is_refused(
    run: Callable[..., Result], asked: list[str], tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    result = run("tune", *asked, "--out", tmp_path)
    assert result.exit_code == 3
    assert "holds something else" in result.stderr


@pytest.mark.parametrize("command", ["benchmark", "evaluate", "tune"])
@pytest.mark.parametrize(
    "option", [["--negatives", "100"], ["--n_negatives=99"], ["--sampled-negatives"]]
)
def test_samples_are_refused_with_the_reason(
    run: Callable[..., Result], command: str, option: list[str]
) -> None:
    result = run(command, "--data", "debian", *option)
    assert result.exit_code == 2
    assert "polyrec: error: negatives are not sampled here: " in result.stderr
    assert "Krichene and Rendle 2020" in result.stderr
    assert "every item is ranked" in result.stderr


def test_help_does_not_offer_samples(run: Callable[..., Any]) -> None:
    for command in ("benchmark", "evaluate", "tune"):
        assert "negatives" not in run(command, "--help").stdout
