from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.texts import storable
from polyrec.store.memory import Memory, Remembered
from polyrec.store.tables import hash_of

if TYPE_CHECKING:
    from polyrec.store.database import Database

SAW = Remembered("saw", "engine", 0.1 + 0.2, "another failed")


def test_what_was_remembered_is_found_as_it_was(database: Database) -> None:
    memory = Memory(database, "de", "en", "x")
    none = Remembered("plane", "engine")
    memory.remember({"Säge": SAW, "Hobel": none})
    assert memory.recall(["Hobel", "Säge", "Flöte"]) == {"Hobel": none, "Säge": SAW}


@pytest.mark.parametrize(
    ("source", "target", "fingerprint"), [("da", "en", "x"), ("de", "fr", "x"), ("de", "en", "y")]
)
def test_languages_and_translator_each_have_memories_of_their_own(
    database: Database, source: str, target: str, fingerprint: str
) -> None:
    Memory(database, "de", "en", "x").remember({"Säge": SAW})
    other = Memory(database, source, target, fingerprint)
    assert other.recall(["Säge"]) == {}
    other.remember({"Säge": Remembered("other", "engine")})
    assert other.recall(["Säge"])["Säge"].text == "other"
    assert Memory(database, "de", "en", "x").recall(["Säge"]) == {"Säge": SAW}


def test_what_is_there_already_stays(database: Database) -> None:
    memory = Memory(database, "de", "en", "x")
    memory.remember({"Säge": SAW})
    memory.remember({"Säge": Remembered("other", "engine"), "neu": SAW})
    assert memory.recall(["Säge", "neu"]) == {"Säge": SAW, "neu": SAW}


def test_more_texts_than_a_query_takes_are_found(database: Database) -> None:
    memory = Memory(database, "de", "en", "x")
    made = {f"text {i}": Remembered(f"made {i}", "engine", i / 1200) for i in range(1200)}
    memory.remember(made)
    assert memory.recall([*made, "new"]) == made


@settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.dictionaries(st.text(st.characters(), min_size=1), st.text(st.characters()), min_size=1))
def test_any_text_can_be_remembered(database: Database, texts: dict[str, str]) -> None:
    fingerprint = hash_of(*texts, *texts.values())  # a memory of its own for each example
    memory = Memory(database, "de", "en", fingerprint)
    memory.remember({text: Remembered(made, "engine") for text, made in texts.items()})
    found = memory.recall(list(texts))
    assert {text: each.text for text, each in found.items()} == {
        text: storable(made) for text, made in texts.items()
    }


def test_texts_that_differ_only_in_what_no_database_holds_are_told_apart(
    database: Database,
) -> None:
    memory = Memory(database, "de", "en", "x")
    memory.remember({"a\0b": Remembered("one", "x"), "a b": Remembered("other", "x")})
    assert {t: each.text for t, each in memory.recall(["a\0b", "a b"]).items()} == {
        "a\0b": "one",
        "a b": "other",
    }


def test_a_hash_tells_texts_apart_that_join_to_the_same() -> None:
    assert hash_of("a", "bc") != hash_of("ab", "c") != hash_of("abc")
    assert hash_of("\0", "") != hash_of("", "\0")
