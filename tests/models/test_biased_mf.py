from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from surprise import SVD, Dataset, Reader

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Doubles, Floats, Histories, Training
from polyrec.measures.ratings import rmse
from polyrec.models.biased_mf import BiasedMf
from polyrec.models.factorisation import fold_in


def tastes(n_users: int = 60, n_items: int = 50, seed: int = 0) -> Doubles:
    """Stars of everybody for everything, by two hidden tastes and what each is inclined to."""
    rng = np.random.default_rng(seed)
    of_users, of_items = rng.standard_normal((n_users, 2)), rng.standard_normal((n_items, 2))
    inclined = rng.normal(0, 0.4, (n_users, 1)) + rng.normal(0, 0.4, n_items)
    return np.asarray(np.clip(3 + inclined + 0.7 * of_users @ of_items.T, 1, 5))


def halves(stars: Doubles, seed: int = 0) -> tuple[Histories, Histories]:
    """Part stars into two halves."""
    drawn = np.random.default_rng(seed).random(stars.shape) < 0.5
    one, other = (
        Histories.from_matrix(sp.csr_array(np.where(part, stars, 0).astype(np.float32)))
        for part in (drawn, ~drawn)
    )
    return one, other


def pairs(histories: Histories) -> tuple[Any, Any]:
    return np.repeat(np.arange(len(histories)), histories.lengths), histories.items


def error_of(part: BiasedMf, train: Histories, test: Histories) -> float:
    return rmse(part.predict(train, *pairs(test)), test.weights)


def by_svd(train: Histories, test: Histories) -> Floats:
    rows = zip(*pairs(train), train.weights.tolist(), strict=True)
    data = Dataset(Reader(rating_scale=(1, 5)))
    loaded = [(int(u), int(i), stars, None) for u, i, stars in rows]
    svd = SVD(random_state=0).fit(data.construct_trainset(loaded))
    found = [svd.predict(int(u), int(i)).est for u, i in zip(*pairs(test), strict=True)]
    return np.array(found, dtype=np.float32)


SMALL: dict[str, Any] = {"factors": 8, "l2": 1.0, "epochs": 200, "batch_size": 256}


def test_hidden_tastes_are_found_better_than_a_library_finds_them() -> None:
    train, test = halves(tastes())
    part = BiasedMf(**SMALL).fit(Training(train))
    found = error_of(part, train, test)
    assert found < 0.3
    assert found < rmse(by_svd(train, test), test.weights)
    biases = BiasedMf(**SMALL | {"factors": 0}).fit(Training(train))
    assert found < error_of(biases, train, test) / 2


def test_without_factors_it_is_the_ridge_regression_of_both_biases() -> None:
    train, _ = halves(tastes(20, 15))
    part = BiasedMf(factors=0, l2_bias=2.0, epochs=3000, batch_size=64).fit(Training(train))
    user, item = pairs(train)
    # unknowns: constants of users and items, who differ from them; only the latter are held back
    told = np.zeros((len(user), 1 + 20 + 15))
    told[:, 0] = 1
    told[np.arange(len(user)), 1 + user] = told[np.arange(len(user)), 21 + item] = 1
    held = np.diag([0.0] + [2.0] * 35)
    mean = train.weights.mean()
    best = np.linalg.solve(told.T @ told + held, told.T @ (train.weights - mean))
    expected = mean + best[0] + best[1:21, None] + best[21:]
    assert np.allclose(part.score(train), expected, atol=0.02)


def test_the_loss_falls_and_is_kept() -> None:
    train, _ = halves(tastes())
    part = BiasedMf(**SMALL).fit(Training(train))
    assert part.loss_ is not None
    assert part.loss_.shape == (200,)
    assert part.loss_[0] > 4 * part.loss_[-1]
    assert (np.diff(part.loss_[::20]) < 0).all()
    left = part.predict(train, *pairs(train)) - train.weights
    assert np.mean(left**2) == pytest.approx(part.loss_[-1], rel=0.2)


def test_somebody_new_is_rated_as_if_they_had_been_there() -> None:
    stars = tastes(61)
    train, test = halves(stars)
    everybody = BiasedMf(**SMALL).fit(Training(train))
    others = BiasedMf(**SMALL).fit(Training(train.rows(slice(60))))
    last, asked = train.rows(slice(60, 61)), test.rows(slice(60, 61))
    there, new = (error_of(part, last, asked) for part in (everybody, others))
    assert new < there + 0.1


def test_of_whom_nothing_is_known_gets_what_the_average_user_does() -> None:
    train, _ = halves(tastes())
    part = BiasedMf(**SMALL).fit(Training(train))
    nobody = part.user_rows(Histories.from_lists([[]], n_items=50))
    assert np.allclose(nobody, part.user_rows(train).mean(axis=0), atol=0.15)


def test_an_item_that_nobody_rated_is_the_average_item() -> None:
    stars = tastes()
    stars[:, 7] = 0
    train, _ = halves(stars)
    part = BiasedMf(**SMALL).fit(Training(train))
    assert part.items_ is not None
    rated = np.arange(50) != 7
    assert np.allclose(part.items_[7], part.items_[rated].mean(axis=0), atol=0.15)
    part.extend(np.zeros((1, 3), np.float32), np.array(["de"]), np.array([""]))
    assert np.allclose(part.items_[50], part.items_[7])


@given(st.integers(0, 9), st.integers(0, 4), st.floats(0.1, 10), st.integers(0, 1000))
def test_a_user_is_found_by_ridge_regression(n: int, factors: int, l2: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    items, before = rng.normal(size=(n, factors + 1)), rng.normal(size=factors + 1)
    stars, penalty = rng.normal(size=n), np.full(factors + 1, l2)

    def loss(row: Doubles) -> float:
        told = items[:, :-1] @ row[:-1] + row[-1] + items[:, -1]
        return float(((stars - told) ** 2).sum() + l2 * ((row - before) ** 2).sum())

    best = fold_in(stars, items, before, penalty)  # type: ignore[arg-type]
    if n == 0:
        assert np.allclose(best, before)
    for _ in range(5):
        assert loss(best) <= loss(best + rng.normal(0, 0.1, factors + 1))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"factors": -1}, "factors is -1; give 0 or more"),
        ({"l2": 0.0}, "l2 is 0.0; give a number above 0"),
        ({"l2_bias": float("nan")}, "l2_bias is nan; give a number above 0"),
        ({"learning_rate": float("inf")}, "learning_rate is inf; give a number above 0"),
        ({"epochs": 0}, "epochs is 0; give at least 1"),
        ({"batch_size": 0}, "batch_size is 0; give at least 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build("recommender", {"use": "biased-mf", **settings})
