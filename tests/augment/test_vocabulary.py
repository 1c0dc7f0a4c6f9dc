from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.augment.vocabulary import (
    SKIPPED,
    Vocabulary,
    dictionary,
    frequent_words,
    is_content,
    synonyms,
)
from polyrec.core.errors import MissingExtraError
from polyrec.core.vectors import unit_rows
from polyrec.encode.hashing import Hashing

E = np.eye(8, dtype=np.float32)


def test_frequent_words_are_of_letters_and_no_stop_words() -> None:
    words = frequent_words("de", 800)
    assert 500 < len(words) <= 800
    assert "und" not in words
    assert "computer" in frequent_words("de", 3000)
    assert all(is_content(word) for word in words)


@pytest.mark.parametrize("tag", ["zh-CN", "pt-BR", "ja", "ko", "uk"])
def test_a_variant_has_the_words_of_its_language(tag: str) -> None:
    assert len(frequent_words(tag, 300)) > 100


@pytest.mark.parametrize("tag", ["sr", "eo", "yue"])
def test_a_language_without_a_list_has_no_words(tag: str) -> None:
    assert frequent_words(tag, 300) == []
    assert Vocabulary.of(tag, Hashing(), 300).words == ()


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordfreq", None)
    with pytest.raises(MissingExtraError, match=r"polyrec\[augment\]"):
        frequent_words("de", 10)


def test_a_word_means_something_if_it_is_long_enough_for_its_script() -> None:
    assert [w for w in ("of", "the", "日", "日本", "게임", "c3po", "") if is_content(w)] == [
        "the",
        "日本",
        "게임",
    ]
    assert SKIPPED > 0


def test_synonyms_are_near_words_the_nearest_first() -> None:
    vectors = unit_rows(np.array([E[0], E[0] + 0.2 * E[1], E[0] + 0.5 * E[1], E[2]]))
    found = synonyms(Vocabulary(("a", "b", "c", "d"), vectors), depth=2, min_cosine=0.5)
    assert found == {"a": ["b", "c"], "b": ["a", "c"], "c": ["b", "a"]}


def test_a_dictionary_pairs_words_that_are_each_others_nearest() -> None:
    source = Vocabulary(("house", "dog", "home"), unit_rows(E[[0, 1, 0]] + 0.3 * E[[3, 4, 5]]))
    target = Vocabulary(("Hund", "Haus"), unit_rows(np.array([E[1], E[0] + 0.1 * E[3]])))
    assert dictionary(source, target, margin=-1.0) == {"house": "Haus", "dog": "Hund"}


@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 30), st.floats(-0.5, 0.5))
def test_a_dictionary_is_the_same_from_both_sides(
    seed: int, n_one: int, n_other: int, margin: float
) -> None:
    draws = np.random.default_rng(seed).standard_normal((n_one + n_other, 6))
    rows = unit_rows(draws.astype(np.float32))
    one = Vocabulary(tuple(f"a{i}" for i in range(n_one)), rows[:n_one])
    other = Vocabulary(tuple(f"b{i}" for i in range(n_other)), rows[n_one:])
    forth = dictionary(one, other, margin=margin)
    back = dictionary(other, one, margin=margin)
    assert {word: of for of, word in back.items()} == forth
    wider = dictionary(one, other, margin=margin - 0.5)
    assert forth.items() <= wider.items()


def test_empty_vocabularies_give_empty_dictionaries() -> None:
    none = Vocabulary((), np.empty((0, 8), dtype=np.float32))
    some = Vocabulary(("a",), E[:1])
    assert dictionary(none, some, margin=0) == dictionary(some, none, margin=0) == {}
    assert synonyms(none, depth=3, min_cosine=0.0) == {}
