from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import polyrec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


def test_fit_says_what_it_did_and_what_to_type_next(
    run: Run, shop: Path, data: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "my model"
    result = run("fit", *data, "--plan", shop / "ease.toml", "--out", out)
    assert result.exit_code == 0, result.output
    assert "3 users, 7 items, 8 interactions, languages: 3" in result.stdout
    assert "recommender ease" in result.stdout
    assert f"next: polyrec recommend '{out}' ada" in result.stdout
    assert polyrec.load(out).recommend(["ada"], k=1).height == 1


def test_fit_counts_one_of_each_as_one(run: Run, shop: Path, tmp_path: Path) -> None:
    for name, text in (("items", "item_id,text\nsaw,Saw\n"), ("events", "user,item\nada,saw\n")):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    result = run(
        *("fit", "--catalog", tmp_path / "items.csv"),
        *("--interactions", tmp_path / "events.csv"),
        *("--plan", shop / "ease.toml", "--out", tmp_path / "model"),
    )
    assert "1 user, 1 item, 1 interaction, languages: 1" in result.stdout


def test_fit_tells_the_same_as_json(run: Run, shop: Path, data: list[str], tmp_path: Path) -> None:
    result = run(
        *("fit", *data, "--plan", shop / "ease.toml"),
        *("--out", tmp_path / "model", "--seed", 7, "--json"),
    )
    facts = json.loads(result.stdout)
    assert facts["seed"] == 7
    assert facts["model"] == str(tmp_path / "model")
    assert facts["plan"]["recommender"]["use"] == "ease"
    assert polyrec.load(tmp_path / "model").learned.seed == 7


def test_what_the_reader_changed_is_noted_on_stderr(run: Run, shop: Path, tmp_path: Path) -> None:
    events = tmp_path / "events.csv"
    events.write_text("user_id,item_id\nada,saw\nada,saw\nbob,tea\n", encoding="utf-8")
    result = run(
        *("fit", "--catalog", shop / "items.csv", "--interactions", events),
        *("--plan", shop / "ease.toml", "--out", tmp_path / "model"),
    )
    assert result.exit_code == 0, result.output
    assert result.stderr.startswith("note: ")
    assert "note: " not in result.stdout


def test_a_reader_can_be_named_for_files_of_any_ending(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    for name in ("items", "events"):
        (tmp_path / f"{name}.txt").write_bytes((shop / f"{name}.csv").read_bytes())
    result = run(
        *("fit", "--catalog", tmp_path / "items.txt", "--interactions", tmp_path / "events.txt"),
        *("--reader", "csv", "--plan", shop / "ease.toml", "--out", tmp_path / "model"),
    )
    assert result.exit_code == 0, result.output


def test_texts_without_a_language_get_the_default_one(run: Run, shop: Path, tmp_path: Path) -> None:
    items = tmp_path / "items.csv"
    items.write_text("item_id,text\nsaw,Säge\nplane,Hobel\n", encoding="utf-8")
    events = tmp_path / "events.csv"
    events.write_text("user_id,item_id\nada,saw\n", encoding="utf-8")
    result = run(
        *("fit", "--catalog", items, "--interactions", events, "--default-language", "de"),
        *("--plan", shop / "ease.toml", "--out", tmp_path / "model"),
    )
    assert result.exit_code == 0, result.output
    assert set(polyrec.load(tmp_path / "model").learned.catalog.language) == {"de"}


def test_a_shipped_dataset_is_fitted_in_the_view_that_is_wished(
    run: Run, shop: Path, tmp_path: Path
) -> None:
    result = run(
        *("fit", "--data", "debian", "--view", "en", "--plan", shop / "ease.toml"),
        *("--out", tmp_path / "model"),
    )
    assert result.exit_code == 0, result.output
    assert "fitted on debian (en)" in result.stdout


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ([], "no data are named"),
        (["--catalog", "items.csv"], "--interactions is missing"),
        (["--interactions", "events.csv"], "--catalog is missing"),
        (["--data", "debian", "--catalog", "items.csv"], "both --data and files are given"),
        (["--data", "debain"], "no dataset is named 'debain'"),
        (["--data", "debian", "--view", "eng"], "no view is named 'eng'"),
    ],
)
def test_data_that_are_not_named_clearly_are_refused(
    run: Run, options: list[str], problem: str
) -> None:
    result = run("fit", *options)
    assert result.exit_code == 2
    assert f"polyrec: error: {problem}" in result.stderr


def test_a_folder_that_holds_something_else_is_refused_before_anything_is_fitted(
    run: Run, shop: Path, data: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "thesis.txt").touch()
    monkeypatch.setattr("polyrec.pipeline.fitted.fit", None)
    result = run("fit", *data, "--plan", shop / "ease.toml", "--out", tmp_path)
    assert result.exit_code == 3
    assert "holds something else" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_place_that_cannot_be_written_to_is_refused_before_anything_is_fitted(
    run: Run, shop: Path, data: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("polyrec.pipeline.fitted.fit", None)
    result = run("fit", *data, "--plan", shop / "ease.toml", "--out", tmp_path / "file/sub/model")
    assert result.exit_code == 3
    assert f"nothing can be written in {tmp_path / 'file'}" in result.stderr


def test_an_older_model_is_replaced(run: Run, shop: Path, data: list[str], tmp_path: Path) -> None:
    for plan in ("ease", "content"):
        result = run("fit", *data, "--plan", shop / f"{plan}.toml", "--out", tmp_path / "model")
        assert result.exit_code == 0, result.output
    assert "Content" in repr(polyrec.load(tmp_path / "model"))


def test_a_missing_plan_is_a_fault_of_configuration(run: Run, data: list[str]) -> None:
    result = run("fit", *data, "--plan", "nosuch.toml")
    assert result.exit_code == 2
    assert "no plan 'nosuch.toml'" in result.stderr


def test_a_missing_file_is_a_fault_of_data(run: Run, shop: Path) -> None:
    result = run("fit", "--catalog", "nosuch.csv", "--interactions", shop / "events.csv")
    assert result.exit_code == 3
    assert "nosuch.csv" in result.stderr
