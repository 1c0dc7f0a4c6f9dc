from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.models.bpr import Bpr, slopes
from polyrec.testing.worlds import two_camps


def log_likelihood(F: np.ndarray, X: np.ndarray, others: np.ndarray) -> float:
    """Go through the choices one by one, each with the rest of its history speaking for it."""
    found = 0.0
    for (user, item), other in zip(np.argwhere(X), others, strict=True):
        if not X[user, other]:
            rest = X[user] * (np.arange(X.shape[1]) != item)
            spoken = rest @ F / np.linalg.norm(X[user])
            found -= np.log1p(np.exp(-spoken @ (F[item] - F[other])))
    return found


@given(st.integers(0, 999))
def test_steps_go_where_the_likelihood_of_the_order_climbs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = (rng.random((4, 6)) < 0.5) * (1.0 + rng.integers(0, 3, (4, 6)))
    X[:, 0] = 1
    others = rng.integers(6, size=np.count_nonzero(X))
    F: Any = rng.standard_normal((6, 3))  # doubles, as differences are taken
    items, found = slopes(F, sp.csr_array(X), others)
    wanted = np.zeros_like(F)
    for place in np.ndindex(F.shape):
        step = np.zeros_like(F)
        step[place] = 1e-6
        there, back = (log_likelihood(F + sign * step, X, others) for sign in (1, -1))
        wanted[place] = (there - back) / 2e-6
    assert np.allclose(found, wanted[items], atol=1e-6)
    assert np.allclose(np.delete(wanted, items, axis=0), 0, atol=1e-6)


def test_items_that_are_chosen_together_stand_before_others() -> None:
    # five clusters of six items; each user chose some of one
    rng = np.random.default_rng(0)
    cluster = np.arange(30) % 5
    lists = [
        rng.choice(np.flatnonzero(cluster == user % 5), 4, replace=False).tolist()
        for user in range(60)
    ]
    training = Training(Histories.from_lists(lists, n_items=30))
    asked = Histories.from_lists([[item] for item in range(30)], n_items=30)
    top = Bpr(dim=8).fit(training, seed=1).top(asked, 5)
    assert (cluster[top.items] == cluster[:, None]).all()


def test_the_size_of_weights_changes_no_score_of_a_history() -> None:
    world = two_camps()
    part = Bpr(dim=4, epochs=3).fit(world.training)
    matrix = world.training.histories.matrix()
    scores = part.score(Histories.from_matrix(matrix))
    assert np.allclose(part.score(Histories.from_matrix(matrix * 7)), scores, atol=1e-5)


def test_another_seed_draws_other_factors() -> None:
    world = two_camps()
    one, other = (Bpr(dim=4, epochs=1).fit(world.training, seed=seed) for seed in (0, 1))
    histories = world.training.histories
    assert not np.allclose(one.score(histories), other.score(histories))


def test_items_with_which_nobody_chose_another_are_not_learned_about() -> None:
    histories = Histories.from_lists([[0, 1], [0, 1], [2], []], n_items=4)
    part = Bpr(dim=4).fit(Training(histories))
    scores = part.score(histories)
    assert (scores[:, 2:] == 0).all()
    assert (scores[2:] == 0).all()
    assert scores[0, 1] > 0


def test_where_all_users_have_one_item_there_is_nothing_to_tell() -> None:
    histories = Histories.from_lists([[0], [1], [1]], n_items=3)
    assert (Bpr(dim=4).fit(Training(histories)).score(histories) == 0).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"dim": 0}, "dim is 0; give at least 1"),
        ({"epochs": 0}, "epochs is 0; give at least 1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; give a number above 0"),
        ({"l2": -1.0}, "l2 is -1.0; give 0 or a number above it"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": "bpr"} | settings)
    assert str(caught.value) == f"recommender 'bpr': {message}"


def test_steps_that_lead_nowhere_are_refused() -> None:
    with pytest.raises(ConfigError, match="beyond all bounds; give a smaller learning_rate"):
        Bpr(learning_rate=1e30, epochs=5).fit(two_camps().training)
