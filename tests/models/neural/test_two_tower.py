from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from polyrec.core.types import Floats, Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.neural.two_tower import TwoTower

QUICK: dict[str, Any] = {"dim": 8, "epochs": 10, "learning_rate": 0.01, "batch_size": 64}
N_ITEMS = 12


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs the extra torch")


def vectors(n: int = N_ITEMS) -> Floats:
    return unit_rows(np.random.default_rng(0).standard_normal((n, 6)).astype(np.float32))


def untrained(**settings: Any) -> tuple[TwoTower, Training]:
    """Give a model with drawn weights, and what it would learn from."""
    rng = np.random.default_rng(1)
    lists = [rng.choice(N_ITEMS, 4, replace=False).tolist() for _ in range(6)]
    training = Training(Histories.from_lists(lists, n_items=N_ITEMS), vectors())
    model = TwoTower(**{**QUICK, "dropout": 0.0, "id_dropout": 0.0, **settings})
    start = model._start(training, rng)
    drawn = {k: v + 0.3 * rng.standard_normal(v.shape).astype(v.dtype) for k, v in start.items()}
    model.weights_, model.vectors_, model.n_items_ = drawn, training.vectors, N_ITEMS
    model.n_fitted_ = N_ITEMS
    return model, training


def test_a_choice_competes_with_those_of_the_batch_less_how_often_they_are_in_one(
    torch: Any,
) -> None:
    model, training = untrained(batch_size=8, temperature=0.5)
    counts = np.bincount(training.histories.items, minlength=N_ITEMS)
    matrix = training.histories.matrix().toarray()
    for batch in model._batches(training, np.random.default_rng(2)):
        tensors = {name: torch.tensor(array) for name, array in (model.weights_ or {}).items()}
        found = model._loss(tensors, tuple(map(torch.from_numpy, batch)), lambda kept: kept)
        losses = []
        items, starts, targets = batch[0], batch[1], batch[4]
        for row, target in enumerate(targets):
            end = starts[row + 1] if row + 1 < len(starts) else len(items)
            own = {int(i) for i in items[starts[row] : end]} | {int(target)}
            user = next(u for u in range(6) if set(np.flatnonzero(matrix[u])) == own)
            rest = Histories.from_lists([sorted(own - {int(target)})], n_items=N_ITEMS)
            odds = model.score(rest)[0] / 0.5 - np.log(np.maximum(counts, 1) / counts.sum())
            others = [int(i) for at, i in enumerate(targets) if at != row and not matrix[user, i]]
            against = np.exp(odds[[int(target), *others]])
            losses.append(-np.log(against[0] / against.sum()))
        assert found.item() == pytest.approx(np.mean(losses), rel=1e-4)


def test_scores_are_cosines() -> None:
    model, training = untrained()
    scores = model.score(training.histories)
    assert np.abs(scores).max() <= 1.0001
    assert scores.std() > 0.1


def test_a_text_counts_as_one_item_more_that_has_no_id() -> None:
    model, _ = untrained()
    model.weights_["ids"][:] = 0  # type: ignore[index]
    both = Histories.from_lists([[3, 5]], n_items=N_ITEMS)
    one = Histories.from_lists([[3]], n_items=N_ITEMS)
    said = model.score(one, profiles=vectors()[[5]])
    assert np.allclose(said, model.score(both), atol=1e-5)
    heavier = replace(both, weights=np.array([3, 1], dtype=np.float32))
    assert not np.allclose(model.score(heavier), model.score(both), atol=1e-3)


def test_a_new_item_is_scored_by_its_text() -> None:
    model, training = untrained()
    model.weights_["ids"][4] = 0  # type: ignore[index]
    model.extend(vectors()[[4]], np.array(["de"]), np.array([""]))
    wider = replace(training.histories, n_items=N_ITEMS + 1)
    scores = model.score(wider)
    assert np.allclose(scores[:, 4], scores[:, -1], atol=1e-6)


def test_what_was_learned_answers_where_there_is_no_torch(
    torch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, training = untrained()
    model.fit(training)
    expected = model.score(training.histories)
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    assert np.array_equal(model.score(training.histories), expected)
