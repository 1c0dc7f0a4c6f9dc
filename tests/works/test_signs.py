from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.works.signs import Signs, numbers_of

TEXTS = ["a saw by Bahco\nmodel 244", "eine Säge von Bahco", "the saw of 1999", "saw 2001", ""]
TAGS = np.array(["en", "de", "en", "de", "fr"])


def pairs(*found: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    one, other = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return one, other


def test_only_words_of_texts_in_two_languages_count() -> None:
    signs = Signs.of(TEXTS, TAGS)
    assert signs.words.shape == (5, 2)  # Bahco, and saw
    assert np.diff(signs.words.indptr).tolist() == [2, 1, 1, 1, 0]


def test_the_share_is_that_of_the_text_with_fewer_words_and_rare_words_weigh_more() -> None:
    signs = Signs.of(TEXTS, TAGS)
    rare, frequent = np.log(5 / 2), np.log(5 / 3)
    held = signs.held(*pairs((0, 1), (1, 2), (0, 2), (4, 0)))
    assert held == pytest.approx([1, 0, 1, 0])
    both = signs.words[[0]].sum()
    assert both == pytest.approx(rare + frequent)


def test_numbers_contradict_where_each_has_one_that_the_other_lacks() -> None:
    signs = Signs.of(TEXTS, TAGS)
    whole, first = signs.at_odds(*pairs((2, 3), (0, 2), (0, 1), (2, 2)))
    assert whole.tolist() == [True, True, False, False]
    assert first.tolist() == [True, False, False, False]


def test_first_lines_differ_where_one_has_a_number_more() -> None:
    differ = Signs.of(TEXTS, TAGS).differ(*pairs((0, 1), (1, 2), (2, 3), (4, 1)))
    assert differ.tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("version 1.2", {1, 2}),
        ("in the year １９９９", {1999}),
        ("سنة ١٩٩٩", {1999}),
        ("MP3 and 007", {3, 7}),
        ("none", set()),
        ("9" * 200, set()),
    ],
)
def test_numbers_are_read_in_any_script(text: str, numbers: set[int]) -> None:
    assert numbers_of(text) == numbers


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_texts_can_be_compared(texts: list[str]) -> None:
    tags = np.array([("de", "fr")[i % 2] for i in range(len(texts))])
    signs = Signs.of(texts, tags)
    every = pairs(*((i, j) for i in range(len(texts)) for j in range(len(texts))))
    held = signs.held(*every)
    assert ((held >= 0) & (held <= 1 + 1e-6)).all()
    whole, first = signs.at_odds(*every)
    assert not whole[every[0] == every[1]].any()
    assert whole.shape == first.shape == held.shape


def test_no_pairs_give_nothing() -> None:
    signs = Signs.of(TEXTS, TAGS)
    assert signs.held(*pairs()).shape == (0,)
    assert signs.differ(*pairs()).shape == (0,)
