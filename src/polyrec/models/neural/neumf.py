"""NeuMF: a product of embeddings and a network over them, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.neural.neural import Neural
from polyrec.models.neural.pairs import pairs, ragged, shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Training
    from polyrec.models.neural.training import Weights


@dataclass
class NeuMf(Neural):
    """Scores items by a weighted product of embeddings plus a network of two layers over others.

    A user is the mean of embeddings of the history's items, so anybody can be scored, where the
    paper has an embedding per user. A choice is learned from the rest of the history, as right
    against `negatives` items drawn anew (those that the user has do not count), by the logistic
    loss. Cost of an epoch is choices x (1 + `negatives`) x `dim` squared, of an answer items x
    `dim` squared: the network is run for every item. Use it to compare with, as papers do;
    it is blind to new items. Source: He et al. 2017, "Neural collaborative filtering".

    Attributes:
        dim: length of the embeddings and of the first layer; the second has half.
        epochs: passes over the choices, at most.
        patience: so many epochs without a better nDCG end the first training.
        batch_size: choices in a step.
        learning_rate: of Adam.
        l2: decay of the weights.
        dropout: share of the layers that is left out while it learns.
        negatives: items drawn against each choice.
    """

    name = "neumf"
    search_space: ClassVar[SearchSpace] = {
        "dim": Between(8, 128, log=True, whole=True),
        "learning_rate": Between(0.0003, 0.03, log=True),
        "negatives": Between(1, 16, log=True, whole=True),
        "l2": Between(0.0001, 1.0, log=True),
    }

    batch_size: int = 512
    learning_rate: float = 0.005
    dropout: float = 0.5
    negatives: int = 4

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.negatives < 1:
            raise ConfigError(f"negatives is {self.negatives}", hint="give at least 1")

    def _start(self, training: Training, rng: np.random.Generator) -> Weights:
        f, half, n_items = self.dim, max(self.dim // 2, 1), training.n_items
        start = {
            "chosen": rng.standard_normal((n_items, 2 * f)) / f**0.5,
            "items": rng.standard_normal((n_items, 2 * f)) / f**0.5,
            "product": np.ones(f),
            "user_layer": rng.standard_normal((f, f)) / f**0.5,
            "item_layer": rng.standard_normal((f, f)) / f**0.5,
            "bias": np.zeros(f),
            "second": rng.standard_normal((f, half)) * (2 / f) ** 0.5,
            "second_bias": np.zeros(half),
            "last": rng.standard_normal(half) / half**0.5,
        }
        return {name: array.astype(np.float32) for name, array in start.items()}

    def _batches(
        self, training: Training, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, ...]]:
        for batch in pairs(training.histories, self.batch_size, rng):
            n = len(batch.targets)
            others = rng.integers(training.n_items, size=(n, self.negatives))
            row = np.repeat(np.arange(n), self.negatives)
            has = np.asarray(batch.history[row, others.ravel()]).reshape(others.shape) > 0
            items = np.column_stack([batch.targets, others])
            counts = np.column_stack([np.ones(n, dtype=bool), ~has]).astype(np.float32)
            yield (*ragged(batch.rest), items, counts)

    def _loss(self, weights: dict[str, Any], batch: tuple[Any, ...], drop: Any) -> Any:
        from torch.nn import functional

        items, starts, parts, asked, counts = batch
        users = functional.embedding_bag(
            items, weights["chosen"], starts, mode="sum", per_sample_weights=parts
        )
        found = _items(weights, weights["items"][asked])
        odds = _network(weights, _users(weights, users[:, None]), found, drop)
        right = odds * 0
        right[:, 0] = 1
        loss = functional.binary_cross_entropy_with_logits(odds, right, counts, reduction="sum")
        return loss / counts.sum()

    def _scores_of(self, histories: Histories, profiles: Floats | None) -> Floats:
        del profiles
        weights = self.weights_
        assert weights is not None
        users = _users(weights, shares(histories.matrix()) @ weights["chosen"])
        items = _items(weights, weights["items"])
        scores: Floats = np.empty((len(histories), len(weights["items"])), dtype=np.float32)
        for user in range(len(histories)):
            own = tuple(half[user : user + 1] for half in users)
            scores[user] = _network(weights, own, items, lambda kept: kept)
        return scores


def _users(weights: Any, chosen: Any) -> tuple[Any, Any]:
    """Give a user's half of the product, and of the first layer."""
    f = len(weights["product"])
    return chosen[..., :f] * weights["product"], chosen[..., f:] @ weights["user_layer"]


def _items(weights: Any, items: Any) -> tuple[Any, Any]:
    """Give an item's halves."""
    f = len(weights["product"])
    return items[..., :f], items[..., f:] @ weights["item_layer"] + weights["bias"]


def _network(weights: Any, users: Any, items: Any, drop: Any) -> Any:
    hidden = drop((users[1] + items[1]).clip(min=0)) @ weights["second"]
    hidden = drop((hidden + weights["second_bias"]).clip(min=0))
    return (users[0] * items[0]).sum(-1) + hidden @ weights["last"]
