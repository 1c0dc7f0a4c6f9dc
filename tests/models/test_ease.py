from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.models import ease
from polyrec.models.ease import Ease
from polyrec.testing.worlds import two_camps


def by_hand(X: np.ndarray, l2: float) -> np.ndarray:
    """Regress each item on all others by ridge, one item at a time."""
    n_items = X.shape[1]
    weights = np.zeros((n_items, n_items))
    for item in range(n_items):
        others = np.delete(np.arange(n_items), item)
        A = X[:, others].T @ X[:, others] + l2 * np.eye(n_items - 1)
        weights[others, item] = np.linalg.solve(A, X[:, others].T @ X[:, item])
    return weights


def histories_of(matrix: np.ndarray) -> Histories:
    import scipy.sparse as sp

    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 9), st.integers(2, 9)),
        elements=st.integers(0, 2),
    ),
    st.floats(0.5, 20.0),
)
def test_it_is_ridge_regression_with_a_zero_diagonal(matrix: np.ndarray, l2: float) -> None:
    matrix[0, 0] = 1
    histories = histories_of(matrix)
    scores = Ease(l2=l2).fit(Training(histories)).score(histories)
    assert np.allclose(scores, matrix @ by_hand(matrix.astype(float), l2), atol=1e-4)


@pytest.mark.parametrize("shape", [(30, 12), (12, 30)])
def test_primal_and_dual_give_the_same_scores(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    X = (rng.random(shape) < 0.4) * rng.integers(1, 5, shape)
    X[X.sum(axis=1) == 0, 0] = 1
    part, histories = Ease(), histories_of(X)
    part.fit(Training(histories))
    assert (part.weights_ is None) == (shape[0] < shape[1])
    others = histories_of((rng.random((5, shape[1])) < 0.3) * 1.0)
    expected = others.matrix().toarray() @ by_hand(X.astype(float), part.l2)
    assert np.allclose(part.score(others), expected, atol=1e-4)


def test_the_diagonal_of_the_dual_is_made_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    world = two_camps(20, 40)
    histories = world.training.histories
    whole = Ease().fit(world.training).score(histories)
    monkeypatch.setattr(ease, "BLOCK", 7)
    assert np.allclose(Ease().fit(world.training).score(histories), whole, atol=1e-6)


def test_users_without_items_do_not_count_as_users() -> None:
    # 12 users of whom 2 chose anything, 8 items: the dual is the smaller
    lists = [[0, 1, 2], [3, 4], *[[]] * 10]
    part = Ease().fit(Training(Histories.from_lists(lists, n_items=8)))
    assert part.dual_ is not None
    assert part.dual_.shape == (2, 2)


@pytest.mark.parametrize("n_users", [3, 12])
def test_an_item_that_nobody_chose_scores_zero(n_users: int) -> None:
    lists = [[user % 4, (user + 1) % 4] for user in range(n_users)]
    histories = Histories.from_lists(lists, n_items=6)
    scores = Ease().fit(Training(histories)).score(histories)
    assert np.allclose(scores[:, 4:], 0, atol=1e-6)


def test_a_fit_beyond_the_memory_limit_is_refused_with_its_size() -> None:
    lists = [[user, user + 1] for user in range(1001)]
    training = Training(Histories.from_lists(lists, n_items=1002))
    part = Ease(memory_limit_gb=0.015)
    with pytest.raises(ConfigError) as caught:
        part.fit(training)
    assert str(caught.value) == (
        "ease would need 0.016 GB for 1,001 x 1,001 weights, the limit is 0.015 GB;"
        " use the recommender 'sparse-ease', or raise memory_limit_gb"
    )
    assert part.n_items_ is None


def test_memory_is_that_of_the_smaller_side() -> None:
    lists = [[user, 5000] for user in range(50)]
    part = Ease(memory_limit_gb=0.001)
    part.fit(Training(Histories.from_lists(lists, n_items=5001)))
    assert part.n_items_ == 5001


def test_a_penalty_that_is_not_above_zero_is_refused() -> None:
    for l2 in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match=r"l2 is .*; give a number above 0"):
            build("recommender", {"use": "ease", "l2": l2})


@pytest.mark.parametrize("n_users", [20, 60])
def test_who_is_forgotten_leaves_no_row(n_users: int) -> None:
    world = two_camps(n_users, 40)
    part = Ease().fit(world.training)
    kept = np.arange(n_users) % 5 > 0
    part.forget(kept)
    part.forget(np.arange(kept.sum()) > 2)
    left = world.training.histories.rows(np.flatnonzero(kept)[3:])
    if n_users < 40:  # the dual is then that of the others; else nothing is kept of single users
        assert np.allclose(part.score(left), Ease().fit(Training(left)).score(left), atol=1e-5)
    assert part.seen_ is None or part.seen_.shape[0] == len(left)


def test_all_may_be_forgotten() -> None:
    world = two_camps(20, 40)
    part = Ease().fit(world.training)
    part.forget(np.zeros(20, dtype=np.bool_))
    assert np.allclose(part.score(world.training.histories), 0, atol=1e-9)
