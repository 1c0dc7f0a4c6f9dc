from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.measures.holm import holm


def test_it_corrects_the_usual_example() -> None:
    """The four tests of Wikipedia's article on the Holm-Bonferroni method."""
    given_p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(given_p) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_a_test_that_was_not_made_does_not_count() -> None:
    found = holm(np.array([np.nan, 0.02, np.nan, 0.03]))
    assert np.isnan(found[[0, 2]]).all()
    assert found[[1, 3]] == pytest.approx([0.04, 0.04])


def test_no_tests_give_none() -> None:
    assert holm(np.array([])).shape == (0,)


def _one_by_one(p_values: list[float], level: float) -> list[bool]:
    """Reject as Holm wrote it: the smallest against level / m, the next against level / (m - 1)."""
    rejected = [False] * len(p_values)
    for step, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if p_values[i] > level / (len(p_values) - step):
            break
        rejected[i] = True
    return rejected


@given(st.lists(st.integers(0, 1000), max_size=12), st.sampled_from([0.011, 0.0503, 0.2007]))
def test_it_rejects_what_the_steps_of_the_paper_reject(places: list[int], level: float) -> None:
    p_values = [place / 1000 for place in places]
    assert (holm(np.array(p_values)) <= level).tolist() == _one_by_one(p_values, level)
