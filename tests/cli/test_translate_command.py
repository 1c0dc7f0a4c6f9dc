from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from polyrec.core.registry import parts
from polyrec.data.load import read_catalog
from polyrec.store.database import Database
from polyrec.store.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from click.testing import Result

    Run = Callable[..., Result]

POLYREC = str(Path(sys.executable).with_name("polyrec"))

COUNTING = '''
import time
from dataclasses import dataclass
from pathlib import Path

from polyrec.core.errors import EngineError
from polyrec.translate.translator import Translation, Translator, not_translated


@dataclass
class Counting(Translator):
    """Puts texts into capitals, and writes down in a file what it was asked."""

    log: str
    pause_s: float = 0.0
    quality: float = 0.8
    price: float = 0.0
    cost: float = 0.0

    def __post_init__(self) -> None:
        self.cost = 0.0

    @property
    def fingerprint(self) -> str:
        return "counting-1"

    def covers(self, source: str, target: str) -> bool:
        return source in ("de", "ja") and target == "en"

    def _translate(self, texts, source, target, kind, advance):
        made = []
        for text in texts:
            time.sleep(self.pause_s)
            with Path(self.log).open("a", encoding="utf-8") as file:
                file.write(text + "\\n")
            self.cost += len(text) * self.price
            if "kaputt" in text:
                raise EngineError("the engine broke")
            failed = "nothing" in text
            made.append(not_translated(text, "no idea") if failed
                        else Translation(text.upper(), "counting", self.quality))
            advance(1)
        return made
'''

CATALOG = """\
item_id,language,text,category,price
saege,de,Handsäge für Holz,tools,3.5
saw,en-GB,Hand saw,tools,4
scie,fr,Scie à main,tools,5
nokogiri,ja,手鋸,tools,
what,,Qzxv,,1
empty,de,nothing known,,
twice,de,Handsäge für Holz,tools,2
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of somebody else's that brings a translator by an entry point."""
    folder = tmp_path / "package"
    about = folder / "counting_translator-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "counting_translator.py").write_text(COUNTING, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: counting-translator\n")
    (about / "entry_points.txt").write_text(
        "[polyrec.translator]\ncounting = counting_translator:Counting\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    parts.cache_clear()
    yield folder
    parts.cache_clear()
    sys.modules.pop("counting_translator", None)


@pytest.fixture
def named(package: Path, tmp_path: Path) -> list[str]:
    """The options that name that translator."""
    return ["--translator", "counting", "--set", f"log={tmp_path / 'log'}"]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "items.csv"
    path.write_text(CATALOG, encoding="utf-8")
    return path


def asked(tmp_path: Path) -> list[str]:
    log = tmp_path / "log"
    return log.read_text("utf-8").splitlines() if log.exists() else []


def test_a_catalog_is_translated_and_says_where_each_text_is_from(
    run: Run, catalog: Path, named: list[str], tmp_path: Path
) -> None:
    result = run("translate", catalog, "--to", "en", *named)
    assert result.exit_code == 0, result.output
    rows = pl.read_csv(tmp_path / "items.en.csv").to_dicts()
    assert [(row["item_id"], row["text"], row["language"], row["engine"]) for row in rows] == [
        ("saege", "HANDSÄGE FÜR HOLZ", "en", "counting"),
        ("saw", "Hand saw", "en-GB", "as-is"),
        ("scie", "Scie à main", "fr", ""),
        ("nokogiri", "手鋸", "en", "counting"),
        ("what", "Qzxv", "und", ""),
        ("empty", "nothing known", "de", ""),
        ("twice", "HANDSÄGE FÜR HOLZ", "en", "counting"),
    ]
    assert rows[0]["source_text"] == "Handsäge für Holz"
    assert (rows[0]["source_language"], rows[0]["quality"]) == ("de", 0.8)
    assert [row["category"] for row in rows[:2]] == ["tools", "tools"]
    assert [row["price"] for row in rows[:2]] == [3.5, 4]
    assert rows[2]["error"] == "nothing translates from 'fr' to 'en'"
    assert [row["error"] for row in rows[4:6]] == [
        "the language of the text is not known",
        "no idea",
    ]
    assert "3 texts of 7 in en now, 0 of them approved by a person; 1 left" in result.stdout
    assert "counting 3" in " ".join(result.stdout.split())
    assert "1 text left: their language is not known" in result.stdout
    assert "1 text left: nothing translates from 'fr'" in result.stdout
    assert "1 text left: nothing could be made of them" in result.stdout
    assert f"written: {tmp_path / 'items.en.csv'}" in result.stdout


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_what_is_written_is_a_catalog_again(
    run: Run, catalog: Path, named: list[str], tmp_path: Path, form: str
) -> None:
    out = tmp_path / "new" / f"english.{form}"
    result = run("translate", catalog, "--to", "en", *named, "--out", out)
    assert result.exit_code == 0, result.output
    again = read_catalog(out)
    assert again.text_for(0, ["en"]) == ("en", "HANDSÄGE FÜR HOLZ")
    assert again.language == ("en", "en-GB", "fr", "en", "und", "de", "en")
    assert again.attributes["source_language"][3] == "ja"
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_figures_are_told_as_json_with_costs_and_the_second_run_is_free(
    run: Run, catalog: Path, named: list[str], tmp_path: Path
) -> None:
    command = ["translate", catalog, "--to", "en", *named, "--set", "price=0.5", "--json"]
    facts = json.loads(run(*command).stdout)
    sent = "Handsäge für Holz", "nothing known", "手鋸"
    assert facts["cost"] == sum(map(len, sent)) / 2
    assert (facts["texts"], facts["translated"], facts["as_they_are"]) == (7, 3, 1)
    assert (facts["unknown_language"], facts["uncovered"], facts["failed"]) == (1, {"fr": 1}, 1)
    assert (facts["asked"], facts["remembered"]) == (3, 1)
    assert facts["engines"] == {"counting": 3}
    assert facts["texts_per_second"] > 0
    assert facts["characters_per_second"] > facts["texts_per_second"]
    again = json.loads(run(*command).stdout)
    assert asked(tmp_path) == [*sent, "nothing known"]  # what failed is tried again
    assert again["cost"] == len("nothing known") / 2
    assert again["remembered"] == 3


def test_an_item_that_has_a_text_in_the_wished_language_keeps_it(
    run: Run, named: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "items.jsonl"
    path.write_text('{"id": "a", "texts": {"de": "Säge", "en": "a real saw"}}\n', "utf-8")
    assert run("translate", path, "--to", "en", *named).exit_code == 0
    (row,) = pl.read_ndjson(tmp_path / "items.en.jsonl").to_dicts()
    assert (row["text"], row["engine"]) == ("a real saw", "as-is")
    assert asked(tmp_path) == []


def test_the_language_of_texts_without_one_can_be_given(
    run: Run, catalog: Path, named: list[str], tmp_path: Path
) -> None:
    run("translate", catalog, "--to", "en", *named, "--default-language", "de")
    assert pl.read_csv(tmp_path / "items.en.csv")["text"][4] == "QZXV"


def test_doubtful_translations_enter_the_queue_and_what_people_decide_is_used(
    run: Run, catalog: Path, named: list[str], tmp_path: Path
) -> None:
    command = ["translate", catalog, "--to", "en", *named, "--set", "quality=0.4"]
    command += ["--review-below", "0.5", "--json"]
    assert json.loads(run(*command).stdout)["open_reviews"] == 3
    reviews = Reviews(Database())
    by_text = {each.source_text: each.id for each in reviews.each()}
    reviews.edit(by_text["Handsäge für Holz"], "ada", "hand saw for wood")
    reviews.reject(by_text["手鋸"], "ada")
    facts = json.loads(run(*command).stdout)
    assert (facts["approved"], facts["open_reviews"]) == (2, 1)
    rows = pl.read_csv(tmp_path / "items.en.csv").to_dicts()
    assert [rows[i]["text"] for i in (0, 3, 6)] == [
        "hand saw for wood",
        "手鋸",
        "hand saw for wood",
    ]
    assert rows[0]["approved"] is True
    assert (rows[3]["language"], rows[3]["error"]) == ("ja", "a reviewer rejected its translation")


def test_a_plan_names_a_translator_that_may_remember_by_itself(
    run: Run, catalog: Path, package: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.toml"
    held = f'use = "counting"\nlog = "{tmp_path / "log"}"\nquality = 0.4\n'
    own = tmp_path / "own.sqlite"
    for text in (
        f"[translator]\n{held}",
        f'[translator]\nuse = "cached"\ndatabase = "{own}"\n[translator.translator]\n{held}',
    ):
        plan.write_text(text)
        command = ["translate", catalog, "--to", "en", "--plan", plan, "--review-below", "0.5"]
        assert "3 texts in the review queue" in run(*command).stdout
    assert len(asked(tmp_path)) == 6
    assert Database(str(own)).counts()["reviews"] == 3


def test_settings_lead_into_what_a_translator_holds(
    run: Run, catalog: Path, package: Path, tmp_path: Path
) -> None:
    given = ["translator.use=counting", f"translator.log={tmp_path / 'log'}", "review_below=0.9"]
    options = [word for each in given for word in ("--set", each)]
    result = run("translate", catalog, "--to", "en", "--translator", "cached", *options, "--json")
    assert json.loads(result.stdout)["open_reviews"] == 3


WRONG: dict[str, tuple[list[str], int]] = {
    "--set is given without --translator": (["--set", "file=terms.csv"], 2),
    "no translator is named 'no-such'\n": (["--translator", "no-such"], 2),
    "--set is 'x'\n": (["--translator", "cached", "--set", "x"], 2),
    "but a has a value": (["--translator", "cached", "--set", "a=1", "--set", "a.b=1"], 2),
    "both --plan and --translator": (["--plan", "plan.toml", "--translator", "cached"], 2),
    "plan.toml has no [translator]\n": (["--plan", "plan.toml"], 2),
    "items.csv is not TOML": (["--plan", "items.csv"], 2),
    "--out is the catalog items.csv\n": (["--translator", "x", "--out", "items.csv"], 2),
    "--out is x.xlsx\ngive a file ending in": (["--translator", "x", "--out", "x.xlsx"], 2),
    "'q q' is not a language tag": (["--translator", "x", "--to", "q q"], 3),
}


@pytest.mark.parametrize("said", WRONG)
def test_what_is_named_wrongly_is_told_before_anything_is_done(
    run: Run, catalog: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.chdir(catalog.parent)
    Path("plan.toml").write_text('[encoder]\nuse = "hashing"\n')
    options, code = WRONG[said]
    result = run("translate", "items.csv", "--to", "en", *options)
    assert result.exit_code == code
    assert said in result.stderr
    assert not Path("items.en.csv").exists()


def test_an_engine_that_breaks_ends_the_work_and_what_was_done_is_kept(
    run: Run, named: list[str], tmp_path: Path
) -> None:
    texts = [f"Wort {i}" for i in range(100)]
    path = tmp_path / "items.csv"
    broken = pl.DataFrame({"id": [*map(str, range(101))], "text": [*texts, "kaputt"]})
    broken.with_columns(language=pl.lit("de")).write_csv(path)
    result = run("translate", path, "--to", "en", *named)
    assert result.exit_code == 4
    assert "the engine broke" in result.stderr
    assert not (tmp_path / "items.en.csv").exists()
    assert Database().counts()["translations"] == 64


def _start(catalog: Path, out: Path, named: list[str], package: Path) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [POLYREC, "translate", str(catalog), "--to", "en", *named, "--out", str(out), "--json"],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def _finished(process: subprocess.Popen[str]) -> dict[str, Any]:
    stdout, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    facts: dict[str, Any] = json.loads(stdout)
    return facts


def test_work_that_was_killed_goes_on_where_it_was_with_the_same_result(
    database_url: str, package: Path, named: list[str], tmp_path: Path
) -> None:
    n_texts = 300
    catalog, out = tmp_path / "items.csv", tmp_path / "out" / "items.parquet"
    texts = [f"Wort {i}" for i in range(n_texts)]
    languages = ["de" if i % 3 else "ja" for i in range(n_texts)]
    frame = pl.DataFrame({"id": [f"i{i}" for i in range(n_texts)], "language": languages})
    frame.with_columns(text=pl.Series(texts)).write_csv(catalog)
    database = Database()
    database.upgrade()

    killed = _start(catalog, out, [*named, "--set", "pause_s=0.01"], package)
    ends = time.monotonic() + 60
    while database.counts()["translations"] < 128 and time.monotonic() < ends:
        time.sleep(0.02)
    killed.kill()
    killed.communicate()
    assert killed.returncode == -9
    assert not out.parent.exists()
    kept = database.counts()["translations"]
    assert 128 <= kept < n_texts
    before = asked(tmp_path)

    facts = _finished(_start(catalog, out, named, package))
    assert (facts["asked"], facts["remembered"]) == (n_texts - kept, kept)
    again = asked(tmp_path)[len(before) :]
    assert len(again) == n_texts - kept
    # of what had been asked before, only the block that was not yet kept is asked again
    assert set(before) & set(again) == set(before[kept:])
    assert database.counts()["translations"] == n_texts
    result = pl.read_parquet(out)
    assert result["text"].to_list() == [text.upper() for text in texts]

    facts = _finished(_start(catalog, tmp_path / "once-more.parquet", named, package))
    assert (facts["asked"], facts["remembered"]) == (0, n_texts)
    assert pl.read_parquet(tmp_path / "once-more.parquet").equals(result)


def test_a_translator_for_none_of_the_languages_is_refused(
    run: Run, catalog: Path, tmp_path: Path
) -> None:
    settings = ["--set", f"file={tmp_path / 'none.csv'}"]
    result = run("translate", str(catalog), "--to", "en", "--translator", "glossary", *settings)
    assert result.exit_code == 2
    assert "none.csv cannot be read: No such file or directory" in result.stderr
    assert not (catalog.parent / "items.en.csv").exists()


def test_und_is_no_language_to_translate_into(run: Run, catalog: Path, named: list[str]) -> None:
    result = run("translate", str(catalog), "--to", "und", *named)
    assert result.exit_code == 3
    assert "cannot translate into 'und'" in result.stderr
