"""What the hybrid is blended of: scores by what people did, by texts, and how they meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Training
from polyrec.models.item_knn import ItemKnn

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Histories
    from polyrec.models.weight_search import Weights


def lack_of(histories: Histories, evidence: float) -> Floats:
    """Say how little evidence there is for each item, 0..1, shape (items,)."""
    counts = np.bincount(histories.items, minlength=histories.n_items)
    return (evidence / (evidence + counts)).astype(np.float32)


def known_share(histories: Histories, lack: Floats) -> Floats:
    """Say which share of each history is known by what people did, shape (users,)."""
    user = histories.users
    known = histories.weights * (1 - lack[histories.items])
    n_users = len(histories)
    shares = np.bincount(user, known, n_users) / np.maximum(
        np.bincount(user, histories.weights, n_users), 1e-12
    )
    return shares.astype(np.float32)


def lift(weights: Weights, lack: Floats, new: Booleans) -> Floats:
    """Say by how much each item's text counts more where all of the history is known."""
    boost = np.where(new, weights["new_item_boost"], weights["unseen_boost"])
    return np.asarray((boost - 1) * lack, dtype=np.float32)


def blend(own: Floats, text: Floats, known: Floats, lifted: Floats) -> Floats:
    """Join the scores by what people did and by texts, both of shape (users, items)."""
    return np.asarray(own + text * (1 + known[:, None] * lifted))


def neighbours(histories: Histories) -> ItemKnn:
    """Fit item neighbours whose weights, summed over an item, are one on average."""
    knn = ItemKnn().fit(Training(histories))
    assert knn.weights_ is not None
    sums = knn.weights_.sum(axis=0)
    if sums.any():
        knn.weights_ = knn.weights_ / np.float32(sums[sums > 0].mean())
    return knn


def told_new(n_items: int, new: Booleans | None) -> Booleans:
    """Say which items are new, where nothing tells none, shape (items,)."""
    return np.zeros(n_items, dtype=np.bool_) if new is None else new
