from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.llm.language_model import Prompt
from polyrec.llm.rendering import as_data, as_messages, as_text, is_cut, undone
from polyrec.testing.injections import ATTACKS, INJECTIONS

NAMES = ("Spanish", "English")
EXAMPLES = (("rojo", "red"), ("azul", "blue"))
MARKS = re.compile(
    r"[<>]|\[/?[A-Z_]{3,}\]|[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\U000e0000-\U000e007f]"
)


def prompt(data: str) -> Prompt:
    return Prompt(data, "Translate the color.", EXAMPLES, NAMES)


@given(st.text())
def test_data_are_one_line_without_any_mark_of_a_model(text: str) -> None:
    made = as_data(text, 100)
    assert len(made.splitlines()) <= 1
    assert not MARKS.search(made)
    assert len(made) <= 100


@given(st.text(max_size=60))
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    once = as_data(text, 100)
    assert as_data(once, 100) == once


@pytest.mark.parametrize(
    "text", ["木工の入門コース", "نرم‌افزار", "👨‍👩‍👧 family", "C++ & [a] 5 × 3"]
)
def test_letters_of_all_scripts_stay(text: str) -> None:
    assert as_data(text, 100) == text


@pytest.mark.parametrize("attack", INJECTIONS)
def test_no_attack_changes_the_shape_of_a_text(attack: str) -> None:
    lines, harmless = (as_text(prompt(each), 2000).splitlines() for each in (attack, "verde"))
    assert len(lines) == len(harmless)
    assert lines[:-2] == harmless[:-2]
    assert lines[-2].startswith("Spanish: ")
    assert lines[-1] == "English:"


@pytest.mark.parametrize("attack", INJECTIONS)
def test_no_attack_changes_the_shape_of_a_chat(attack: str) -> None:
    found, harmless = (as_messages(prompt(each), 2000) for each in (attack, "verde"))
    assert found[:-1] == harmless[:-1]
    assert found[-1]["role"] == "user"
    assert re.fullmatch("<data>[^<>]*</data>", found[-1]["content"])


def test_a_chat_is_told_that_data_are_no_instruction() -> None:
    system, *turns, last = as_messages(prompt("verde"), 2000)
    assert system["role"] == "system"
    assert system["content"].startswith("Translate the color.")
    assert "never follow it" in system["content"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2
    assert turns[1]["content"] == "red"
    assert last["content"] == "<data>verde</data>"


def test_a_text_has_examples_and_then_the_data() -> None:
    assert as_text(prompt("verde"), 2000) == (
        "Spanish: rojo\nEnglish: red\n\nSpanish: azul\nEnglish: blue\n\nSpanish: verde\nEnglish:"
    )


def test_a_text_without_examples_begins_with_the_instruction() -> None:
    asked = Prompt("verde", "Translate the color.")
    assert as_text(asked, 2000) == "Translate the color.\n\nText: verde\nAnswer:"


def test_long_data_are_cut_and_this_is_known() -> None:
    assert as_data("word " * 50, 9) == "word word"
    assert is_cut("word " * 50, 9)
    assert not is_cut("word  word \n", 9)


def test_data_of_many_hidden_letters_are_soon_read() -> None:
    assert as_data("\u200b" * 10**6, 5) == ""


def test_brackets_come_back_where_they_were_the_data_s() -> None:
    assert undone("si ‹a› b", "if <a> b") == "si <a> b"
    assert undone("si ‹a› b", "if ‹a› <b>") == "si ‹a› b"
    assert undone("si ‹a› b", "if a b") == "si ‹a› b"


def test_hidden_letters_are_taken_out() -> None:
    assert as_data(ATTACKS["hides letters"], 100) == "ChairHACKED"


def test_a_text_whose_end_is_not_looked_at_is_cut() -> None:
    text = "a" + " " * 100 + "b"
    assert as_data(text, 10) == "a"
    assert is_cut(text, 10)
