from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.translate import surface

SOURCE = "El curso enseña carpintería a quienes empiezan desde cero"
FINE = "The course teaches woodworking to those who start from scratch"


def length(one: str, other: str, source: str = "es", target: str = "en") -> float:
    return surface.length_oddity(one, other, source=source, target=target)


def test_a_usual_length_is_not_odd_and_half_of_it_is() -> None:
    assert length(SOURCE, FINE) == 0
    assert length(SOURCE, FINE[:20]) > length(SOURCE, FINE[:35]) > 0
    assert length(SOURCE, FINE * 3) > 0


def test_chinese_is_short_without_being_odd() -> None:
    chinese = "这门课程教零基础的人从头开始学习木工手艺和技术。"
    assert length(FINE, chinese, "en", "zh-CN") == 0
    assert length(FINE, chinese, "en", "de") > 0.5


def test_short_texts_may_vary_more() -> None:
    assert length("Sí", "Yes, sure") < length(SOURCE, FINE * 4)


def test_words_of_the_source_that_are_left_are_counted_but_names_are_not() -> None:
    assert surface.copied(SOURCE, SOURCE) == 1
    assert surface.copied(SOURCE, FINE) == 0
    assert 0 < surface.copied(SOURCE, "The course enseña woodworking") < 0.5
    assert surface.copied("Universidad Nacional", "Universidad Nacional") == 0


def test_marks_of_unknown_words_are_counted_beyond_those_of_the_source() -> None:
    assert surface.unknown_marks("la casa", "the *casa is blue") == pytest.approx(1 / 4)
    assert surface.unknown_marks("el *nix", "the *nix") == 0
    assert surface.unknown_marks("Ana", "*Ana") == 0


def test_loops_are_found_with_and_without_spaces() -> None:
    assert surface.repetition(SOURCE, FINE) == 0
    assert surface.repetition(SOURCE, "the course of the " * 10) > 0.7
    assert surface.repetition("a course", "木工入門" * 10) > 0.7
    assert surface.repetition("na na na na na na na", "na na na na na na na") == 0


def test_letters_of_another_script_are_foreign_unless_they_are_names_of_the_source() -> None:
    foreign = surface.foreign
    assert foreign("木工の入門", "A woodworking course", target="en") == 0
    assert foreign("A course", "A course", target="ja") == 0  # nothing but the source's own words
    assert foreign("A course", "Some course", target="ja") == 1
    assert foreign("Learn Python", "Pythonを学ぶ", target="ja") == 0
    assert foreign("木工の入門", "木工 course", target="en") == pytest.approx(2 / 8)
    assert foreign("abc", "абв", target="ka") == 0  # no letters known of this script


@given(st.text(), st.text())
def test_every_finding_is_a_share_or_a_small_number(one: str, other: str) -> None:
    assert 0 <= length(one, other) <= 2
    for found in (surface.copied, surface.unknown_marks, surface.repetition):
        assert 0 <= found(one, other) <= 1
    assert 0 <= surface.foreign(one, other, target="ja") <= 1
