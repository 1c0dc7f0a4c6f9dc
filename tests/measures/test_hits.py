from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.measures.hits import Hits


def ranked(rows: list[list[int]]) -> Rankings:
    items = np.array(rows, dtype=np.int64)
    return Rankings(items, np.zeros(items.shape, dtype=np.float32))


def test_a_place_without_an_item_is_no_hit() -> None:
    # the last item of the user before would be next to NO_ITEM if places were only added up
    relevant = Histories.from_lists([[0, 4], [0, 4]], n_items=5)
    hits = Hits.of(ranked([[NO_ITEM, 4], [NO_ITEM, NO_ITEM]]), relevant)
    assert hits.hit.tolist() == [[False, True], [False, False]]
    assert hits.filled.tolist() == [[False, True], [False, False]]
    assert hits.n_relevant.tolist() == [2, 2]


def test_an_item_added_after_the_test_data_is_no_hit_of_another_user() -> None:
    relevant = Histories.from_lists([[0], [2]], n_items=5)
    hits = Hits.of(ranked([[7, 0], [2, 6]]), relevant)
    assert hits.hit.tolist() == [[False, True], [True, False]]


def test_rankings_and_relevant_items_must_be_of_the_same_users() -> None:
    relevant = Histories.from_lists([[0]], n_items=5)
    with pytest.raises(DataError, match=r"^2 rankings but relevant items of 1 users$"):
        Hits.of(ranked([[0], [1]]), relevant)


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(-1, 6), min_size=3, max_size=3),
            st.lists(st.integers(0, 6), unique=True),
        ),
        max_size=6,
    )
)
def test_a_hit_is_an_item_that_is_relevant_to_its_user(
    users: list[tuple[list[int], list[int]]],
) -> None:
    lists, relevant = [u[0] for u in users], [u[1] for u in users]
    items = np.array(lists, dtype=np.int64).reshape(-1, 3)
    rankings = Rankings(items, np.zeros(items.shape, np.float32))
    hits = Hits.of(rankings, Histories.from_lists(relevant, n_items=7))
    expected = [
        [item in wanted for item in row] for row, wanted in zip(lists, relevant, strict=True)
    ]
    assert hits.hit.tolist() == expected
    assert hits.n_relevant.tolist() == [len(wanted) for wanted in relevant]


def test_the_first_places_keep_what_is_relevant() -> None:
    hits = Hits.of(ranked([[0, 1, 2]]), Histories.from_lists([[1, 2]], n_items=3))
    assert hits.first(2).hit.tolist() == [[False, True]]
    assert hits.first(2).n_relevant.tolist() == [2]
    assert hits.first(9).hit.shape == (1, 3)
