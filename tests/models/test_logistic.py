from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from polyrec.core.errors import ConfigError
from polyrec.core.types import Doubles, Floats, Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.logistic import Logistic


def vectors(n_items: int = 300, dim: int = 6) -> Floats:
    drawn = np.random.default_rng(0).standard_normal((n_items, dim)) * np.linspace(1, 3, dim) + 0.5
    return unit_rows(drawn.astype(np.float32))


V = vectors()
EVERYONE = Histories.from_lists([list(range(300))], n_items=300)


def fitted(**settings: float) -> Logistic:
    return Logistic(**settings).fit(Training(EVERYONE, V))  # type: ignore[arg-type]


def optimum(items: list[int], l2: float) -> Doubles:
    """Fit one user's regression, in the items' own coordinates, with a library."""
    mean = V[items].mean(axis=0)

    def loss(b: Doubles) -> float:
        return float(
            -(b @ mean) + np.log(np.exp(V @ b).mean()) + l2 / len(items) / 2 * (b**2).sum()
        )

    return np.asarray(minimize(loss, np.zeros(V.shape[1]), tol=1e-10).x)


@pytest.mark.parametrize("items", [[3], [1, 2, 3, 4], list(range(40, 60))])
@pytest.mark.parametrize("l2", [0.1, 1.0])
def test_it_finds_what_a_library_finds(items: list[int], l2: float) -> None:
    scores = fitted(l2=l2, steps=60).score(Histories.from_lists([items], n_items=300))[0]
    expected = V @ optimum(items, l2)
    assert np.allclose(scores - scores.mean(), expected - expected.mean(), atol=0.02)


def test_one_step_is_linear_discriminant_analysis() -> None:
    items = [5, 9, 11]
    scores = fitted(l2=0.3, steps=1).score(Histories.from_lists([items], n_items=300))[0]
    covariance = np.cov(V, rowvar=False, bias=True) + 0.3 / 3 * np.eye(V.shape[1])
    way = np.linalg.solve(covariance, V[items].mean(axis=0) - V.mean(axis=0))
    expected = (V - V.mean(axis=0)) @ way
    length = np.linalg.norm(way)
    assert np.allclose(scores, expected * np.log1p(length) / length, atol=1e-4)


def test_it_is_a_regression_against_very_many_items_that_were_not_chosen() -> None:
    items, l2, times = [5, 9, 11, 30], 0.5, 1e5
    far = V[items].astype(np.float64)

    def loss(b: Doubles) -> float:
        for_chosen = np.logaddexp(0, -(far @ b[:-1] + b[-1])).mean()
        for_others = times * np.logaddexp(0, V @ b[:-1] + b[-1]).mean()
        return float(for_chosen + for_others + l2 / 4 / 2 * (b[:-1] ** 2).sum())

    start = np.append(np.zeros(V.shape[1]), -np.log(times))
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-7}).x[:-1]
    assert np.allclose(found, optimum(items, l2), atol=0.02)


def test_more_items_are_believed_more() -> None:
    one, many = (Histories.from_lists([row], n_items=300) for row in ([7], [7, 8, 9, 10]))
    part = fitted(l2=1.0, steps=40)
    held = fitted(l2=4.0, steps=40)
    assert np.abs(part.score(one)).max() > np.abs(held.score(one)).max()
    assert np.allclose(held.score(many), V_scores([7, 8, 9, 10], 4.0), atol=0.05)


def V_scores(items: list[int], l2: float) -> Doubles:  # noqa: N802
    return np.asarray((V - V.mean(axis=0)) @ optimum(items, l2))


def test_weights_pull_towards_what_was_liked_most() -> None:
    matrix = Histories.from_lists([[0, 1]], n_items=300).matrix()
    matrix.data[:] = [1, 9]
    part = fitted()
    heavy = part.score(Histories.from_matrix(matrix))[0]
    even = part.score(Histories.from_lists([[0, 1]], n_items=300))[0]
    assert heavy[1] - heavy[0] > even[1] - even[0]


def test_a_text_counts_as_one_item_more() -> None:
    part = fitted()  # its steps depend on rounding, and with it on the machine: near is enough
    with_text = part.score(Histories.from_lists([[4, 5]], n_items=300), profiles=V[[6]])
    as_item = part.score(Histories.from_lists([[4, 5, 6]], n_items=300))
    assert np.allclose(with_text, as_item, atol=0.02)
    nobody = Histories.from_lists([[]], n_items=300)
    assert np.allclose(
        part.score(nobody, profiles=V[[6]]),
        part.score(Histories.from_lists([[6]], n_items=300)),
        atol=0.02,
    )
    assert not part.score(nobody).any()


def test_new_items_are_no_background() -> None:
    part = fitted()
    before = part.score(Histories.from_lists([[4, 5]], n_items=300))
    part.extend(V[:2], np.array(["de", "de"]), np.array(["", ""]))
    after = part.score(Histories.from_lists([[4, 5]], n_items=302))
    assert np.allclose(after[:, :300], before, atol=1e-5)
    assert np.allclose(after[:, 300:], before[:, :2], atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"l2": 0.0}, r"^l2 is 0.0; give a number above 0$"),
        ({"l2": float("nan")}, "^l2 is nan"),
        ({"steps": 0}, r"^steps is 0; give at least 1$"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Logistic(**settings)  # type: ignore[arg-type]
