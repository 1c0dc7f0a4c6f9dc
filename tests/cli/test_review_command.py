from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from polyrec.cli.main import cli
from polyrec.store.database import Database
from polyrec.store.memory import Memory, Remembered
from polyrec.store.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

ARABIC, JAPANESE = "منشار يدوي للخشب", "木工用の手鋸" * 20


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Reviews:
    """A queue of four reviews."""
    monkeypatch.setenv("USER", "ada")
    database = Database()
    reviews = Reviews(database)
    made = {
        "ar": {ARABIC: Remembered("wooden manual saw", "engine", 0.42)},
        "ja": {JAPANESE: Remembered("a [red]saw[/red]\x1b[2J", "engine", 0.2)},
        "de": {"Säge": Remembered("sow", "engine", 0.1), "Hobel": Remembered("Hobel", "")},
    }
    for source, texts in made.items():
        Memory(database, source, "en", "x").remember({t: m for t, m in texts.items() if m.engine})
        reviews.queue(texts, source=source, target="en")
    return reviews


def number_of(reviews: Reviews, start: str) -> int:
    (found,) = (each.id for each in reviews.each() if each.source_text.startswith(start))
    return found


def test_list_shows_the_worst_first_each_text_on_a_line_of_its_own(run: Run) -> None:
    result = run("review", "list")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].endswith(": de to en, no engine, open")
    assert lines[1:4] == ["    Hobel", "    -", ""]
    assert lines[4].endswith(": de to en, engine, quality 0.10, open")
    assert f"    {ARABIC}" in lines
    assert lines[-1] == "4 reviews"


def test_wide_letters_and_markup_neither_push_nor_steer_the_terminal(run: Run) -> None:
    lines = run("review", "list", "--languages", "ja").stdout.splitlines()
    assert lines[1].startswith("    木工用の手鋸")
    assert lines[1].endswith("…")
    assert cell_len(lines[1]) in (99, 100)  # COLUMNS is 100
    assert lines[2] == "    a [red]saw[/red] [2J"


def test_list_is_filtered_and_paged(run: Run, queue: Reviews) -> None:
    assert run("review", "list", "--languages", "ar,ja").stdout.endswith("\n2 reviews\n")
    assert run("review", "list", "--to", "fr").stdout == "0 reviews\n"
    pages = [run("review", "list", "--limit", 3, "--page", page).stdout for page in (1, 2)]
    assert pages[0].endswith("4 reviews, page 1 of 2\n")
    assert ARABIC in pages[1]
    assert ARABIC not in pages[0]
    queue.approve(number_of(queue, "Säge"), "bob")
    found = json.loads(run("review", "list", "--state", "approved", "--json").stdout)
    assert found["all"] == 1
    assert found["reviews"][0]["reviewer"] == "bob"
    assert run("review", "list", "--state", "all").stdout.endswith("4 reviews\n")
    assert "'q q' is not a language tag" in run("review", "list", "--to", "q q").stderr


def test_show_folds_all_texts_and_shows_the_history(run: Run, queue: Reviews) -> None:
    number = number_of(queue, "木工")
    queue.edit(number, "bob", "hand saw")
    result = run("review", "show", number)
    assert result.exit_code == 0, result.output
    assert f"{number}: ja to en, engine, quality 0.20, edited by bob" in result.stdout
    folded = [line for line in result.stdout.splitlines() if "木工" in line or "手鋸" in line]
    assert "".join(line.strip() for line in folded) == JAPANESE
    assert all(cell_len(line) <= 100 for line in folded)
    assert "\nin use:\n    hand saw\n" in result.stdout
    assert ": queued\n" in result.stdout
    assert ": edited by bob\n    hand saw\n" in result.stdout
    facts = json.loads(run("review", "show", number, "--json").stdout)
    assert [line["action"] for line in facts["history"]] == ["queued", "edited"]


def test_what_one_reviewer_takes_the_others_do_not_get(run: Run, queue: Reviews) -> None:
    taken = run("review", "show", "--take", "--languages", "de")
    assert "taken by ada until" in taken.stdout
    number = number_of(queue, "Hobel")
    refused = run("review", "edit", number, "--text", "plane", "--reviewer", "bob")
    assert refused.exit_code == 3
    assert f"review {number} is taken by ada until" in refused.stderr
    other = run("review", "show", "--take", "--languages", "de", "--reviewer", "bob", "--json")
    assert json.loads(other.stdout)["source_text"] == "Säge"
    none = run("review", "show", "--take", "--languages", "de", "--reviewer", "eve")
    assert (none.exit_code, none.stdout, none.stderr) == (0, "", "nothing is open\n")


def test_decisions_are_told_and_used(run: Run, queue: Reviews) -> None:
    saw, plane, arabic = (number_of(queue, start) for start in ("Säge", "Hobel", ARABIC[:3]))
    approved = run("review", "approve", arabic)
    assert f"{arabic}: ar to en, engine, quality 0.42, approved by ada" in approved.stdout
    edited = run("review", "edit", saw, "--text", "saw")
    assert "edited by ada\n    Säge\n    saw\n" in edited.stdout
    assert "rejected by ada" in run("review", "reject", plane).stdout
    memory = Memory(Database(), "de", "en", "any")
    assert memory.recall(["Säge"])["Säge"].text == "saw"
    result = CliRunner().invoke(
        cli, ["review", "edit", str(saw), "--text", "-"], input="hand saw\n", prog_name="polyrec"
    )
    assert result.exit_code == 0
    assert memory.recall(["Säge"])["Säge"].text == "hand saw"


def test_a_review_without_text_cannot_be_approved(run: Run, queue: Reviews) -> None:
    result = run("review", "approve", number_of(queue, "Hobel"))
    assert result.exit_code == 3
    assert "has no text to be approved" in result.stderr
    assert run("review", "edit", number_of(queue, "Säge"), "--text", " ").exit_code == 3


def test_what_is_named_wrongly_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no review has the id '99'" in run("review", "show", 99).stderr
    assert "--take for the next one" in run("review", "show").stderr
    monkeypatch.delenv("USER")
    nobody = run("review", "reject", 1)
    assert nobody.exit_code == 3
    assert "the reviewer has no name" in nobody.stderr


def test_export_writes_what_was_decided_as_csv_and_json_lines(
    run: Run, queue: Reviews, tmp_path: Path
) -> None:
    queue.edit(number_of(queue, "Säge"), "ada", 'a "saw", by hand')
    queue.approve(number_of(queue, ARABIC[:3]), "ada")
    result = run("review", "export", "--out", tmp_path / "done.csv")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "2 reviews written" in result.stderr
    with (tmp_path / "done.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["result"] for row in rows] == ["wooden manual saw", 'a "saw", by hand']
    assert rows[0]["source_text"] == ARABIC
    run("review", "export", "--out", tmp_path / "done.jsonl", "--languages", "de")
    (line,) = (tmp_path / "done.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["text"] == "sow"
    refused = run("review", "export", "--out", tmp_path / "done.xml")
    assert refused.exit_code == 2
    assert not (tmp_path / "done.xml").exists()


def test_export_to_standard_output_is_paged_by_number(run: Run) -> None:
    first = run("review", "export", "--state", "all", "--limit", 3)
    lines = [json.loads(line) for line in first.stdout.splitlines()]
    last = lines[-1]["id"]
    assert f"3 reviews; go on with --after {last}" in first.stderr
    rest = run("review", "export", "--state", "all", "--limit", 3, "--after", last)
    lines += [json.loads(line) for line in rest.stdout.splitlines()]
    assert len({line["id"] for line in lines}) == 4
    assert "\x1b" not in first.stdout


@pytest.mark.parametrize(
    "options",
    [("list", "--page"), ("list", "--limit"), ("export", "--after"), ("export", "--limit")],
)
def test_numbers_that_no_database_counts_to_are_refused(run: Run, options: tuple[str, str]) -> None:
    result = run("review", *options, "9" * 25)
    assert result.exit_code == 2
    assert "is not in the range" in result.stderr


def test_a_review_that_cannot_be_is_not_known(run: Run) -> None:
    result = run("review", "show", "9" * 25)
    assert result.exit_code == 3
    assert "no review has the id" in result.stderr
