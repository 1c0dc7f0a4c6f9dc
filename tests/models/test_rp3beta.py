from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.models.rp3beta import Rp3Beta


def histories_of(matrix: np.ndarray) -> Histories:
    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


def by_walking(X: np.ndarray, history: np.ndarray, alpha: float, beta: float) -> np.ndarray:
    """Go every path of three steps: to an item of the history, to its users, to other items."""
    scores = np.zeros(X.shape[1])
    for item, user, target in product(range(X.shape[1]), range(len(X)), range(X.shape[1])):
        if target != item and history[item] and X[user, item] and X[user, target]:
            first = history[item] / history.sum()
            second = X[user, item] / X[:, item].sum()
            third = X[user, target] / X[user].sum()
            path = (first * second * third) ** alpha
            scores[target] += path / (X[:, target] > 0).sum() ** beta
    return scores


@given(
    hnp.arrays(
        np.int64,
        st.tuples(st.integers(1, 6), st.integers(2, 6)),
        elements=st.integers(0, 2),
    ),
    st.floats(0.3, 2.0),
    st.floats(0.0, 1.5),
    st.integers(0, 9),
)
def test_it_is_the_sum_over_all_walks_of_three_steps(
    X: np.ndarray, alpha: float, beta: float, seed: int
) -> None:
    X[0, 0] = 1
    others = np.random.default_rng(seed).integers(0, 3, (2, X.shape[1]))
    part = Rp3Beta(99, alpha, beta).fit(Training(histories_of(X)))
    for asked in (X, others):
        wanted = [by_walking(X, history, alpha, beta) for history in asked]
        assert np.allclose(part.score(histories_of(asked)), wanted, rtol=1e-4, atol=1e-6)


def test_only_the_strongest_ways_from_an_item_are_kept() -> None:
    rng = np.random.default_rng(3)
    X = (rng.random((20, 12)) < 0.4) * (1 + rng.random((20, 12)))
    one_item_each = np.eye(12)
    wanted = np.stack([by_walking(X, history, 0.7, 0.5) for history in one_item_each])
    least = np.sort(wanted, axis=1)[:, [-3]]
    part = Rp3Beta(3, 0.7, 0.5).fit(Training(histories_of(X)))
    found = part.score(histories_of(one_item_each))
    assert np.allclose(found, np.where(wanted >= least, wanted, 0), rtol=1e-4, atol=1e-7)


def test_beta_holds_back_what_is_popular() -> None:
    # item 1 goes with item 0 twice and is everywhere, item 2 goes with it once and nowhere else
    lists = [[0, 1], [0, 1], [0, 2], [1, 3], [1, 4], [1, 5]]
    training = Training(Histories.from_lists(lists, n_items=6))
    asked = Histories.from_lists([[0]], n_items=6)
    assert Rp3Beta(beta=0.0).fit(training).top(asked, 1).items.tolist() == [[1]]
    assert Rp3Beta(beta=1.0).fit(training).top(asked, 1).items.tolist() == [[2]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_neighbours": 0}, "n_neighbours is 0; give at least 1"),
        ({"alpha": 0.0}, "alpha is 0.0; give a number above 0"),
        ({"alpha": float("nan")}, "alpha is nan; give a number above 0"),
        ({"beta": -0.1}, "beta is -0.1; give 0 or a number above it"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": "rp3beta"} | settings)
    assert str(caught.value) == f"recommender 'rp3beta': {message}"
