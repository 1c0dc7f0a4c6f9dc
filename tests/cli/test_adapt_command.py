from __future__ import annotations

import json
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.data.write import write_dataset
from polyrec.encode.sentence import Sentence
from polyrec.pipeline.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

WORDS = {
    "en": (("saw", "plane", "chisel", "oak", "glue"), ("bond", "stock", "rate", "fund", "loan")),
    "de": (
        ("Säge", "Hobel", "Beitel", "Eiche", "Leim"),
        ("Anleihe", "Aktie", "Zins", "Fonds", "Kredit"),
    ),
}
SMALL = ("--epochs", 1, "--batch-size", 8, "--max-tokens", 16, "--seed", 1)


@pytest.fixture(scope="module")
def camps(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that name data of two camps: every item in English and German."""
    rng = np.random.default_rng(0)
    texts, pairs = [], []
    for item in range(40):
        some = rng.choice(5, 2, replace=False)
        texts.append(
            {
                tag: f"{camps[item % 2][some[0]]} {camps[item % 2][some[1]]} {item}"
                for tag, camps in WORDS.items()
            }
        )
    for user in range(40):
        own = rng.choice(np.arange(user % 2, 40, 2), 8, replace=False)
        pairs += [(f"u{user}", f"i{item}") for item in own]
    catalog = Catalog.from_texts([f"i{item}" for item in range(40)], texts)
    place = {name: i for i, name in enumerate(catalog.ids.names)}
    events = Interactions.from_pairs([(user, place[item]) for user, item in pairs])
    folder = tmp_path_factory.mktemp("camps")
    items, choices = write_dataset(Dataset(catalog, events), folder)
    return ["--catalog", str(items), "--interactions", str(choices)]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_xlm_r

    return tiny_xlm_r(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aligned")
    for tag, small in {"eng": "the of and", "deu": "der die und", "fra": "le la et"}.items():
        lines = [f"{small} {chr(97 + i % 26) * 3}{chr(97 + i // 26) * 4}" for i in range(80)]
        (folder / f"{tag}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


@pytest.fixture
def command(camps: list[str], base: Path, aligned: Path, tmp_path: Path) -> list[object]:
    out = tmp_path / "adapted"
    return ["adapt", *camps, "--base", base, "--health-on", aligned, "--out", out, *SMALL]


def test_who_runs_out_of_time_is_told_so(run: Run, command: list[object]) -> None:
    result = run(*command, "--epochs", 3, "--minutes", 0.0001, "--frozen-layers", 1)
    assert result.exit_code == 0, result.output
    assert "0.0001 minutes were over before 3 epochs were: --minutes gives more" in result.stdout


@pytest.mark.parametrize("method", ["full", "head"])
def test_an_encoder_is_adapted_checked_and_named_in_a_plan(
    run: Run,
    command: list[object],
    tmp_path: Path,
    method: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "adapted"
    learned = ("--objective", "together=1", "--objective", "translations=0.5")
    whole = [*command, *learned, "--method", method, "--frozen-layers", 1]
    monkeypatch.setattr("sys.argv", ["polyrec", *map(str, whole)])
    result = run(*whole)
    assert result.exit_code == 0, result.output
    assert "nDCG@20 of content on items kept apart: " in result.stdout
    assert "minutes were over" not in result.stdout
    assert "mAP on aligned" in result.stdout
    assert f"adapted: {out}" in result.stdout
    names = {file.name for file in out.iterdir()}
    assert {"README.md", "polyrec.json", "curves-light.png", "curves-dark.png"} <= names
    assert "head.safetensors" not in names
    facts = json.loads((out / "polyrec.json").read_text())
    assert facts["objectives"] == {"together": 1.0, "translations": 0.5}
    assert facts["method"] == method
    assert facts["seed"] == 1
    assert facts["command"] == shlex.join(["polyrec", *map(str, whole)])
    card = (out / "README.md").read_text()
    assert "| translations | 0.5 |" in card
    assert str(tmp_path) not in card
    assert {file.stat().st_mode & 0o777 for file in out.glob("*.*")} == {0o644}
    passed = "health: passed" in result.stdout
    assert passed == facts["health"]["passed"] == ("A plan uses it so:" in result.stdout)
    assert not list(tmp_path.glob("*.learning"))
    assert Sentence(str(out), force=True).encode(["saw", "Aktie"]).shape == (2, 32)
    if passed:
        lines = result.stdout.partition("A plan uses it so:")[2]
        plan = tmp_path / "plan.toml"
        plan.write_text(f'{lines}\n[recommender]\nuse = "content"\n')
        Plan.load(plan).check()


def test_json_holds_what_the_folder_says(run: Run, command: list[object], tmp_path: Path) -> None:
    out = tmp_path / "adapted"
    result = run(*command, "--frozen-layers", 1, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == json.loads((out / "polyrec.json").read_text())


KILLED = """
import sys, time
import polyrec.adapt.export as export
from polyrec.cli.main import main
def judged(folder, **texts):
    (folder / "half").write_text("written")
    print("checking", flush=True)
    time.sleep(60)
export.judge_adapted = judged
sys.argv[1:] = {arguments!r}
main()
"""


@pytest.mark.slow
def test_a_run_that_was_killed_while_its_health_was_checked_has_learned(
    run: Run, command: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from polyrec.adapt.learner import Learner

    whole = [*command, "--frozen-layers", 1]
    code = KILLED.format(arguments=[str(part) for part in whole])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout is not None
        assert any("checking" in line for line in killed.stdout)
        killed.kill()
    assert [file.name for file in tmp_path.iterdir()] == ["adapted.learning"]
    monkeypatch.delattr(Learner, "learn")
    result = run(*whole)
    assert result.exit_code == 0, result.output
    assert "going on with the run that was broken off" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["adapted"]
    assert not (tmp_path / "adapted" / "half").exists()
    assert Sentence(str(tmp_path / "adapted"), force=True).encode(["saw"]).shape == (1, 32)


class TestRefused:
    def test_a_folder_that_holds_something_else(
        self, run: Run, camps: list[str], tmp_path: Path
    ) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        result = run("adapt", *camps, "--out", tmp_path)
        assert result.exit_code == 3
        assert f"{tmp_path} holds something else\nname a new or empty folder" in result.stderr

    def test_a_run_that_was_broken_off_with_other_settings(
        self, run: Run, command: list[object], tmp_path: Path
    ) -> None:
        checkpoint = tmp_path / "adapted.learning" / "checkpoint"
        checkpoint.mkdir(parents=True)
        (checkpoint / "state.json").write_text(json.dumps({"run": {"seed": 7}}))
        result = run(*command)
        assert result.exit_code == 2
        assert "checkpoint is of a run with other settings or data\n" in result.stderr
        assert "give --anew" in result.stderr
        assert checkpoint.exists()
        assert run(*command, "--frozen-layers", 1, "--anew").exit_code == 0

    def test_an_objective_that_there_is_not(
        self, run: Run, camps: list[str], tmp_path: Path
    ) -> None:
        result = run("adapt", *camps, "--out", tmp_path / "a", "--objective", "togehter=1")
        assert result.exit_code == 2
        assert "no objective is named 'togehter'\ndid you mean 'together'?" in result.stderr

    def test_an_objective_that_is_given_twice(
        self, run: Run, camps: list[str], tmp_path: Path
    ) -> None:
        twice = ("--objective", "together=1", "--objective", "together=2")
        result = run("adapt", *camps, "--out", tmp_path / "a", *twice)
        assert result.exit_code == 2
        assert "the objective 'together' is given twice\ngive one weight" in result.stderr

    def test_texts_for_its_health_that_are_not_there(
        self, run: Run, command: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from polyrec.adapt.adapt import Adapt

        monkeypatch.delattr(Adapt, "run")
        result = run(*command, "--health-on", tmp_path / "none")
        assert result.exit_code == 3
        assert f"there is no file or folder '{tmp_path / 'none'}'" in result.stderr
        assert not list(tmp_path.iterdir())

    def test_a_weight_that_is_no_number(self, run: Run, camps: list[str], tmp_path: Path) -> None:
        result = run("adapt", *camps, "--out", tmp_path / "a", "--objective", "together=much")
        assert result.exit_code == 2
        assert "'much' is no number; give such as together=0.5" in result.stderr

    def test_a_base_that_is_not_there(self, run: Run, camps: list[str], tmp_path: Path) -> None:
        pytest.importorskip("sentence_transformers", reason="needs the extra torch")
        result = run("adapt", *camps, "--out", tmp_path / "a", "--base", "nowhere")
        assert result.exit_code == 2
        assert "give a model's folder, or give --allow-download to fetch it" in result.stderr
        result = run("adapt", *camps, "--out", tmp_path / "a", "--base", tmp_path / "none")
        assert result.exit_code == 2
        assert f"no folder {tmp_path / 'none'}" in result.stderr

    def test_a_missing_extra(
        self, run: Run, camps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import importlib.util

        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        result = run("adapt", *camps, "--out", tmp_path / "a")
        assert result.exit_code == 2
        assert "adapt needs torch\npip install 'polyrec[torch]'" in result.stderr
        assert not (tmp_path / "a").exists()

    def test_data_that_are_too_few_to_learn_from(
        self, run: Run, base: Path, data: list[str], tmp_path: Path
    ) -> None:
        result = run(
            "adapt", *data, "--base", base, "--out", tmp_path / "a", *SMALL, "--frozen-layers", 1
        )
        assert result.exit_code == 3
        assert "no user has both an item to learn from and one that" in result.stderr
        assert not (tmp_path / "a").exists()


def test_help_tells_the_defaults_that_hold() -> None:
    from polyrec.adapt.adapt import Adapt
    from polyrec.cli.adapt import GIVEN, adapt

    how = Adapt()
    told = {param.name: getattr(param, "help", None) or "" for param in adapt.params}
    for name, setting in GIVEN.items():
        default = getattr(how, setting)
        shown = default if isinstance(default, str) else f"{default:g}"
        assert f"[default: {shown}]" in told[name], name
    weights = " ".join(f"{name}={weight:g}" for name, weight in how.objectives.items())
    assert f"[default: {weights}]" in told["objectives"]
