from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.models.ease import Ease
from polyrec.models.sparse_ease import SparseEase
from polyrec.testing.worlds import two_camps


def histories_of(matrix: np.ndarray) -> Histories:
    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


def by_hand(X: np.ndarray, l2: float, n_neighbours: int) -> np.ndarray:
    """Regress each item on those most often chosen with it by ridge; there must be no ties."""
    weights = np.zeros((X.shape[1], X.shape[1]))
    for item in range(X.shape[1]):
        together = X.T @ X[:, item]
        together[item] = 0
        near = np.argsort(-together)[:n_neighbours]
        near = near[together[near] > 0]
        gram = X[:, near].T @ X[:, near] + l2 * np.eye(len(near))
        weights[near, item] = np.linalg.solve(gram, together[near])
    return weights


@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 9), st.integers(2, 9)),
        elements=st.integers(0, 2),
    ),
    st.floats(0.5, 20.0),
)
def test_it_is_ease_where_each_item_was_chosen_with_each_other_one(
    matrix: np.ndarray, l2: float
) -> None:
    matrix[0] = 1
    histories = histories_of(matrix)
    scores = SparseEase(n_neighbours=8, l2=l2).fit(Training(histories)).score(histories)
    wanted = Ease(l2=l2).fit(Training(histories)).score(histories)
    assert np.allclose(scores, wanted, atol=1e-4)


def test_it_is_ease_where_items_that_hang_together_are_all_candidates() -> None:
    world = two_camps(n_users=200, n_items=16)
    histories = world.training.histories
    scores = SparseEase(n_neighbours=7, l2=3.0).fit(world.training).score(histories)
    assert np.allclose(scores, Ease(l2=3.0).fit(world.training).score(histories), atol=1e-4)


@given(st.integers(0, 99), st.integers(1, 6), st.floats(0.5, 20.0))
def test_it_is_ridge_regression_on_the_items_most_often_chosen_with_each(
    seed: int, n_neighbours: int, l2: float
) -> None:
    rng = np.random.default_rng(seed)
    X = (rng.random((20, 7)) < 0.4) * (1 + rng.random((20, 7)))
    X[0, 0] = 1
    one_item_each = histories_of(np.eye(7))
    part = SparseEase(n_neighbours, l2).fit(Training(histories_of(X)))
    wanted = by_hand(X, l2, n_neighbours)
    assert np.allclose(part.score(one_item_each), wanted, atol=1e-5)


def test_an_item_does_not_speak_for_itself_and_none_that_nobody_chose_for_another() -> None:
    histories = Histories.from_lists([[0, 1, 2], [1, 2], [3]], n_items=5)
    part = SparseEase().fit(Training(histories))
    weights = part.score(histories_of(np.eye(5)))
    assert (np.diag(weights) == 0).all()
    assert (weights[3:] == 0).all()
    assert (weights[:, 3:] == 0).all()


def test_the_model_holds_so_many_weights_an_item_and_no_more() -> None:
    world = two_camps()
    part = SparseEase(n_neighbours=5).fit(world.training)
    assert part.weights_ is not None
    assert part.weights_.nnz <= 5 * 40


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_neighbours": 0}, "n_neighbours is 0; give at least 1"),
        ({"l2": 0.0}, "l2 is 0.0; give a number above 0"),
        ({"l2": float("nan")}, "l2 is nan; give a number above 0"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": "sparse-ease"} | settings)
    assert str(caught.value) == f"recommender 'sparse-ease': {message}"
