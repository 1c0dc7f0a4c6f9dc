from __future__ import annotations

import sys

import numpy as np
import pytest
import scipy.sparse as sp

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.core.registry import build
from polyrec.core.types import Doubles, Histories, Training
from polyrec.models.als import Als
from polyrec.testing.worlds import two_camps


@pytest.fixture
def _numba() -> None:
    pytest.importorskip("numba", reason="needs the extra als")


pytestmark = pytest.mark.usefixtures("_numba")


def choices(n_users: int = 60, n_items: int = 40, seed: int = 0) -> Histories:
    """Draw choices of weights 1 to 3 out of three groups of items."""
    rng = np.random.default_rng(seed)
    near = np.arange(n_users)[:, None] % 3 == np.arange(n_items)[None, :] % 3
    chosen = rng.random(near.shape) < np.where(near, 0.4, 0.05)
    return Histories.from_matrix(
        sp.csr_array((chosen * rng.integers(1, 4, near.shape)).astype(np.float32))
    )


def loss(part: Als, X: Doubles, users: Doubles, items: Doubles) -> float:
    """Work out what iALS makes least, over all pairs."""
    c, scores = 1 + part.alpha * X, users @ items.T
    by_user = part.l2 * (1 + part.alpha * X.sum(axis=1) / X.shape[1]) ** part.scaling
    by_item = part.l2 * (1 + part.alpha * X.sum(axis=0) / X.shape[0]) ** part.scaling
    held = by_user @ (users**2).sum(axis=1) + by_item @ (items**2).sum(axis=1)
    return float((c * ((X > 0) - scores) ** 2).sum() + held)


@pytest.mark.parametrize("scaling", [0.0, 1.0])
def test_it_ends_where_no_small_change_makes_the_loss_less(scaling: float) -> None:
    histories = choices()
    part = Als(factors=3, l2=2.0, alpha=3.0, scaling=scaling, sweeps=300)
    part.fit(Training(histories))
    assert part.items_ is not None
    X, items = histories.matrix().toarray().astype(float), part.items_.astype(float)
    users = part.people(histories).astype(float)
    least = loss(part, X, users, items)
    rng = np.random.default_rng(1)
    for size in (0.1, 0.01):
        for _ in range(20):
            there = users + size * rng.standard_normal(users.shape)
            here = items + size * rng.standard_normal(items.shape)
            assert loss(part, X, there, items) > least - 1e-3
            assert loss(part, X, users, here) > least - 1e-3


def test_a_history_is_scored_by_solving_for_its_factors() -> None:
    histories = choices()
    part = Als(factors=6, l2=2.0, alpha=3.0).fit(Training(histories))
    assert part.items_ is not None
    others = choices(10, 40, seed=9)
    Y, X = part.items_.astype(float), others.matrix().toarray().astype(float)
    scores = part.score(others)
    for w, given in zip(X, scores, strict=True):
        held = 2.0 * (1 + 3.0 * w.sum() / 40)
        x = np.linalg.solve(
            Y.T @ np.diag(1 + 3.0 * w) @ Y + held * np.eye(6), Y.T @ ((w > 0) * (1 + 3.0 * w))
        )
        assert np.allclose(given, Y @ x, atol=1e-3)


def test_an_item_that_nobody_chose_scores_zero() -> None:
    lists = [[user % 4, (user + 1) % 4] for user in range(12)]
    histories = Histories.from_lists(lists, n_items=6)
    scores = Als(factors=4).fit(Training(histories)).score(histories)
    assert not scores[:, 4:].any()
    assert (scores[:, :4].max(axis=1) > 0.5).all()


def test_what_was_chosen_scores_near_one() -> None:
    world = two_camps()
    histories = world.training.histories
    scores = Als(factors=32, l2=0.1, alpha=50.0).fit(world.training).score(histories)
    chosen = histories.matrix().toarray() > 0
    assert scores[chosen].mean() > 0.9
    assert scores[~chosen].mean() < 0.6


def test_another_seed_draws_another_start() -> None:
    training = Training(choices())
    one, other = (Als(factors=4, sweeps=1).fit(training, seed=s) for s in (0, 1))
    assert not np.allclose(one.items_, other.items_)  # type: ignore[arg-type]


def test_more_factors_than_items_do_no_harm() -> None:
    histories = choices(10, 8)
    scores = Als(factors=64, l2=1e-6).fit(Training(histories)).score(histories)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("alpha", [1e-3, 1e4])
@pytest.mark.parametrize("l2", [1e-6, 1e6])
def test_extreme_settings_give_finite_scores(alpha: float, l2: float) -> None:
    histories = choices()
    scores = Als(factors=8, l2=l2, alpha=alpha).fit(Training(histories)).score(histories)
    assert np.isfinite(scores).all()


def test_without_numba_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "polyrec.models.kernels", raising=False)
    monkeypatch.delattr("polyrec.models.kernels", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(MissingExtraError) as caught:
        Als().fit(Training(choices()))
    assert str(caught.value) == "recommender 'als' needs numba; pip install 'polyrec[als]'"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"factors": 0}, r"^factors is 0; give at least 1$"),
        ({"sweeps": 0}, r"^sweeps is 0; give at least 1$"),
        ({"l2": 0.0}, r"^l2 is 0.0; give a number above 0$"),
        ({"alpha": float("nan")}, r"^alpha is nan; give a number above 0$"),
        ({"scaling": -1.0}, r"^scaling is -1.0; give 0 or a number above it$"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("^", "").replace("$", "")):
        build("recommender", {"use": "als"} | settings)
