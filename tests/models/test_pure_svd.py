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
from polyrec.models.pure_svd import PureSvd, directions
from polyrec.testing.worlds import two_camps


def histories_of(matrix: np.ndarray) -> Histories:
    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


matrices = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 9), st.integers(2, 9)), elements=st.integers(0, 3)
)


@given(matrices, st.integers(0, 9))
def test_as_many_directions_as_there_are_give_back_the_histories(X: np.ndarray, seed: int) -> None:
    X[0, 0] = 1
    V = directions(sp.csr_array(X.astype(np.float64)), min(X.shape), seed=seed)
    assert V.shape == (X.shape[1], np.linalg.matrix_rank(X))
    assert np.allclose(V.T @ V, np.eye(V.shape[1]), atol=1e-9)
    assert np.allclose(X @ V @ V.T, X, atol=1e-9)


@given(matrices, st.integers(1, 9))
def test_fewer_directions_give_back_as_much_as_any_so_many_can(X: np.ndarray, dim: int) -> None:
    X[0, 0] = 1
    V = directions(sp.csr_array(X.astype(np.float64)), dim, seed=0)
    lost = np.square(X - X @ V @ V.T).sum()
    assert np.isclose(lost, np.square(np.linalg.svd(X)[1][dim:]).sum(), atol=1e-8)


def test_of_a_large_matrix_the_strongest_directions_are_found_as_well() -> None:
    rng = np.random.default_rng(0)
    ways = [np.linalg.qr(rng.standard_normal((size, 60)))[0] for size in (150, 200)]
    strengths = np.concatenate([np.linspace(20, 10, 5), np.linspace(4, 1, 55)])
    X = sp.csr_array(ways[0] * strengths @ ways[1].T)
    V, wanted = directions(X, 5, seed=0), ways[1][:, :5]
    assert np.allclose(V @ V.T, wanted @ wanted.T, atol=1e-8)


def test_what_is_scored_is_the_history_along_those_directions() -> None:
    # four kinds of users who each have three items: four directions tell all
    X = np.kron(np.eye(4), np.ones((5, 3)))
    part = PureSvd(dim=4).fit(Training(histories_of(X)))
    assert np.allclose(part.score(histories_of(X)), X, atol=1e-5)
    one_item_each = part.score(histories_of(np.eye(12)))
    assert np.allclose(one_item_each, np.kron(np.eye(4), np.full((3, 3), 1 / 3)), atol=1e-5)


def test_at_most_half_of_the_directions_are_kept_so_that_something_is_left_to_recommend() -> None:
    world = two_camps()
    part = PureSvd(dim=10_000).fit(world.training)
    assert part.factors_ is not None
    assert part.factors_.shape == (40, 20)


def test_a_single_user_can_be_learned_from() -> None:
    lonely = Histories.from_lists([[0, 2], []], n_items=4)
    scores = PureSvd().fit(Training(lonely)).score(lonely)
    assert np.allclose(scores, [[1, 0, 1, 0], [0, 0, 0, 0]], atol=1e-6)


def test_long_histories_take_all_directions_unless_users_are_made_alike() -> None:
    # two users with much that is their own, and ten who share two items
    X = np.zeros((12, 82))
    X[0, :40] = X[1, 40:80] = 1
    X[2:, 80:] = 1
    asked = histories_of(np.eye(82)[[80]])
    for unit_users, wanted in ((True, 0.5), (False, 0.0)):
        part = PureSvd(dim=1, unit_users=unit_users).fit(Training(histories_of(X)))
        assert np.allclose(part.score(asked)[0, 81], wanted, atol=1e-5)


def test_less_than_one_direction_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": "pure-svd", "dim": 0})
    assert str(caught.value) == "recommender 'pure-svd': dim is 0; give at least 1"
