from __future__ import annotations

import json
import math
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, UnknownNameError
from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.evaluation.benchmark.benchmark import Benchmark, Options, run_benchmark
from polyrec.evaluation.benchmark.document import document_of
from polyrec.evaluation.benchmark.environments import Peer
from polyrec.evaluation.benchmark.families import Family
from polyrec.evaluation.benchmark.page import command_of, page
from polyrec.evaluation.benchmark.write import write_benchmark
from polyrec.evaluation.comparison import Setting, compare
from polyrec.evaluation.contenders import CONTENDERS
from polyrec.evaluation.tuned import Tuned, TunedModel
from polyrec.models.hybrid import Hybrid
from polyrec.pipeline.plan import Plan
from polyrec.testing.worlds import translated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Scripted = Callable[..., Peer]

DATA = translated(60, 40).view("one-language", seed=1)
PLAN = Plan(Hybrid(), Hashing(), LanguageMean())
MODELS = ("content", "latest")
SPLITS = ("random", "cold-items")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Benchmark:
    """Two contenders, a recommender that is none, and peers that fail, on two splits and seeds."""
    folder = tmp_path_factory.mktemp("made")
    bad = folder / "bad.py"
    bad.write_text("def about(job): ...\ndef fit(job): raise OSError('no luck')\n", "utf-8")
    peers = {"crashes": Peer("a script", bad, ("one",))}
    options = Options(
        MODELS,
        SPLITS,
        (0, 3),
        peers=("crashes",),
        known_peers=peers,
        threads=1,
        n_resamples=200,
        k=5,
    )
    return run_benchmark(PLAN, DATA, options, folder)


def test_figures_are_those_of_a_comparison_in_this_process(made: Benchmark) -> None:
    contenders = {name: CONTENDERS[name] for name in ("content",)}
    setting = Setting(DATA, Hashing(), splits=SPLITS, seeds=(0, 3), k=5)
    results = compare(setting, contenders)
    for name in contenders:
        for split in SPLITS:
            here = made.results.per_user(name, split, ("all", "ndcg"), (1,))
            there = results.per_user(name, split, ("all", "ndcg"), (1,))
            assert np.array_equal(here, there, equal_nan=True)


def test_what_fails_is_reported_and_the_others_go_on(made: Benchmark) -> None:
    assert {(f["model"], f["split"], f["seed"]) for f in made.failed} == {
        ("crashes:one", split, seed) for split in SPLITS for seed in (0, 3)
    }
    assert {f["why"] for f in made.failed} == {"OSError: no luck"}
    assert {run["model"] for run in made.runs} == set(MODELS)


def test_the_document_is_plain_and_says_where_its_figures_come_from(made: Benchmark) -> None:
    document = json.loads(json.dumps(document_of(made, command="polyrec x"), allow_nan=False))
    assert document["data"]["items"] == len(DATA.catalog)
    assert document["families"] == [
        {
            "name": "content against all",
            "first": "content",
            "others": ["latest", "crashes:one"],
        }
    ]
    tests = [t for t in document["tests"] if t["slice"] == "all"]
    assert [(t["split"], t["second"]) for t in tests] == [(split, "latest") for split in SPLITS]
    assert all(t["holm"] >= t["p"] for t in tests)
    for run in document["runs"]:
        assert run["peak_mb"] > run["before_mb"] / 2 > 0
        assert run["users"] > 0
    where = ("content", "random", "all", "ndcg")
    (row,) = (
        r for r in document["rows"] if (r["model"], r["split"], r["slice"], r["measure"]) == where
    )
    values = made.results.per_user("content", "random", ("all", "ndcg"), (1,))
    assert row["value"] == pytest.approx(np.nanmean(values))
    assert row["low"] < row["value"] < row["high"]


def test_the_page_has_a_row_for_every_model(made: Benchmark) -> None:
    text = page(document_of(made, command="polyrec benchmark <x>"), title="Made | data")
    for split in ("Random split", "Cold-items split"):
        assert f"## Made | data: {split}" in text
    assert text.count("| crashes:one | did not run |") == 2
    assert "| crashes:one | random | 3 | OSError: no luck |" in text
    assert "nan" not in text.lower().replace("finance", "")
    assert "(n < 30)" in text
    assert "own with 1 thread;" in " ".join(text.split())
    assert all(len(line) <= 100 for line in text.splitlines() if "|" not in line)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    tables = "\n".join(lines)
    assert "| content - latest |" in tables


def test_a_command_can_be_typed_again(made: Benchmark) -> None:
    long = " ".join(f"--family 'claim {i}: hybrid vs ease,als'" for i in range(9))
    command = f"polyrec benchmark debian {long} --peers {','.join(map(str, range(99)))} '' -k 5"
    shown = command_of({"command": command})
    assert max(map(len, shown.splitlines())) <= 100
    assert shlex.split(shown.replace("\\\n", "")) == shlex.split(command)


def test_everything_is_written_and_a_second_run_makes_nothing_anew(
    tmp_path: Path, scripted: Scripted
) -> None:
    options = Options(("popularity",), ("random",), peers=("made",), threads=1, n_resamples=50,
                      known_peers={"made": scripted()})  # fmt: skip
    first = run_benchmark(PLAN, DATA, options, tmp_path)
    path = write_benchmark(document_of(first, command="x"), tmp_path)
    assert path.read_text("utf-8").startswith("# Benchmark: translated")
    for name in ("benchmark.json", "quality-time-light.png", "quality-time-dark.png"):
        assert (tmp_path / name).stat().st_size > 1000
    again = run_benchmark(PLAN, DATA, options, tmp_path)
    assert again.runs == first.runs


def _tuned(**others: Any) -> Tuned:
    found = TunedModel({"use": "item-knn", "n_neighbours": 3}, 0.25, 7)
    given = {
        **{"data": DATA.fingerprint, "view": "one-language", "text_seed": 1, "split": "random"},
        **{"seed": 0, "models": {"item-knn": found}},
    }
    return Tuned(**(given | others))


def _written(folder: Path, *tuned: Tuned) -> Path:
    for each in tuned:
        own = folder / f"{each.split}-{each.seed}"
        own.mkdir(parents=True)
        (own / "tuned.json").write_text(each.to_json(), encoding="utf-8")
    return folder


def test_tuned_settings_are_used_where_they_were_found(tmp_path: Path) -> None:
    folder = _written(tmp_path / "tuned", _tuned(), _tuned(seed=1))
    options = Options(("item-knn",), ("random",), (0, 1), tuned=(folder,), threads=1, n_resamples=9)
    made = run_benchmark(PLAN, DATA, options, tmp_path / "out")
    assert [run["settings"] for run in made.runs] == [{"use": "item-knn", "n_neighbours": 3}] * 2
    assert [(run["trials"], run["validation"]) for run in made.runs] == [(7, 0.25)] * 2


@pytest.mark.parametrize(
    ("tuned", "error", "problem"),
    [
        (_tuned(data="0" * 64), ConfigError, "were tuned on other data than translated"),
        (_tuned(view="en"), ConfigError, "was tuned in the view 'en', text seed 1, not in"),
        (_tuned(seed=2), DataError, "inside the training part of the split 'random', seed 0"),
        (_tuned(split="time"), DataError, "polyrec tune --split random --seed 0"),
    ],
)
def test_settings_that_were_tuned_elsewhere_are_refused(
    tmp_path: Path, tuned: Tuned, error: type[Exception], problem: str
) -> None:
    folder = _written(tmp_path / "tuned", tuned)
    options = Options(("item-knn",), ("random",), tuned=(folder,))
    with pytest.raises(error, match=problem):
        run_benchmark(PLAN, DATA, options, tmp_path / "out")


@pytest.mark.parametrize(
    ("change", "error", "problem"),
    [
        ({"models": ("hybird",)}, UnknownNameError, "no model to compare is named 'hybird'"),
        ({"splits": ("randm",)}, UnknownNameError, "no split is named 'randm'"),
        ({"peers": ("implict",)}, UnknownNameError, "no peer is named 'implict'"),
        (
            {"families": (Family("x", "content", ("ease",)),)},
            ConfigError,
            "the family 'x' names 'ease', which is not compared; compared are content",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_runs(
    tmp_path: Path, change: dict[str, Any], error: type[Exception], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        run_benchmark(PLAN, DATA, replace(Options(("content",)), **change), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_plan_without_an_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the plan has no encoder"):
        run_benchmark(Plan(Hybrid()), DATA, Options(("ease",)), tmp_path)


def test_a_recommender_whose_library_is_missing_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyrec.core import registry

    lines = {**registry.PARTS["recommender"], "made": "no_such_library.made:Made [als]"}
    monkeypatch.setitem(registry.PARTS, "recommender", lines)
    registry.parts.cache_clear()
    try:
        options = Options(("popularity", "made"), ("random",), threads=1, n_resamples=9)
        made = run_benchmark(PLAN, DATA, options, tmp_path)
    finally:
        registry.parts.cache_clear()
    (failed,) = made.failed
    assert (failed["model"], failed["split"]) == ("made", "")
    assert "needs no_such_library; pip install 'polyrec[als]'" in failed["why"]
    assert [run["model"] for run in made.runs] == ["popularity"]
    assert math.isfinite(made.runs[0]["fit_s"])
