from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from polyrec.core.types import Histories, Training
from polyrec.models.neural.neumf import NeuMf

N_ITEMS = 10


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch", reason="needs the extra torch")


def untrained(**settings: Any) -> tuple[NeuMf, Training]:
    rng = np.random.default_rng(0)
    lists = [[0, 1, 2], [3, 4], [5, 6, 7, 8]]
    training = Training(Histories.from_lists(lists, n_items=N_ITEMS))
    model = NeuMf(**{"dim": 4, "dropout": 0.0, **settings})
    model.weights_ = model._start(training, rng)
    model.n_items_ = model.n_fitted_ = N_ITEMS
    return model, training


def test_a_score_is_the_product_plus_the_layers() -> None:
    model, training = untrained()
    w: Any = model.weights_
    w["product"] = np.array([1, -2, 0.5, 3], dtype=np.float32)
    scores = model.score(training.histories)
    for user, items in enumerate(([0, 1, 2], [3, 4], [5, 6, 7, 8])):
        p = w["chosen"][items].mean(axis=0)
        for item in range(N_ITEMS):
            q = w["items"][item]
            product = (p[:4] * q[:4] * w["product"]).sum()
            layer = np.concatenate([w["user_layer"], w["item_layer"]])
            first = np.maximum(np.concatenate([p[4:], q[4:]]) @ layer + w["bias"], 0)
            second = np.maximum(first @ w["second"] + w["second_bias"], 0)
            assert scores[user, item] == pytest.approx(product + second @ w["last"], abs=1e-4)


def test_what_a_user_has_is_never_held_against_them(torch: Any) -> None:
    model, training = untrained(negatives=30, batch_size=20)
    (batch,) = model._batches(training, np.random.default_rng(1))
    asked, counts = batch[3], batch[4]
    has = training.histories.matrix().toarray() > 0
    assert asked.shape == counts.shape == (9, 31)
    for target, others, counted in zip(asked[:, 0], asked[:, 1:], counts[:, 1:], strict=True):
        user = int(np.flatnonzero(has[:, target])[0])
        assert np.array_equal(counted == 0, has[user, others])


def test_the_loss_is_the_logistic_one_over_what_counts(torch: Any) -> None:
    model, training = untrained(batch_size=20)
    (batch,) = model._batches(training, np.random.default_rng(1))
    tensors = {name: torch.tensor(array) for name, array in (model.weights_ or {}).items()}
    found = model._loss(tensors, tuple(map(torch.from_numpy, batch)), lambda kept: kept)
    items, starts, _, asked, counts = batch
    losses = []
    for row in range(9):
        end = starts[row + 1] if row < 8 else len(items)
        kept = [i for i in items[starts[row] : end] if i != asked[row, 0]]
        odds = model.score(Histories.from_lists([kept], n_items=N_ITEMS))[0, asked[row]]
        odds[0] = -odds[0]
        losses.append((np.log1p(np.exp(odds)) * counts[row]).sum())
    assert found.item() == pytest.approx(sum(losses) / counts.sum(), rel=1e-4)
