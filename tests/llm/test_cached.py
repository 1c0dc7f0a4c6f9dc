from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.errors import ConfigError, EngineError
from polyrec.llm import cached
from polyrec.llm.cached import Cached
from polyrec.llm.http import Http
from polyrec.llm.language_model import Completion, Prompt, UnfinishedError
from polyrec.llm.scripted import Scripted

if TYPE_CHECKING:
    from pathlib import Path


def ask(part: Cached, *data: str, **how: Any) -> list[Completion]:
    return part.complete([Prompt(each) for each in data], **how)


def test_a_prompt_is_asked_once(tmp_path: Path) -> None:
    part = Cached(Scripted(), folder=str(tmp_path))
    first = ask(part, "a", "b", "a")
    assert [each.text for each in first] == ["a", "b", "a"]
    again = ask(Cached(Scripted(), folder=str(tmp_path)), "b", "a")
    assert [each.text for each in again] == ["b", "a"]
    assert again[0].seconds == 0
    assert [each.data for each in part.model.asked] == ["a", "b"]  # type: ignore[attr-defined]
    assert (part.hits, part.misses) == (1, 2)


def test_model_schema_length_and_the_whole_prompt_are_the_key(tmp_path: Path) -> None:
    part = Cached(Scripted(), folder=str(tmp_path))
    ask(part, "a")
    ask(part, "a", max_tokens=9)
    ask(part, "a", schema={"type": "string"})
    part.complete([Prompt("a", "other")])
    part.complete([Prompt("a", examples=(("x", "y"),))])
    part.complete([Prompt("a", names=("x", "y"))])
    assert (part.hits, part.misses) == (0, 6)
    other = Cached(Scripted(max_data_letters=5), folder=str(tmp_path))
    ask(other, "a")
    assert (other.hits, other.misses) == (0, 1)


def test_errors_are_not_kept(tmp_path: Path) -> None:
    part = Cached(Scripted(["!refusal", "!refusal", "fine"]), folder=str(tmp_path))
    assert ask(part, "a")[0].error == "the model refused"
    assert ask(part, "a")[0].text == "fine"
    assert (part.hits, part.misses) == (0, 2)


def test_what_was_done_before_a_stop_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "BLOCK", 2)
    part = Cached(Scripted(["1", "2", "3", "!500", "4", "5"]), folder=str(tmp_path))
    with pytest.raises(UnfinishedError, match="answered 500") as caught:
        ask(part, "a", "b", "c", "d", "e")
    assert [each and each.text for each in caught.value.done] == ["1", "2", "3", None, None]
    assert [each.text for each in ask(part, "a", "b", "c", "d", "e")] == ["1", "2", "3", "4", "5"]
    assert part.hits == 3


def test_no_prompt_stands_in_the_file(tmp_path: Path) -> None:
    part = Cached(Scripted(["an answer"]), folder=str(tmp_path))
    ask(part, "a secret of somebody")
    assert b"secret" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_file_that_is_broken_is_named(tmp_path: Path) -> None:
    part = Cached(Scripted(), folder=str(tmp_path))
    ask(part, "a")
    with closing(sqlite3.connect(part.file)) as db, db:
        db.execute("UPDATE answers SET value = '[]'")
    with pytest.raises(EngineError) as caught:
        ask(part, "a")
    assert str(caught.value) == (
        f"the cache of answers {part.file} cannot be used: it holds what is no answer; "
        "delete it, or set POLYREC_CACHE to another folder"
    )


def test_answers_to_a_users_own_text_are_not_kept(tmp_path: Path) -> None:
    part = Cached(Scripted(["a private answer", "another"]), folder=str(tmp_path))
    assert ask(part, "a", kind="query")[0].text == "a private answer"
    assert list(tmp_path.iterdir()) == []
    assert ask(part, "a")[0].text == "another"


def test_a_users_own_text_goes_to_no_service_through_a_cache(tmp_path: Path) -> None:
    part = Cached(Http("http://127.0.0.1:1/v1", "m", retries=0), folder=str(tmp_path))
    with pytest.raises(ConfigError, match="would send a user's own text"):
        ask(part, "a", kind="query")
