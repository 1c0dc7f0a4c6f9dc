from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.types import Histories, Training
from polyrec.models.latest import Latest

NOBODY = Histories.from_lists([[]], n_items=4)


def chosen_at(lists: list[list[int]], times: list[float]) -> Training:
    histories = Histories.from_lists(lists, n_items=4)
    return Training(replace(histories, times=np.array(times, dtype=np.float64)))


def test_the_item_that_was_first_chosen_last_comes_first() -> None:
    # item 0 was chosen last of all, and first of all as well; item 3 never
    training = chosen_at([[0, 1], [0, 2]], [10, 20, 99, 30])
    part = Latest().fit(training)
    assert np.allclose(part.score(NOBODY), [[1 / 3, 2 / 3, 1, 0]])
    assert part.top(NOBODY, 4).items[0].tolist() == [2, 1, 0, 3]


def test_equal_times_share_a_place_and_no_second_is_lost() -> None:
    # float32 could not tell these seconds apart
    late = 1_764_000_000.0
    part = Latest().fit(chosen_at([[0, 1, 2, 3]], [late, late + 1, late + 1, late + 2]))
    assert np.allclose(part.score(NOBODY), [[1 / 3, 2 / 3, 2 / 3, 1]])


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_items_stand_in_the_order_of_their_first_times(times: list[int]) -> None:
    part = Latest().fit(chosen_at([[0, 1, 2, 3]], [float(time) for time in times]))
    scores = part.score(NOBODY)[0]
    for one in range(4):
        for other in range(4):
            assert (scores[one] > scores[other]) == (times[one] > times[other])


def test_without_times_it_says_what_to_do() -> None:
    training = Training(Histories.from_lists([[0]], n_items=2))
    with pytest.raises(
        ConfigError, match=r"^Latest needs times; give the interactions a datetime column$"
    ):
        Latest().fit(training)


def test_a_history_without_times_is_answered() -> None:
    part = Latest().fit(chosen_at([[0, 1]], [1, 2]))
    assert part.top(Histories.from_lists([[1]], n_items=4), 1).items.tolist() == [[0]]
