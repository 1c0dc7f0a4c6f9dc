from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import NO_ITEM, Histories, Integers, Rankings
from polyrec.rank.one_per_work import OnePerWork
from polyrec.rank.ranker import Context

TAGS = np.array(["de", "fr", "ja"] * 4)  # items 0, 1, 2 are a work, 3, 4, 5 the next ...
WORKS = np.arange(12) // 3
BARE = Context(3, TAGS, works=WORKS)


def ranked(items: list[int]) -> Rankings:
    scores = np.linspace(1, 0.1, len(items), dtype=np.float32)[None, :]
    return Rankings(np.array([items], dtype=np.int64), scores)


def history(*items: int) -> Histories:
    return Histories.from_lists([list(items)], n_items=12)


def shown(items: list[int], context: Context) -> list[int]:
    found = OnePerWork().rerank(ranked(items), context).items[0]
    return found[found != NO_ITEM].tolist()


def test_a_work_keeps_its_best_place_only() -> None:
    assert shown([4, 0, 5, 3, 1, 8], BARE) == [4, 0, 8]


def test_its_place_is_given_to_the_version_that_one_reads() -> None:
    assert shown([4, 0, 8], replace(BARE, histories=history(10))) == [4, 1, 7]
    assert shown([4, 0, 8], replace(BARE, histories=history(9, 6, 11))) == [3, 0]
    # of languages that one reads alike, the one that is ranked best
    assert shown([4, 5, 3, 0, 8], replace(BARE, histories=history(11, 9))) == [5, 0, 8]


def test_a_wish_comes_before_habit() -> None:
    wishes = replace(BARE, histories=history(10), languages=("ja", "de"))
    assert shown([4, 0, 7], wishes) == [5, 2, 8]
    assert shown([4, 0, 7], replace(wishes, languages=("eo", "de-AT"))) == [3, 0, 6]


def test_scores_stay_with_places() -> None:
    found = OnePerWork().rerank(ranked([4, 5, 0, 8]), replace(BARE, histories=history(10)))
    assert found.items[0].tolist() == [4, 1, 7]
    assert np.allclose(found.scores[0], [1, 0.4, 0.1])


def test_other_versions_of_what_one_has_are_left_out() -> None:
    assert shown([4, 0, 5, 8], replace(BARE, histories=history(3))) == [0, 6]


def test_only_versions_that_may_be_shown_take_a_place() -> None:
    allowed = np.ones(12, dtype=np.bool_)
    allowed[[1, 7]] = False
    assert shown([4, 0, 8], replace(BARE, histories=history(10), allowed=allowed)) == [4, 0, 8]


def test_works_that_stand_above_are_left_out() -> None:
    assert shown([4, 0, 8], replace(BARE, above=np.array([[5, NO_ITEM]]))) == [0, 8]


def test_a_catalog_without_works_stays_as_it_is() -> None:
    assert shown([4, 0, 5, 3], replace(BARE, works=None)) == [4, 0, 5]
    assert OnePerWork().depth(replace(BARE, works=None)) == 3


@given(
    st.permutations(range(12)),
    st.lists(st.integers(0, 5), min_size=12, max_size=12),
    st.lists(st.integers(0, 11), max_size=3, unique=True),
    st.integers(1, 6),
)
def test_as_many_candidates_as_it_asks_for_are_enough(
    order: list[int], works: list[int], own: list[int], k: int
) -> None:
    context = replace(BARE, k=k, works=np.array(works), histories=history(*own))
    items = [item for item in order if item not in own]
    everything = shown(items, context)
    found = shown(items[: OnePerWork().depth(context)], context)
    known: Integers = np.array(works)
    # of two versions that are read equally well, that which is ranked best may lie deeper
    assert known[found].tolist() == known[everything].tolist()
    assert len(set(known[everything].tolist())) == len(everything)
    assert not set(known[everything].tolist()) & set(known[own].tolist())
