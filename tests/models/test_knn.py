"""Both kinds of neighbours against what numpy makes of their formulas, one pair at a time."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from polyrec.core.component import state_of
from polyrec.core.types import Histories, Training
from polyrec.models.item_knn import ItemKnn
from polyrec.models.user_knn import UserKnn
from polyrec.models.weighting import WEIGHTINGS
from polyrec.testing.contracts.part import same_state
from polyrec.testing.worlds import two_camps

COUNTS = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, 8), st.integers(2, 8)),
    elements=st.integers(0, 2),
)
ANY = (COUNTS, st.sampled_from(WEIGHTINGS), st.sampled_from([0.0, 2.5]))


def histories_of(matrix: np.ndarray) -> Histories:
    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


def as_document(counts: np.ndarray, learned: np.ndarray, weighting: str) -> np.ndarray:
    """Weigh one document's words by what those it is learned from say of them."""
    learned = learned[learned.sum(axis=1) > 0]
    n, frequency = len(learned), (learned > 0).sum(axis=0)
    rare = np.log(1 + (n - frequency + 0.5) / (frequency + 0.5))
    if weighting == "bm25":
        usual = learned.sum(axis=1).mean()
        return counts * 101 / (counts + 100 * (0.2 + 0.8 * counts.sum() / usual)) * rare
    words = counts * rare if weighting == "tfidf" else counts.astype(float)
    return words / (np.linalg.norm(words) or 1)


def likeness(
    one: np.ndarray, other: np.ndarray, learned: np.ndarray, weighting: str, shrinkage: float
) -> float:
    common = int(((one > 0) & (other > 0)).sum())
    if not common:
        return 0.0
    product = as_document(one, learned, weighting) @ as_document(other, learned, weighting)
    return float(product * common / (common + shrinkage))


def of_items(
    X: np.ndarray, histories: np.ndarray, k: int, weighting: str, shrinkage: float
) -> np.ndarray:
    """Score each item by its k nearest items in the history."""
    scores = np.zeros(histories.shape)
    for item in range(X.shape[1]):
        alike = np.array([likeness(X[:, item], o, X.T, weighting, shrinkage) for o in X.T])
        alike[item] = 0
        nearest = np.argsort(-alike)[:k]
        scores[:, item] = histories[:, nearest] @ alike[nearest]
    return scores


def of_users(
    X: np.ndarray, histories: np.ndarray, k: int, weighting: str, shrinkage: float
) -> np.ndarray:
    """Score for each history what its k nearest users chose."""
    scores = np.zeros(histories.shape)
    for row, history in enumerate(histories):
        alike = np.array([likeness(history, other, X, weighting, shrinkage) for other in X])
        nearest = np.argsort(-alike)[:k]
        scores[row] = alike[nearest] @ X[nearest]
    return scores


@given(*ANY)
def test_item_neighbours_are_the_formula(X: np.ndarray, weighting: str, shrinkage: float) -> None:
    X[0, 0] = 1
    part = ItemKnn(99, weighting, shrinkage).fit(Training(histories_of(X)))
    found = part.score(histories_of(X))
    assert np.allclose(found, of_items(X, X, 99, weighting, shrinkage), rtol=1e-4, atol=1e-5)


@given(*ANY, st.integers(0, 9))
def test_user_neighbours_are_the_formula_for_users_who_were_not_there_too(
    X: np.ndarray, weighting: str, shrinkage: float, seed: int
) -> None:
    X[0, 0] = 1
    others = np.random.default_rng(seed).integers(0, 3, (3, X.shape[1]))
    part = UserKnn(99, weighting, shrinkage).fit(Training(histories_of(X)))
    for asked in (X, others):
        found = part.score(histories_of(asked))
        wanted = of_users(X, asked, 99, weighting, shrinkage)
        assert np.allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("weighting", WEIGHTINGS)
@pytest.mark.parametrize("k", [1, 3])
def test_only_the_nearest_speak(weighting: str, k: int) -> None:
    # weights that are no round numbers: no two neighbours are equally near
    rng = np.random.default_rng(7)
    X = ((rng.random((25, 14)) < 0.4) * (1 + rng.random((25, 14)))).astype(np.float32)
    others = ((rng.random((4, 14)) < 0.4) * (1 + rng.random((4, 14)))).astype(np.float32)
    training, asked = Training(histories_of(X)), histories_of(others)
    items = ItemKnn(k, weighting, 2.0).fit(training)
    assert np.allclose(items.score(asked), of_items(X, others, k, weighting, 2.0), rtol=1e-4)
    assert items.weights_ is not None
    assert items.weights_.nnz <= 14 * k
    users = UserKnn(k, weighting, 2.0).fit(training)
    assert np.allclose(users.score(asked), of_users(X, others, k, weighting, 2.0), rtol=1e-4)


def test_shrinkage_trusts_what_rests_on_few_users_less() -> None:
    # items 0 and 1 have one common user of one, items 2 and 3 three of four
    lists = [[0, 1], [2, 3], [2, 3], [2, 3], [2], [3]]
    training = Training(Histories.from_lists(lists, n_items=4))
    asked = Histories.from_lists([[0, 2]], n_items=4)
    trusting = ItemKnn(5, "cosine", 0.0).fit(training).score(asked)[0]
    careful = ItemKnn(5, "cosine", 3.0).fit(training).score(asked)[0]
    assert np.allclose(trusting[[1, 3]], [1, 3 / 4])
    assert np.allclose(careful[[1, 3]], [1 / 4, 3 / 8])


def test_a_user_is_their_own_nearest_neighbour_and_says_nothing_new() -> None:
    histories = Histories.from_lists([[0, 1], [1, 2]], n_items=3)
    scores = UserKnn(1, "cosine").fit(Training(histories)).score(histories)
    assert np.allclose(scores, [[1, 1, 0], [0, 1, 1]])
    scores = UserKnn(2, "cosine").fit(Training(histories)).score(histories)
    assert np.allclose(scores, [[1, 1.5, 0.5], [0.5, 1.5, 1]])


def test_people_are_the_nearest_users_who_chose_an_item_and_make_its_score() -> None:
    histories = Histories.from_lists([[], [0, 1, 9], [2, 3, 8], [0, 1, 2, 9], [0, 7]], n_items=10)
    part = UserKnn(n_neighbours=3, weighting="cosine").fit(Training(histories))
    asked = Histories.from_lists([[0, 1, 2]], n_items=10)
    users, likeness, parts = part.people(asked, 9)
    assert sorted(users.tolist()) == [0, 2]  # the empty history is left out
    assert np.allclose(likeness, parts)
    assert parts.sum() == pytest.approx(part.score(asked)[0, 9])
    part.extend(np.ones((1, 3), np.float32), np.array(["de"]), np.array([""]))
    wider = Histories.from_lists([[0, 1, 10]], n_items=11)
    assert not len(part.people(wider, 10)[0])
    assert len(part.people(wider, 9)[0]) == 2


def test_user_knn_without_somebody_is_that_of_the_others() -> None:
    world = two_camps()
    histories = world.training.histories
    for kept in (np.arange(40) % 7 > 0, np.arange(40) == 3):
        part, left = UserKnn().fit(world.training), histories.rows(np.flatnonzero(kept))
        part.forget(kept)
        alone = UserKnn().fit(Training(left))
        assert np.array_equal(part.score(histories), alone.score(histories))
        assert same_state(
            {name: array for name, array in state_of(part).items() if name != "dim_"},
            state_of(alone),
        )


def test_user_knn_of_nobody_says_nothing() -> None:
    world = two_camps()
    part = UserKnn().fit(world.training)
    part.forget(np.zeros(40, dtype=np.bool_))
    assert not part.score(world.training.histories).any()
