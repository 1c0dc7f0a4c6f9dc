"""What a user asks with is in no file afterwards, whichever parts a plan joins."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import polyrec
from polyrec.core.component import held_parts
from polyrec.core.types import Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.encode.cached import Cached
from polyrec.llm.scripted import Scripted
from polyrec.pipeline.plan import Plan
from polyrec.store.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.llm.language_model import Completion, Prompt

QUESTION = "quiero una zarzamora secreta"
LLM = {
    "use": "llm",
    "model": {
        "use": "cached",
        "model": {"use": "scripted", "answers": ["the {data}"], "repeat": True},
    },
}
ENCODER = {"use": "cached", "encoder": {"use": "hashing"}}
JUDGE = {"encoder": ENCODER, "debias": "none"}
FEATURES = {"use": "features"} | JUDGE
TRANSLATORS: dict[str, Any] = {
    "llm": LLM,
    "consensus": {"use": "consensus", "translators": [LLM, LLM], "quality": FEATURES},
    "checked": {"use": "checked", "translator": LLM, "quality": FEATURES, "retry": LLM},
    "repaired": {"use": "repaired", "translator": LLM},
    "fallback": {"use": "fallback", "translators": [LLM, LLM]},
    "pivot": {"use": "pivot", "translator": LLM, "through": "fr"},
    "judged": {
        "use": "checked",
        "translator": LLM,
        "quality": {"use": "back-translation", "translator": LLM} | JUDGE,
    },
}


def _dataset() -> Dataset:
    texts = ["sierra para madera", "cepillo para madera", "flauta de madera", "hand saw"]
    languages = ["es", "es", "es", "en"]
    catalog = Catalog.from_texts(
        ["saw", "plane", "flute", "handsaw"],
        [{language: text} for language, text in zip(languages, texts, strict=True)],
    )
    return Dataset(catalog, Interactions.from_pairs([("ada", 0), ("ada", 1), ("eve", 2)]))


def _encoders(part: Any) -> list[Cached]:
    held = [each for part in held_parts(part) for each in _encoders(part)]
    return [part, *held] if isinstance(part, Cached) else held


def _rows(folder: Path) -> dict[tuple[str, str], list[Any]]:
    """Read every row of every database below a folder."""
    found = {}
    for file in sorted(folder.rglob("*.sqlite")):
        with closing(sqlite3.connect(file)) as db:
            names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in names:
                found[file.name, name] = db.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
    return found


@pytest.mark.parametrize("name", TRANSLATORS)
def test_a_question_leaves_no_row_and_no_word_on_disk(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("POLYREC_DATABASE", str(tmp_path / "database.sqlite"))
    plan = Plan.from_table(
        {
            "encoder": ENCODER,
            "detector": {"use": "py3langid"},
            "cleaner": {"use": "standard"},
            "recommender": {"use": "content"},
            "translate": "pivot",
            "translator": {"use": "cached", "review_below": 1.0, "translator": TRANSLATORS[name]},
        }
    )
    asked: list[Prompt] = []
    answer = Scripted._complete

    def listened(self: Scripted, prompts: list[Prompt], *rest: Any) -> list[Completion]:
        asked.extend(prompts)
        return answer(self, prompts, *rest)

    monkeypatch.setattr(Scripted, "_complete", listened)
    service = polyrec.fit(_dataset(), plan).service
    Database().counts()
    before = _rows(tmp_path)
    assert before["vectors.sqlite", "vectors"]
    assert before["answers.sqlite", "answers"]
    assert before["database.sqlite", "translations"]
    for language in ("es", "und"):
        query = Query(text=QUESTION, text_language=language, k=2)
        assert service.recommend(query).mode == "text"
        service.explain(query, "saw")
    assert [prompt for prompt in asked if QUESTION in prompt.data]  # so much was done with it
    assert _rows(tmp_path) == before
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"zarzamora" not in file.read_bytes()
    remembered = [each for each in _encoders(service.learned.plan) if len(each._asked)]
    assert service.learned.plan.encoder in remembered
    service.learned.plan.forget_queries()
    assert not [each for each in _encoders(service.learned.plan) if len(each._asked)]
