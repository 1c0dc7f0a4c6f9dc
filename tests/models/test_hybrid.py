from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.component import restore, state_of
from polyrec.core.errors import ConfigError, DataError
from polyrec.core.types import Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models import hold_out as module
from polyrec.models.hybrid import GRIDS, START, Hybrid
from polyrec.models.item_knn import ItemKnn
from polyrec.testing.worlds import TwoCamps, two_camps, two_languages

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Strings
    from polyrec.models.weight_search import Weights

WEIGHTS: Weights = {
    "unseen_boost": 2.0,
    "l2": 7.0,
    "item_knn": 0.4,
    "spread": 0.3,
    "nearness": 0.2,
    "linear": 0.8,
    "category": 0.5,
    "new_item_boost": 3.0,
}


def given_weights(**others: Any) -> Any:
    return Hybrid(**{**WEIGHTS, **others})


def histories_of(matrix: np.ndarray) -> Histories:
    import scipy.sparse as sp

    return Histories.from_matrix(sp.csr_array(matrix.astype(np.float32)))


# the docstring's formula, densely


def described_by_hand(vectors: np.ndarray, names: np.ndarray, weight: float) -> np.ndarray:
    """Put one column per category beside the vectors and scale rows to length one."""
    known = sorted({str(name) for name in names if name})
    columns = np.array([[weight * (name == other) for other in known] for name in names])
    rows = np.hstack([vectors, columns.reshape(len(vectors), len(known))])
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def ease_by_hand(X: np.ndarray, l2: float) -> np.ndarray:
    P = np.linalg.inv(X.T @ X + l2 * np.eye(X.shape[1]))
    B = np.eye(X.shape[1]) - P / np.diag(P)
    np.fill_diagonal(B, 0)
    return B


def neighbours_by_hand(F: np.ndarray, depth: int, sharpness: float) -> np.ndarray:
    cosine = F @ F.T
    np.fill_diagonal(cosine, -np.inf)
    M = np.zeros_like(cosine)
    for item, row in enumerate(cosine):
        near = np.argsort(-row)[:depth]
        soft = np.exp(sharpness * row[near])
        M[item, near] = soft / soft.sum()
    return M


def item_neighbours_by_hand(X: np.ndarray) -> np.ndarray:
    """Scale the weights of `item-knn`: those of items that have any sum to one on average."""
    K = ItemKnn().fit(Training(histories_of(X))).weights_.toarray()
    sums = K.sum(axis=0)
    return np.asarray(K / sums[sums > 0].mean()) if sums.any() else K


def scores_by_hand(
    X: np.ndarray,
    F: np.ndarray,
    trained: np.ndarray,
    model: Hybrid,
    w: Weights,
    *,
    told: np.ndarray | None = None,
) -> np.ndarray:
    """Work out `Hybrid`'s formula item by item, with dense matrices of doubles.

    `trained` are the histories that were learned from; items beyond theirs are new, and those that
    are told to be.
    """
    n_old = trained.shape[1]
    S = np.zeros(X.shape)
    S[:, :n_old] = X[:, :n_old] @ ease_by_hand(trained, w["l2"])
    S[:, :n_old] += w["item_knn"] * X[:, :n_old] @ item_neighbours_by_hand(trained)
    M = neighbours_by_hand(F, model.n_neighbours, model.sharpness)
    old = F[:n_old]
    ridge = np.trace(old.T @ old) / F.shape[1]
    linear = X @ F @ np.linalg.inv(old.T @ old + ridge * np.eye(F.shape[1])) @ F.T
    text = w["spread"] * S @ M.T + w["nearness"] * X @ M.T + w["linear"] * linear
    counts = np.zeros(X.shape[1])
    counts[:n_old] = (trained > 0).sum(axis=0)
    lack = model.evidence / (model.evidence + counts)
    known = (X * (1 - lack)).sum(axis=1) / np.maximum(X.sum(axis=1), 1e-12)
    new = np.ones(X.shape[1], dtype=bool)
    new[:n_old] = False if told is None else told
    boost = np.where(new, w["new_item_boost"], w["unseen_boost"])
    return np.asarray(S + text * (1 + (boost - 1) * known[:, None] * lack))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray, Floats, Strings]:
    """Draw histories with weights, vectors and categories of a few users and items."""
    n_users, n_items = draw(st.integers(1, 8)), draw(st.integers(2, 10))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = (rng.random((n_users, n_items)) < 0.4) * rng.integers(1, 4, (n_users, n_items))
    X[0, 0] = 1
    vectors = unit_rows(rng.standard_normal((n_items, 5)).astype(np.float32))
    return X.astype(float), vectors, rng.choice(["", "a", "b"], n_items)


@given(worlds(), st.floats(1, 8), st.integers(1, 12), st.floats(0.1, 3))
@settings(max_examples=60)
def test_the_closed_form_is_the_formula_worked_out_densely(
    world: tuple[np.ndarray, Floats, Strings], boost: float, depth: int, evidence: float
) -> None:
    X, vectors, categories = world
    model = given_weights(new_item_boost=boost, n_neighbours=depth, evidence=evidence)
    histories = histories_of(X)
    new = X.sum(axis=0) < 2
    model.fit(Training(histories, vectors, categories=categories, new=new))
    F = described_by_hand(vectors, categories, 0.5)
    expected = scores_by_hand(X, F, X, model, model.weights, told=new)
    assert np.allclose(model.score(histories), expected, rtol=1e-3, atol=1e-3)


@given(worlds(), st.integers(1, 4))
@settings(max_examples=40)
def test_new_items_are_scored_by_the_same_formula_once_they_are_neighbours_of_all(
    world: tuple[np.ndarray, Floats, Strings], n_new: int
) -> None:
    X, vectors, categories = world
    n_old = X.shape[1]
    # with every other item a neighbour, old items' rows hold all old ones and none of the new
    model = given_weights(n_neighbours=50).fit(
        Training(histories_of(X), vectors, categories=categories)
    )
    rng = np.random.default_rng(n_new)
    new = unit_rows(rng.standard_normal((n_new, 5)).astype(np.float32))
    names = np.array(["a"] * n_new)
    model.extend(new, np.array(["de"] * n_new), names)
    wider = np.hstack([X, rng.random((len(X), n_new)) < 0.5])
    found = model.score(histories_of(wider))

    columns = set(categories.tolist()) - {""}
    name_of_new = np.array([name if name in columns else "" for name in names])
    F = described_by_hand(
        np.vstack([vectors, new]),
        np.concatenate([categories, name_of_new]),
        model.weights["category"],
    )
    expected = scores_by_hand(wider, F, X, model, model.weights)
    assert np.allclose(found[:, n_old:], expected[:, n_old:], rtol=1e-3, atol=1e-3)


def test_weights_without_a_piece_leave_ease() -> None:
    world = two_camps()
    blank = given_weights(item_knn=0.0, spread=0.0, nearness=0.0, linear=0.0).fit(world.training)
    histories = world.training.histories
    expected = histories.matrix() @ ease_by_hand(histories.matrix().toarray().astype(float), 7.0)
    assert np.allclose(blank.score(histories), expected, atol=1e-4)


# worked out ahead


@given(worlds(), st.integers(0, 3), st.booleans())
@settings(max_examples=60)
def test_rows_worked_out_ahead_give_the_same_scores_of_old_and_added_items(
    world: tuple[np.ndarray, Floats, Strings], n_new: int, again: bool
) -> None:
    X, vectors, categories = world
    plain, ahead = (
        given_weights(n_neighbours=3).fit(
            Training(histories_of(X), vectors, categories=categories, new=X.sum(axis=0) < 2)
        )
        for _ in range(2)
    )
    ahead.work_ahead()
    rng = np.random.default_rng(n_new)
    new = unit_rows(rng.standard_normal((n_new, 5)).astype(np.float32))
    for model in (plain, ahead):
        model.extend(new, np.array(["de"] * n_new), np.array(["a"] * n_new))
    if again:
        ahead.work_ahead()
    wider = histories_of(np.hstack([X, rng.random((len(X), n_new)) < 0.5]))
    profiles = unit_rows(rng.standard_normal((len(X), 5)).astype(np.float32))
    for user in range(len(X)):
        one, profile = wider.rows(slice(user, user + 1)), profiles[user : user + 1]
        for given_ in (None, profile):
            expected = plain.score(one, profiles=given_)
            assert np.allclose(ahead.score(one, profiles=given_), expected, rtol=1e-4, atol=1e-4)


def test_single_users_are_scored_from_the_rows_and_many_or_long_histories_are_not() -> None:
    world = two_camps()
    model = given_weights().fit(world.training)
    model.work_ahead()
    alone = model.score(Histories.from_lists([[0, 2]], n_items=40))
    model._ahead.rows[:] = 0
    assert np.array_equal(model.score(Histories.from_lists([[0, 2]], n_items=40)), alone)  # kept
    assert not model.score(Histories.from_lists([[0, 4]], n_items=40)).any()
    assert model.score(Histories.from_lists([[0, 4]] * 2, n_items=40)).any()
    assert model.score(Histories.from_lists([range(19)], n_items=40)).any()


def test_sums_are_kept_by_items_and_weights_and_of_the_latest_histories_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("polyrec.models.rows_ahead.KEPT_BYTES", 2 * 2 * 4 * 40)
    plain, ahead = (given_weights().fit(two_camps().training) for _ in range(2))
    ahead.work_ahead()
    matrix = np.zeros((4, 40))
    matrix[0, [0, 2]], matrix[1, [0, 2]], matrix[2, [1, 3]], matrix[3, [1, 3]] = 1, (1, 2), 1, 3
    for user in (0, 1, 2, 3, 0, 3, 2, 1, 1, 0):
        one = histories_of(matrix[user : user + 1])
        assert np.allclose(ahead.score(one), plain.score(one), rtol=1e-4, atol=1e-5)
    assert ahead._ahead._kept.cache_info().currsize == 2


def test_a_catalog_whose_rows_would_take_too_much_memory_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = given_weights().fit(two_camps().training)
    monkeypatch.setattr("polyrec.models.rows_ahead.MOST_BYTES", 2 * 4 * 40**2 - 1)
    model.work_ahead()
    assert model._ahead is None
    monkeypatch.setattr("polyrec.models.rows_ahead.MOST_BYTES", 2 * 4 * 40**2)
    model.work_ahead()
    assert model._ahead.n_items == 40


def test_rows_are_worked_out_anew_once_many_items_were_added() -> None:
    world = two_camps()
    model = given_weights().fit(world.training)
    model.work_ahead()
    first = model._ahead
    for n_items in (41, 42, 43, 44):
        at = slice(n_items - 41, n_items - 40)
        model.extend(world.new_vectors[at], world.new_languages[at], world.new_categories[at])
        model.work_ahead()
        assert model._ahead is first
    model.extend(world.new_vectors[:1], world.new_languages[:1], world.new_categories[:1])
    model.work_ahead()
    assert model._ahead.n_items == 45


def test_rows_go_where_a_user_is_forgotten_or_it_is_fitted_again() -> None:
    world = two_camps(12)
    for change in (
        lambda model: model.forget(np.arange(12) > 0),
        lambda model: model.fit(world.training),
    ):
        model = given_weights().fit(world.training)
        model.work_ahead()
        change(model)
        assert model._ahead is None


# weights


def test_weights_that_are_given_are_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polyrec.models.hybrid.hold_out", None)  # would fail if it were called
    model = given_weights().fit(two_camps().training)
    assert model.weights == WEIGHTS


def test_the_others_are_chosen_around_the_weights_that_are_given() -> None:
    model = Hybrid(l2=7.0, spread=0.33).fit(two_camps().training)
    assert (model.weights["l2"], model.weights["spread"]) == (7.0, 0.33)
    for name in set(GRIDS) - {"l2", "spread"}:
        assert model.weights[name] in GRIDS[name]


def test_weights_are_chosen_from_the_grid_and_not_all_stay_at_the_start() -> None:
    model = Hybrid().fit(two_languages(60, 40, offset=0.0).training)
    assert set(model.weights) == set(GRIDS)
    for name, grid in GRIDS.items():
        assert model.weights[name] in grid
    assert model.weights != START


def test_a_seed_chooses_the_same_weights_again_and_settings_stay_empty() -> None:
    training = two_languages(60, 40, offset=0.0).training
    one, again = Hybrid().fit(training, seed=4), Hybrid().fit(training, seed=4)
    assert one.weights == again.weights
    assert one == Hybrid()
    assert one.l2 is None


def test_too_little_to_search_on_leaves_the_weights_of_the_start() -> None:
    vectors = np.eye(3, dtype=np.float32)
    training = Training(Histories.from_lists([[0], [1]], n_items=3), vectors)
    expected = {**START, "category": 0.0}
    assert Hybrid().fit(training).weights == expected


@pytest.mark.parametrize("categories", [None, np.array([""] * 40)])
def test_without_categories_they_have_no_weight(categories: Strings | None) -> None:
    training = replace(two_camps().training, categories=categories)
    assert Hybrid().fit(training).weights["category"] == 0.0
    assert given_weights().fit(training).weights["category"] == 0.0


def test_a_settled_hybrid_has_the_weights_and_has_learned_nothing() -> None:
    training = two_camps().training
    model = Hybrid(sharpness=5.0).fit(training)
    settled = model.settled()
    assert not state_of(settled)
    assert settled.sharpness == 5.0
    assert {name: getattr(settled, name) for name in GRIDS} == model.weights
    again = settled.fit(training)
    assert np.array_equal(again.score(training.histories), model.score(training.histories))


def test_the_search_looks_at_the_training_data_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Histories] = []
    kept = module.hold_out

    def spy(histories: Histories, **others: Any) -> list[module.HeldOut]:
        seen.append(histories)
        return kept(histories, **others)

    monkeypatch.setattr("polyrec.models.hybrid.hold_out", spy)
    training = two_camps().training
    Hybrid().fit(training)
    assert seen == [training.histories] * 2


def test_what_is_told_to_be_new_is_boosted_as_new_and_the_rest_as_unseen() -> None:
    world = two_camps()
    histories = world.training.histories
    lists = [histories.items_of(u)[~np.isin(histories.items_of(u), [6, 8])] for u in range(40)]
    training = replace(
        world.training, histories=Histories.from_lists([x.tolist() for x in lists], n_items=40)
    )
    new = np.arange(40) == 6
    found = {}
    for name in ("unseen_boost", "new_item_boost"):
        for boost in (1.0, 5.0):
            model = given_weights(**{"unseen_boost": 1.0, "new_item_boost": 1.0, name: boost})
            scores = model.fit(replace(training, new=new)).score(training.histories.rows(slice(1)))
            found[name, boost] = scores[0, [6, 8]]
    for name, counts in (("new_item_boost", [True, False]), ("unseen_boost", [False, True])):
        changed = found[name, 5.0] / found[name, 1.0]
        assert (changed > 4).tolist() == counts
        assert np.allclose(changed[~np.array(counts)], 1.0)


def test_evidence_that_would_divide_by_zero_is_refused() -> None:
    for evidence in (0.0, -1.0, float("nan")):
        with pytest.raises(ConfigError, match=r"^evidence is .*; give a number above 0$"):
            Hybrid(evidence=evidence)


@pytest.mark.parametrize(
    "settings",
    [
        {"spread": -1.0},
        {"new_item_boost": float("nan")},
        {"n_neighbours": 0},
        {"sharpness": -1.0},
        {"sharpness": float("nan")},
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=rf"^{next(iter(settings))} is "):
        Hybrid(**settings)


# what the boost is for


def _boost_of(world: TwoCamps, history: list[int], item: int) -> float:
    """Say how many times the score of an item is, if new items are boosted, what it is if not."""
    scores = []
    for boost in (1.0, 4.0):
        both = {"new_item_boost": boost, "unseen_boost": boost}
        model = given_weights(**both).fit(world.training)
        model.extend(world.new_vectors, world.new_languages, world.new_categories)
        scores.append(model.score(Histories.from_lists([history], n_items=44))[0, item])
    return float(scores[1] / scores[0])


def test_the_text_of_an_item_that_nobody_chose_counts_many_times() -> None:
    assert _boost_of(two_camps(), [0, 2, 4], 40) > 3.5


def test_an_item_that_many_chose_is_hardly_boosted() -> None:
    assert _boost_of(two_camps(), [0, 2, 4], 6) < 1.1


def test_a_history_of_only_new_items_is_not_boosted() -> None:
    for item in (0, 42):
        assert _boost_of(two_camps(), [40], item) == pytest.approx(1.0)


def test_half_a_history_of_new_items_is_boosted_half_as_much() -> None:
    world = two_camps()
    whole, half = (_boost_of(world, history, 42) - 1 for history in ([0, 2], [0, 40]))
    assert half == pytest.approx(whole / 2, rel=0.02)


def test_a_text_is_not_boosted_for_new_items() -> None:
    world = two_camps()
    nobody = Histories.from_lists([[]], n_items=44)
    found = []
    for boost in (1.0, 8.0):
        model = given_weights(new_item_boost=boost).fit(world.training)
        model.extend(world.new_vectors, world.new_languages, world.new_categories)
        found.append(model.score(nobody, profiles=world.vectors[:1]))
    assert np.array_equal(*found)


# texts


def test_a_text_ranks_by_cosine_whatever_the_category() -> None:
    world = two_camps()
    model = given_weights(category=2.0).fit(world.training)
    scores = model.score(Histories.from_lists([[]], n_items=40), profiles=world.vectors[3:4])
    cosine = world.vectors @ world.vectors[3]
    assert np.array_equal(np.argsort(-scores[0]), np.argsort(-cosine))
    assert scores.max() == pytest.approx(1.0)


def test_an_item_without_a_vector_does_no_harm() -> None:
    world = two_camps()
    vectors = world.vectors.copy()
    vectors[5] = 0
    training = replace(world.training, vectors=vectors, categories=None)
    model = given_weights().fit(training)
    nobody = Histories.from_lists([[], [5]], n_items=40)
    assert np.isfinite(model.score(nobody, profiles=world.vectors[:2])).all()


def test_vectors_of_another_space_are_refused() -> None:
    world = two_camps()
    model = given_weights().fit(world.training)
    nobody = Histories.from_lists([[]], n_items=40)
    with pytest.raises(
        DataError,
        match=r"^profiles of shape \(1, 3\), fitted on vectors of length 16; encode them as the",
    ):
        model.score(nobody, profiles=np.ones((1, 3), np.float32))
    with pytest.raises(DataError, match=r"^profiles of shape \(1,\), fitted on vectors of length"):
        model.top(nobody, 3, profiles=np.ones(1, np.float32))
    with pytest.raises(DataError, match=r"^vectors of shape \(1, 3\), fitted on vectors of length"):
        model.extend(np.ones((1, 3), np.float32), np.array(["de"]), np.array([""]))
    assert model.n_items_ == 40


# new items


def test_extending_at_once_or_one_by_one_scores_the_history_alike() -> None:
    world = two_camps()
    at_once, in_turn = (given_weights().fit(world.training) for _ in range(2))
    at_once.extend(world.new_vectors, world.new_languages, world.new_categories)
    for i in range(4):
        one = slice(i, i + 1)
        in_turn.extend(world.new_vectors[one], world.new_languages[one], world.new_categories[one])
    histories = replace(world.training.histories, n_items=44)
    old = at_once.score(histories)[:, :40]
    assert np.allclose(in_turn.score(histories)[:, :40], old, atol=1e-5)
    assert np.allclose(old, given_weights().fit(world.training).score(world.training.histories))


def test_a_new_category_has_no_column_and_does_no_harm() -> None:
    world = two_camps()
    model = given_weights().fit(world.training)
    model.extend(world.new_vectors[:1], np.array(["de"]), np.array(["never heard of"]))
    assert model.features_.shape == (41, 18)
    assert np.allclose(model.features_[40, :16], world.new_vectors[0], atol=1e-6)


def test_what_is_saved_before_and_after_extending_answers_alike() -> None:
    world = two_camps()
    model = Hybrid().fit(world.training)
    for n_new in (0, 4):
        model.extend(
            world.new_vectors[:n_new], world.new_languages[:n_new], world.new_categories[:n_new]
        )
        loaded = Hybrid()
        restore(loaded, state_of(model))
        histories = replace(world.training.histories, n_items=40 + n_new)
        profiles = np.tile(world.vectors[0], (40, 1))
        assert np.array_equal(
            loaded.score(histories, profiles=profiles), model.score(histories, profiles=profiles)
        )
        assert loaded.weights == model.weights
        assert (loaded.n_items_, loaded.dim_) == (40 + n_new, 16)
