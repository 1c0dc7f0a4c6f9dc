from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models import features
from polyrec.models.features import Described, Space, described, frequent_categories

VECTORS = unit_rows(np.random.default_rng(0).standard_normal((12, 4)).astype(np.float32))
NAMES = np.array(["a", "b", "a", "", "c", "a", "b", "", "a", "c", "b", "a"])
TRAINING = Training(Histories.from_lists([[0]], n_items=12), VECTORS, categories=NAMES)


@pytest.fixture(autouse=True)
def _no_space_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Space, "_last", None)


def test_categories_with_most_items_come_first_and_no_name_is_no_category() -> None:
    assert frequent_categories(NAMES) == ["a", "b", "c"]
    assert frequent_categories(None) == []
    assert frequent_categories(np.array(["", ""])) == []


def test_rare_categories_beyond_the_limit_have_no_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "MAX_CATEGORIES", 2)
    names = frequent_categories(NAMES)
    assert names == ["a", "b"]
    rare = described(VECTORS, NAMES, names, weight=0.5)[NAMES == "c"]
    assert np.allclose(rare, np.pad(VECTORS[NAMES == "c"], ((0, 0), (0, 2))))


@given(st.floats(0, 3))
def test_a_shared_category_makes_items_nearer_by_its_square(weight: float) -> None:
    rows = described(VECTORS, NAMES, ["a", "b", "c"], weight=weight)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    cosine, plain, more = rows @ rows.T, VECTORS @ VECTORS.T, weight**2
    with_name = np.where(NAMES == "", 1, 1 + more)
    shared = (NAMES[:, None] == NAMES) & (NAMES != "")
    expected = (plain + more * shared) / np.sqrt(np.outer(with_name, with_name))
    assert np.allclose(cosine, expected, atol=1e-5)


def test_categories_that_nobody_gave_or_that_weigh_nothing_leave_the_vectors() -> None:
    for names, weight in ((None, 0.4), (NAMES, 0.0)):
        rows = described(VECTORS, names, ["a", "b", "c"], weight=weight)
        assert np.allclose(rows, np.pad(VECTORS, ((0, 0), (0, 3))))


def test_what_is_solved_is_a_ridge_regression_on_the_features() -> None:
    items = Described(VECTORS, 3)
    F = VECTORS.astype(float)
    ridge = np.trace(F.T @ F) / 4
    assert ridge == pytest.approx(3.0)  # unit rows: items / columns
    X = np.random.default_rng(1).random((5, 12))
    # weights W that minimise |X' - F W|^2 + ridge |W|^2, one column per user
    W = np.linalg.lstsq(
        np.vstack([F, np.sqrt(ridge) * np.eye(4)]), np.vstack([X.T, np.zeros((4, 5))]), rcond=None
    )[0]
    assert np.allclose(X @ F @ items.solve @ F.T, (F @ W).T, atol=1e-5)


def test_what_is_worked_out_is_worked_out_once() -> None:
    space = Space(VECTORS, NAMES, 3)
    assert space.at(0.4) is space.at(0.4)
    assert space.at(0.4) is not space.at(0.2)
    assert space.at(0.4).near is space.at(0.4).near
    assert space.at(0.4).near.items.shape == (12, 3)


def test_the_space_of_the_same_vectors_and_categories_is_used_again() -> None:
    first = Space.of(TRAINING, 3)
    other_histories = replace(TRAINING, histories=Histories.from_lists([[1], [2]], n_items=12))
    assert Space.of(other_histories, 3) is first
    assert Space.of(replace(TRAINING, categories=NAMES.copy()), 3) is first


@pytest.mark.parametrize(
    ("training", "depth"),
    [
        (replace(TRAINING, vectors=VECTORS.copy()), 3),
        (replace(TRAINING, categories=None), 3),
        (replace(TRAINING, categories=NAMES[::-1].copy()), 3),
        (TRAINING, 4),
    ],
)
def test_the_space_of_anything_else_is_made_anew(training: Training, depth: int) -> None:
    first = Space.of(TRAINING, 3)
    assert Space.of(training, depth) is not first
    assert Space.of(TRAINING, 3) is not first  # only the last one is kept


def test_spaces_without_categories_are_alike() -> None:
    bare = replace(TRAINING, categories=None)
    assert Space.of(bare, 3) is Space.of(bare, 3)
    assert Space.of(bare, 3).columns == []
