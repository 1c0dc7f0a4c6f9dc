from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Histories
from polyrec.evaluation import slices as module
from polyrec.evaluation.slices import cross_language, frequent_languages, slices

if TYPE_CHECKING:
    import pytest

N_ITEMS = 8
LANGUAGES = np.array(["de", "de", "fr", "fr", "ja", "de", "fr", "en"])


def of(lists: list[list[int]]) -> Histories:
    return Histories.from_lists(lists, n_items=N_ITEMS)


def pairs(histories: Histories) -> list[tuple[int, int]]:
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    return list(zip(user.tolist(), histories.items.tolist(), strict=True))


TRAIN = of([[0, 1], [2], [0, 2, 4, 5, 6], []])
TEST = of([[2, 3], [4, 7], [1], [0]])


def test_seen_items_are_those_that_anybody_has_in_training() -> None:
    found = dict(slices(TRAIN, TEST, LANGUAGES))
    assert pairs(found["all"]) == pairs(TEST)
    assert pairs(found["seen-item"]) == [(0, 2), (1, 4), (2, 1), (3, 0)]
    assert pairs(found["unseen-item"]) == [(0, 3), (1, 7)]


def test_cross_language_is_what_is_in_a_language_new_to_the_user() -> None:
    found = dict(slices(TRAIN, TEST, LANGUAGES))
    # user 0 knows German, 1 French, 2 German, French and Japanese, 3 nothing
    assert pairs(found["cross-language"]) == [(0, 2), (0, 3), (1, 4), (1, 7), (3, 0)]
    assert cross_language(TRAIN, TEST, LANGUAGES).tolist() == [True] * 4 + [False, True]


def test_users_are_parted_by_how_much_they_have_in_training() -> None:
    found = dict(slices(TRAIN, TEST, LANGUAGES))
    assert [name for name in found if name.startswith("history:")] == [
        *("history:0", "history:1-4", "history:5-9"),
    ]
    assert pairs(found["history:0"]) == [(3, 0)]
    assert pairs(found["history:1-4"]) == [(0, 2), (0, 3), (1, 4), (1, 7)]
    assert pairs(found["history:5-9"]) == [(2, 1)]


def test_the_longest_histories_have_no_upper_end() -> None:
    long = Histories.from_lists([list(range(n)) for n in (19, 20, 49, 50, 90)], n_items=100)
    test = Histories.from_lists([[95]] * 5, n_items=100)
    found = dict(slices(long, test, np.array(["de"] * 100)))
    assert {name: part.lengths.tolist() for name, part in found.items() if "history" in name} == {
        "history:10-19": [1, 0, 0, 0, 0],
        "history:20-49": [0, 1, 1, 0, 0],
        "history:50+": [0, 0, 0, 1, 1],
    }


def test_languages_with_enough_items_are_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("language:" in name for name, _ in slices(TRAIN, TEST, LANGUAGES))
    monkeypatch.setattr(module, "MIN_ITEMS", 3)
    assert frequent_languages(LANGUAGES) == ["de", "fr"]
    found = dict(slices(TRAIN, TEST, LANGUAGES))
    assert pairs(found["language:de"]) == [(2, 1), (3, 0)]
    assert pairs(found["language:fr"]) == [(0, 2), (0, 3)]


def test_languages_are_ordered_by_items_and_then_by_tag() -> None:
    tags = np.repeat(["fr", "de", "ja", "en"], [50, 60, 49, 50])
    assert frequent_languages(tags) == ["de", "en", "fr"]


LISTS = st.lists(
    st.tuples(
        st.sets(st.integers(0, N_ITEMS - 1)).map(sorted),
        st.sets(st.integers(0, N_ITEMS - 1)).map(sorted),
    ),
    min_size=1,
    max_size=6,
)


@given(LISTS, st.lists(st.sampled_from(["de", "fr", "ja"]), min_size=N_ITEMS, max_size=N_ITEMS))
def test_items_are_either_seen_or_not_and_users_have_one_length(
    lists: list[tuple[list[int], list[int]]], tags: list[str]
) -> None:
    train, test = of([known for known, _ in lists]), of([held for _, held in lists])
    found = dict(slices(train, test, np.array(tags)))
    everything = pairs(test)
    assert pairs(found["all"]) == everything
    assert sorted(pairs(found["seen-item"]) + pairs(found["unseen-item"])) == everything
    by_length = [part for name, part in found.items() if name.startswith("history:")]
    assert sorted(pair for part in by_length for pair in pairs(part)) == everything
    for part in found.values():
        assert len(part) == len(lists)
        assert set(pairs(part)) <= set(everything)
    known = [{tags[item] for item in items} for items, _ in lists]
    assert pairs(found["cross-language"]) == [
        (user, item) for user, item in everything if tags[item] not in known[user]
    ]
