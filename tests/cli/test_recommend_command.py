from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


def _answers(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def _items(result: Result) -> list[str]:
    (answer,) = _answers(result)
    return [item["item_id"] for item in answer["items"]]


def test_known_users_get_what_is_like_their_history(run: Run, content_model: str) -> None:
    result = run("recommend", content_model, "ada", "eve", "-k", 2)
    assert result.exit_code == 0, result.output
    assert "for user ada: from the user's own history (personal)" in result.stdout
    assert "for user eve" in result.stdout
    for heading in ("rank", "item", "language", "text", "score", "because of"):
        assert heading in result.stdout


def test_json_holds_every_field_of_every_answer(run: Run, content_model: str) -> None:
    ada, eve = _answers(run("recommend", content_model, "ada", "eve", "-k", 2, "--json"))
    assert (ada["user_id"], eve["user_id"]) == ("ada", "eve")
    assert set(ada) == {"user_id", "mode", "note", "items"}
    assert set(ada["items"][0]) == {"item_id", "score", "language", "text", "reason"}
    assert len(ada["items"]) == 2
    assert ada["mode"] == "personal"
    assert ada["items"][0]["reason"] in {"saw", "plane", "säge"}


def test_a_history_alone_is_enough(run: Run, content_model: str) -> None:
    result = run("recommend", content_model, "--history", "saw", "--history", "plane", "--json")
    (answer,) = _answers(result)
    assert answer["mode"] == "fold-in"
    assert not {"saw", "plane"} & {item["item_id"] for item in answer["items"]}


def test_a_text_alone_is_enough(run: Run, content_model: str) -> None:
    result = run(
        *("recommend", content_model, "--text", "Hobel für Holz", "--text-language", "de"),
        *("-k", 1, "--json"),
    )
    assert _items(result) == ["hobel"]


def test_nobody_known_gets_what_is_popular_and_is_told_so(run: Run, ease_model: str) -> None:
    result = run("recommend", ease_model, "-k", 2)
    assert "for anybody: what most people choose (popular)" in result.stdout
    assert "note: nothing is known of who asks" in result.stdout
    assert "because of" not in result.stdout


def test_fewer_items_than_wished_are_said(run: Run, ease_model: str) -> None:
    result = run("recommend", ease_model, "ada", "--allow", "tea", "--allow", "hobel", "-k", 5)
    assert "only 2 of 5" in result.stdout
    assert "nothing speaks for or against 1 of them" in result.stdout


def test_no_item_at_all_is_said_too(run: Run, ease_model: str) -> None:
    result = run("recommend", ease_model, "ada", "--allow", "saw")
    assert result.exit_code == 0
    assert "rank" not in result.stdout
    assert "only 0 of 10" in result.stdout


def test_only_wished_languages_when_only_is_wished(run: Run, content_model: str) -> None:
    result = run(
        *("recommend", content_model, "ada", "--languages", "de,ja"),
        *("--language-mode", "only", "--json"),
    )
    assert set(_items(result)) == {"hobel", "flöte", "tea"}


def test_named_languages_are_preferred_by_default(run: Run, content_model: str) -> None:
    without = _items(run("recommend", content_model, "eve", "--json"))
    wished = _items(run("recommend", content_model, "eve", "--languages", "de", "--json"))
    explicit = run(
        *("recommend", content_model, "eve", "--languages", "de"),
        *("--language-mode", "prefer", "--json"),
    )
    assert wished == _items(explicit)
    assert wished.index("säge") < without.index("säge")


def test_category_and_deny_leave_items_out(run: Run, content_model: str) -> None:
    result = run(
        *("recommend", content_model, "eve", "--category", "tools"),
        *("--deny", "saw", "--deny", "säge", "--json"),
    )
    assert set(_items(result)) == {"plane", "hobel"}


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (["--languages", "xx-yy-zz"], 3, "'xx-yy-zz' is not a language tag"),
        (["--languages", "de,,en"], 2, "--languages has an empty tag"),
        (["--language-mode", "only"], 2, "no languages are given"),
        (["--language-mode", "never"], 2, "'never' is not one of"),
        (["-k", "0"], 2, "0 is not in the range"),
        (["--history", "nosuch"], 3, "no item has the id 'nosuch'"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    run: Run, ease_model: str, options: list[str], code: int, problem: str
) -> None:
    result = run("recommend", ease_model, *options)
    assert result.exit_code == code
    assert problem in result.stderr
    assert result.stdout == ""


def test_a_folder_that_is_no_model_is_refused(run: Run, tmp_path: Path) -> None:
    result = run("recommend", tmp_path)
    assert result.exit_code == 3
    assert "is not a model" in result.stderr


def test_texts_are_cut_to_one_line_of_the_width(
    run: Run, content_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for width in (60, 80, 140):
        monkeypatch.setenv("COLUMNS", str(width))
        result = run("recommend", content_model, "bob")
        assert max(len(line) for line in result.stdout.splitlines()) <= width
        assert "for wood\n" not in result.stdout


def test_texts_cannot_steer_the_terminal(run: Run, shop: Path, tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x9b2J [bold]x[/bold] :smile:"
    items = tmp_path / "items.csv"
    items.write_text(f"item_id,text\nsaw,Säge\nevil\x1b[2J,{evil}\n", encoding="utf-8")
    events = tmp_path / "events.csv"
    events.write_text("user_id,item_id\nada,saw\n", encoding="utf-8")
    fitted = run(
        *("fit", "--catalog", items, "--interactions", events),
        *("--plan", shop / "ease.toml", "--out", tmp_path / "model"),
    )
    assert fitted.exit_code == 0, fitted.output
    shown = run("recommend", tmp_path / "model", "ada")
    assert "[bold]x[/bold] :smile:" in shown.stdout
    assert not {"\x1b", "\x07", "\x9b"} & set(shown.stdout)
    as_json = run("recommend", tmp_path / "model", "ada", "--json")
    assert not {"\x1b", "\x07", "\x9b"} & set(as_json.stdout)
    assert _answers(as_json)[0]["items"][0]["text"] == evil


def test_everyone_is_written_to_a_file(run: Run, content_model: str, tmp_path: Path) -> None:
    file = tmp_path / "all.parquet"
    result = run("recommend", content_model, "--everyone", "--out", file, "-k", 2)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"recommendations: {file}\n"
    found = pl.read_parquet(file)
    (ada,) = _answers(run("recommend", content_model, "ada", "-k", 2, "--json"))
    rows = found.filter(pl.col("user_id") == "ada")
    assert rows["item_id"].to_list() == [item["item_id"] for item in ada["items"]]
    assert rows["rank"].to_list() == [1, 2]
    assert found["user_id"].n_unique() > 1


def test_what_the_ranker_says_of_everyones_lists_is_told(
    run: Run, shop: Path, data: list[str], tmp_path: Path
) -> None:
    plan, model = tmp_path / "plan.toml", tmp_path / "model"
    ranker = '[ranker]\nuse = "llm-rerank"\nmethod = "listwise"\n'
    down = '[ranker.model]\nuse = "scripted"\nanswers = ["!timeout"]\nrepeat = true\n'
    plan.write_text((shop / "content.toml").read_text("utf-8") + ranker + down, encoding="utf-8")
    assert run("fit", *data, "--plan", plan, "--out", model).exit_code == 0
    result = run("recommend", model, "--everyone", "--out", tmp_path / "all.parquet", "-k", 2)
    assert result.exit_code == 0, result.output
    assert "note, of 3 lists: the language model judged nothing" in result.stderr


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--everyone"], "--everyone has no --out\nname the Parquet file to write"),
        (["--out", "all.parquet"], "--out is given without --everyone\ngive both"),
        (
            ["ada", "--json", "--text", "saw", "--everyone", "--out", "all.parquet"],
            "--everyone does not go with user_ids and --text and --json\nonly -k goes with it",
        ),
    ],
)
def test_everyone_goes_with_a_file_and_nothing_else(
    run: Run, content_model: str, given: list[str], message: str
) -> None:
    result = run("recommend", content_model, *given)
    assert result.exit_code == 2
    assert result.stderr == f"polyrec: error: {message}\n"
