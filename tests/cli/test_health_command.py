from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from polyrec.cli.verdict_table import show_verdict
from polyrec.core.errors import ConfigError
from polyrec.encode.adapted import encoder_table, write_facts
from polyrec.encode.statistics import Statistics
from polyrec.evaluation.health.verdict import Compared, Verdict
from polyrec.pipeline.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

SMALL_WORDS = {"eng": "the of and", "deu": "der die und", "fra": "le la et", "cmn": "的 了 在"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Aligned texts that share a made word per sentence."""
    texts = tmp_path / "texts"
    texts.mkdir()
    for tag, small in SMALL_WORDS.items():
        lines = [f"{small} {chr(97 + i % 26) * 3}{chr(97 + i // 26) * 4}" for i in range(60)]
        (texts / f"{tag}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return texts


def test_it_shows_spaces_differences_and_languages(run: Run, folder: Path) -> None:
    result = run("health", "hashing", "--on", folder, "--sentences", 20)
    assert result.exit_code == 0, result.output
    assert "hashing-1/256/3 on texts: 20 sentences in 4 languages, 80 texts" in result.stdout
    assert "statistics from the other half of the same texts (120 texts)" in result.stdout
    for word in ("language-mean", "lir", "lsar", "random", "chance", "zh"):
        assert word in result.stdout


def test_json_holds_facts_and_rows(run: Run, folder: Path) -> None:
    result = run("health", "hashing", "--on", folder, "--json")
    found = json.loads(result.stdout)
    assert found["facts"]["languages"] == 4
    values = {
        (row["space"], row["measure"]): row["value"]
        for row in found["rows"]
        if row["language"] == "all"
    }
    assert values["language-mean", "map"] > values["raw", "map"]
    assert values["language-mean", "map"] > 10 * values["random", "map"] > 0


@pytest.mark.parametrize("option", ["--out", "--save-statistics"])
def test_what_cannot_be_written_is_refused_before_anything_is_encoded(
    run: Run, folder: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("polyrec.encode.hashing.Hashing._encode")
    (folder.parent / "file").write_text("")
    result = run("health", "hashing", "--on", folder, option, folder.parent / "file" / "health")
    assert result.exit_code == 3
    assert "nothing can be written in" in result.stderr
    assert f"name another folder for {option}" in result.stderr


def test_the_same_seed_gives_the_same_values(run: Run, folder: Path) -> None:
    def rows(seed: int) -> object:
        args = ("--on", folder, "--json", "--sentences", 10, "--seed", seed)
        return json.loads(run("health", "hashing", *args).stdout)["rows"]

    assert rows(1) == rows(1)
    assert rows(1) != rows(2)


def test_statistics_come_from_other_texts_or_from_a_file(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.tsv"
    other.write_text("en\tde\nthe wood\tdie Säge\nthe moon\tder Mond\n", "utf-8")
    saved = tmp_path / "statistics.npz"
    args = ("health", "hashing", "--on", folder, "--sentences", 5)
    first = run(*args, "--statistics", other, "--save-statistics", saved)
    assert "statistics from other (4 texts)" in first.stdout
    assert "The statistics have no texts in fr, zh." in first.stdout.replace("\n", " ")
    assert Statistics.load(saved).languages.tolist() == ["en", "de", "en", "de"]
    second = run(*args, "--statistics", saved)
    assert "statistics from statistics.npz (4 texts)" in second.stdout


def test_a_saved_file_serves_the_debias_from_file_in_a_plan(
    run: Run, folder: Path, shop: Path, data: list[str], tmp_path: Path
) -> None:
    saved = tmp_path / "statistics.npz"
    run("health", "hashing", "--on", folder, "--save-statistics", saved)
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[encoder]\nuse = "hashing"\n[debias]\nuse = "from-file"\n'
        f'file = "{saved}"\n[debias.debias]\nuse = "lsar"\n[recommender]\nuse = "content"\n'
    )
    model = tmp_path / "model"
    assert run("fit", *data, "--plan", plan, "--out", model).exit_code == 0
    saved.unlink()
    answered = run("recommend", model, "ada", "-k", 1)
    assert answered.exit_code == 0, answered.output


def test_a_plan_brings_its_encoder_and_its_debias(run: Run, folder: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[encoder]\nuse = "hashing"\nsize = 64\n[debias]\nuse = "lsar"\nrank = 1\n'
        '[recommender]\nuse = "content"\n'
    )
    result = run("health", plan, "--on", folder, "--sentences", 5)
    assert "hashing-1/64/3" in result.stdout
    assert "\nplan " in result.stdout


def test_tables_and_pictures_are_written(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "health"
    result = run("health", "hashing", "--on", folder, "--sentences", 5, "--out", out)
    assert f"health: {out / 'health.md'}" in result.stdout
    assert (out / "health-dark.png").is_file()


def test_what_ships_is_tested_by_default(run: Run) -> None:
    result = run("health", "hashing", "--sentences", 3)
    assert result.exit_code == 0, result.output
    assert "on debian:" in result.stdout
    assert "in 16 languages" in result.stdout


def test_a_folder_that_is_no_adapted_model_is_told_from_a_wrong_name(
    run: Run, tmp_path: Path
) -> None:
    result = run("health", tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path} is a folder that polyrec adapt did not write" in result.stderr
    assert 'use = "sentence"' in result.stderr


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("hashin",), 2, "no encoder is named 'hashin'\ndid you mean 'hashing'?"),
        (("none.toml",), 2, "no plan 'none.toml'"),
        (("hashing", "--on", "nowhere"), 3, "there is no file or folder 'nowhere'"),
        (("hashing", "--statistics", "no.npz"), 3, "there is no file of statistics 'no.npz'"),
    ],
)
def test_wrong_names_are_said(run: Run, args: tuple[str, ...], code: int, said: str) -> None:
    result = run("health", *args)
    assert result.exit_code == code
    assert said in result.stderr


def test_statistics_of_another_encoder_are_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "statistics.npz"
    run("health", "hashing", "--on", folder, "--sentences", 3, "--save-statistics", saved)
    plan = tmp_path / "plan.toml"
    plan.write_text('[encoder]\nuse = "hashing"\nsize = 64\n[recommender]\nuse = "content"\n')
    result = run("health", plan, "--on", folder, "--statistics", saved)
    assert result.exit_code == 2
    assert "holds vectors of hashing-1/256/3, but the encoder is hashing-1/64/3" in result.stderr


def test_an_adapted_folder_is_judged_and_the_verdict_kept_in_it(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_mbert

    base = tiny_mbert(tmp_path / "base")
    adapted = tiny_mbert(tmp_path / "adapted")
    write_facts(adapted, {"base": str(base)})
    plan = Plan.from_table({"encoder": encoder_table(adapted), "recommender": "content"})
    with pytest.raises(ConfigError, match="nobody has checked"):
        plan.check()
    args = ("health", adapted, "--on", folder, "--sentences", 20)
    result = run(*args)
    assert result.exit_code == 0, result.output
    assert "mAP on texts, before and after" in result.stdout
    assert "health: passed" in result.stdout
    plan.check()
    assert json.loads(run(*args, "--json").stdout)["verdict"]["passed"] is True


def test_a_folder_that_lost_fails_and_the_table_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost = Compared("all", 0.4, 0.2, -0.2, -0.25, -0.15, 100)
    show_verdict(Verdict("mAP", "texts", "others", (lost,)))
    shown = capsys.readouterr().out
    assert "health: failed\n- mAP is 0.200, before 0.400 (95 % interval" in shown
