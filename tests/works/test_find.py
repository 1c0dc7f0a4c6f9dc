from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.vectors import unit_rows
from polyrec.testing.worlds import two_languages
from polyrec.works.find import find_works
from polyrec.works.pairs import mutual_pairs

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings


def world(
    n_works: int = 30, tags: tuple[str, ...] = ("de", "fr", "ja"), *, noise: float = 0.3
) -> tuple[list[str], Strings, Floats]:
    """Make works in several languages: item i is of work i // languages, with a name of its own."""
    rng = np.random.default_rng(0)
    contents = unit_rows(rng.standard_normal((n_works, 32)).astype(np.float32))
    drawn = rng.standard_normal((n_works, len(tags), 32)).astype(np.float32) / 32**0.5
    vectors = unit_rows((contents[:, None, :] + noise * drawn).reshape(-1, 32))
    texts = [f"{tag}word{tag} Name{chr(65 + work)}x" for work in range(n_works) for tag in tags]
    return texts, np.array(list(tags) * n_works), vectors


def groups(found: object) -> list[list[int]]:
    return sorted(group.tolist() for group in found.groups)  # type: ignore[attr-defined]


def test_the_versions_of_each_work_are_found() -> None:
    texts, languages, vectors = world()
    found = find_works(texts, languages, vectors)
    assert groups(found) == [[3 * i, 3 * i + 1, 3 * i + 2] for i in range(30)]
    assert (found.works == np.arange(90) // 3 * 3).all()
    assert (found.confidence >= 0.85).all()


def test_twins_are_found_once_languages_lie_together() -> None:
    made = two_languages(n_contents=40, offset=0.0)
    data = made.dataset.catalog
    found = find_works(data.text, data.languages, made.vectors)
    assert groups(found) == [[2 * i, 2 * i + 1] for i in range(40)]


def test_a_work_in_many_languages_does_not_crowd_itself() -> None:
    tags = tuple(f"q{chr(97 + i)}{chr(97 + j)}" for i in range(4) for j in range(3))
    texts, languages, vectors = world(20, tags)
    assert groups(find_works(texts, languages, vectors)) == [
        list(range(12 * i, 12 * i + 12)) for i in range(20)
    ]


def test_items_that_are_alone_stay_alone() -> None:
    texts, languages, vectors = world()
    alone = np.arange(0, 90, 3)
    found = find_works([texts[i] for i in alone], languages[alone], vectors[alone])
    assert found.groups == []
    assert found.works.tolist() == list(range(30))
    assert np.isnan(found.confidence).all()


def test_numbers_that_contradict_part_what_is_alike_otherwise() -> None:
    texts, languages, vectors = world()
    numbered = [f"{text} {2000 + i % 3}" if i < 3 else text for i, text in enumerate(texts)]
    found = find_works(numbered, languages, vectors)
    assert groups(found) == [[3 * i, 3 * i + 1, 3 * i + 2] for i in range(1, 30)]
    agreeing = [f"{text} {2000 + i // 3}" for i, text in enumerate(texts)]
    assert len(find_works(agreeing, languages, vectors).groups) == 30


def test_a_work_has_one_version_per_language_unless_more_are_wanted() -> None:
    texts, languages, vectors = world(tags=("de", "fr", "de"))
    for group in find_works(texts, languages, vectors).groups:
        assert len(set(languages[group])) == len(group)
    within = find_works(texts, languages, vectors, across=False)
    assert groups(within) == [[3 * i, 3 * i + 1, 3 * i + 2] for i in range(30)]


def test_equal_identifiers_are_one_work_and_different_ones_are_not() -> None:
    texts, languages, vectors = world()
    isbn: list[object] = [None] * 90
    isbn[0], isbn[1], isbn[2] = "A", "B", ""  # one work by its texts
    isbn[3], isbn[84] = 7, "7"  # two by their texts, both in German
    found = find_works(texts, languages, vectors, identifiers=[isbn])
    assert found.works[84] == found.works[3] == 3
    assert found.confidence[84] == 1
    assert found.works[0] != found.works[1]
    assert found.works[2] in (found.works[0], found.works[1])


def test_what_is_less_sure_than_wished_is_left() -> None:
    texts, languages, vectors = world(noise=1.0)
    counts = [
        len(find_works(texts, languages, vectors, min_confidence=least).groups)
        for least in (0.2, 0.9, 1.0)
    ]
    assert counts[0] > counts[1] >= counts[2] == 0
    with pytest.raises(ConfigError, match=r"^min_confidence is 80; give 0 to 1$"):
        find_works(texts, languages, vectors, min_confidence=80)


def test_the_surest_work_comes_first() -> None:
    texts, languages, vectors = world(noise=0.8)
    found = find_works(texts, languages, vectors, min_confidence=0.5)
    sure = [found.confidence[group].min() for group in found.groups]
    assert len(sure) > 3
    assert sure == sorted(sure, reverse=True)


@pytest.mark.parametrize("n_items", [0, 1, 2, 3])
def test_hardly_any_items_can_be_asked_about(n_items: int) -> None:
    texts, languages, vectors = world()
    found = find_works(texts[:n_items], languages[:n_items], vectors[:n_items])
    assert len(found.works) == n_items


@given(st.permutations(range(24)))
def test_the_order_of_items_changes_no_work(order: list[int]) -> None:
    texts, languages, vectors = world(8)
    rows = np.array(order)
    found = find_works([texts[i] for i in order], languages[rows], vectors[rows])
    shown = sorted(sorted(rows[group].tolist()) for group in found.groups)
    assert shown == groups(find_works(texts, languages, vectors))


def test_each_pair_is_given_once_and_in_two_languages() -> None:
    texts, languages, vectors = world()
    pairs = mutual_pairs(texts, languages, vectors)
    assert (pairs.one < pairs.other).all()
    assert (languages[pairs.one] != languages[pairs.other]).all()
    assert len(set(zip(pairs.one.tolist(), pairs.other.tolist(), strict=True))) == len(pairs.one)


def test_a_graph_finds_them_too() -> None:
    pytest.importorskip("faiss", reason="needs the extra ann")
    texts, languages, vectors = world()
    assert groups(find_works(texts, languages, vectors, search="graph")) == groups(
        find_works(texts, languages, vectors)
    )
