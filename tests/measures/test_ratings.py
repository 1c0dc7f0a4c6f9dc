from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surprise import Prediction, accuracy

from polyrec.measures.bootstrap import function_interval
from polyrec.measures.ratings import errors_per_user, mae, mae_of, rmse, rmse_of

STARS = st.floats(0.5, 5.0, width=32)
RATINGS = st.lists(st.tuples(st.integers(0, 4), STARS, STARS), min_size=1, max_size=30)


@given(RATINGS)
def test_they_are_what_a_library_says(ratings: list[tuple[int, float, float]]) -> None:
    users, predicted, stars = map(np.array, zip(*ratings, strict=True))
    theirs = [Prediction(u, 0, given, told, {}) for u, told, given in ratings]
    assert rmse(predicted, stars) == pytest.approx(accuracy.rmse(theirs, verbose=False))
    assert mae(predicted, stars) == pytest.approx(accuracy.mae(theirs, verbose=False))
    columns = errors_per_user(predicted, stars, users)
    assert columns.shape == (len(set(users.tolist())), 3)
    assert columns[:, 2].sum() == len(ratings)
    assert rmse_of(columns.sum(axis=0)) == pytest.approx(rmse(predicted, stars))
    assert mae_of(columns.sum(axis=0)) == pytest.approx(mae(predicted, stars))


def test_of_no_ratings_nothing_is_known() -> None:
    nothing = np.zeros(0, dtype=np.float32)
    assert np.isnan(rmse(nothing, nothing))
    assert np.isnan(mae(nothing, nothing))


def test_users_are_resampled_with_all_that_they_rated() -> None:
    users = np.array([0, 0, 0, 1])
    columns = errors_per_user(np.array([4.0, 4, 4, 4]), np.array([3.0, 3, 3, 1]), users)
    assert columns.tolist() == [[3, 3, 3], [9, 3, 1]]
    found = function_interval(columns, rmse_of, n_resamples=200)
    assert found.value == pytest.approx(3**0.5)
    assert (found.low, found.high) == (1, 3)  # both resamples of one user alone are among them
