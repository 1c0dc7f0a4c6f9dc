"""Two towers: one makes a vector of a history, one of an item; they meet in a product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.neural.neural import Neural, principal_axes
from polyrec.models.neural.pairs import able, pairs, ragged, shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Training
    from polyrec.models.neural.training import Weights


@dataclass
class TwoTower(Neural):
    """Scores items by the cosine of what two networks make of the history and of the item.

    The item's tower adds a projection of its text's vector and an embedding of its id. The user's
    takes the mean of that over the history (a text counts as one item more) and adds what a hidden
    layer makes of it. A choice is learned from the rest of the history, against the other items of
    the batch, less the logarithm of how often each stands in one, so that popular items are not
    held back; items that the user has do not count as wrong. Ids are left out at random, on
    both sides: so the text alone must do as well, and new items are scored by it. Cost of an epoch
    is choices x (`batch_size` + length of the history) x `dim`. Use it for very many items,
    whose vectors a search for neighbours can hold; on small data simpler models are better.
    Source: Yi et al. 2019, "Sampling-bias-corrected neural modeling for large corpus item
    recommendations".

    Attributes:
        dim: length of the vectors that meet.
        epochs: passes over the choices, at most.
        patience: so many epochs without a better nDCG end the first training.
        batch_size: choices in a step, each the others' wrong answer.
        learning_rate: of Adam.
        l2: decay of the weights.
        dropout: share of the hidden layer that is left out while it learns.
        temperature: by which cosines are divided before they compete; the lower, the sharper.
        id_dropout: share of examples that are learned without ids.
    """

    name = "two-tower"
    needs_vectors = True
    accepts_new_items = True
    search_space: ClassVar[SearchSpace] = {
        "dim": Between(16, 256, log=True, whole=True),
        "learning_rate": Between(0.0003, 0.03, log=True),
        "temperature": Between(0.03, 0.5, log=True),
        "id_dropout": Between(0.0, 0.9),
        "l2": Between(0.0001, 1.0, log=True),
    }

    dim: int = 128
    learning_rate: float = 0.001
    temperature: float = 0.07
    id_dropout: float = 0.6

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_share("id_dropout")
        if not 0 < self.temperature < np.inf:
            raise ConfigError(f"temperature is {self.temperature}", hint="give a number above 0")

    def _start(self, training: Training, rng: np.random.Generator) -> Weights:
        assert training.vectors is not None
        f = self.dim
        start = {
            "text": principal_axes(training.vectors, f, rng),
            "ids": rng.standard_normal((training.n_items, f)) * 0.1 / f**0.5,
            "inner": rng.standard_normal((f, f)) / f**0.5,
            "bias": np.zeros(f),
            "outer": np.zeros((f, f)),
        }
        return {name: array.astype(np.float32) for name, array in start.items()}

    def _batches(
        self, training: Training, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, ...]]:
        histories, vectors = training.histories, training.vectors
        assert vectors is not None
        counts = np.bincount(histories.items[able(histories)], minlength=training.n_items)
        frequency = np.log(np.maximum(counts, 1) / max(counts.sum(), 1)).astype(np.float32)
        for batch in pairs(histories, self.batch_size, rng):
            targets = batch.targets
            shown = (rng.random((2, len(targets), 1)) >= self.id_dropout).astype(np.float32)
            barred = batch.have(targets) & ~np.eye(len(targets), dtype=bool)
            text = batch.rest @ vectors
            yield (
                *ragged(batch.rest), text, targets, vectors[targets], shown,
                barred, frequency[targets],
            )  # fmt: skip

    def _loss(self, weights: dict[str, Any], batch: tuple[Any, ...], drop: Any) -> Any:
        from torch.nn import functional

        items, starts, parts, text, targets, vectors, shown, barred, frequency = batch
        ids = weights["ids"]
        known = functional.embedding_bag(items, ids, starts, mode="sum", per_sample_weights=parts)
        users = _user_tower(weights, text, known * shown[0], drop)
        found = _item_tower(weights, vectors, ids[targets] * shown[1])
        odds = users @ found.T / self.temperature - frequency
        odds = odds.masked_fill(barred, -np.inf)
        return (odds.logsumexp(1) - odds.diagonal()).mean()

    def _scores_of(self, histories: Histories, profiles: Floats | None) -> Floats:
        weights, vectors = self.weights_, self.vectors_
        assert weights is not None
        assert vectors is not None
        ids: Floats = np.zeros((len(vectors), self.dim), np.float32)
        ids[: len(weights["ids"])] = weights["ids"]
        rows = shares(histories.matrix())
        text, known = rows @ vectors, rows @ ids
        if profiles is not None:  # what a text says counts as one item more, which has no id
            part = (profiles.any(axis=1) / (histories.lengths + 1))[:, None].astype(np.float32)
            text, known = (1 - part) * text + part * profiles, (1 - part) * known
        users = _user_tower(weights, text, known, lambda kept: kept)
        return np.asarray(users @ _item_tower(weights, vectors, ids).T)


def _user_tower(weights: Any, text: Any, ids: Any, drop: Any) -> Any:
    known = text @ weights["text"] + ids
    hidden = (known @ weights["inner"] + weights["bias"]).clip(min=0)
    return _unit(known + drop(hidden) @ weights["outer"])


def _item_tower(weights: Any, text: Any, ids: Any) -> Any:
    return _unit(text @ weights["text"] + ids)


def _unit(rows: Any) -> Any:
    return rows / ((rows * rows).sum(-1) + 1e-12)[:, None] ** 0.5
