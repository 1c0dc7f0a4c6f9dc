"""SASRec: reads a history in order and attends to what matters for the next choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.search_space import Between
from polyrec.models.hold_out import hold_out_last
from polyrec.models.neural.neural import Neural, principal_axes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.search_space import SearchSpace
    from polyrec.core.types import Floats, Histories, Integers, Training
    from polyrec.models.hold_out import HeldOut
    from polyrec.models.neural.training import Weights

NONE = -1
FAR = -1e9
"""What is barred gets so low a score before it is turned into a share."""


@dataclass
class SasRec(Neural):
    """Scores items by what a transformer that has read the history in order expects to be next.

    An item is the sum of a projection of its text's vector and an embedding of its id, which is
    left out at random, so that new items are scored by text; with its place from the end it is read
    by blocks of causal attention of one head, and the last state's product with every item is the
    score. All items compete in each place (full softmax). The order is that of times; without any,
    it is drawn anew in each epoch, as nothing is known of it, and histories are read as they are
    given. With times, the latest item of each user says when to stop. A text is read as the last
    item. Cost of an epoch is events x items x `dim`; a step
    holds `batch_size` x `length` x items numbers. Use it where the order of choices says what is
    next. Source: Kang and McAuley 2018, "Self-attentive sequential recommendation".

    Attributes:
        dim: length of the vectors.
        epochs: passes over the histories, at most.
        patience: so many epochs without a better nDCG end the first training.
        batch_size: histories in a step.
        learning_rate: of Adam.
        l2: decay of the weights.
        dropout: share of numbers inside the network that are left out while it learns.
        blocks: layers of attention.
        length: so many of the latest items are read.
        id_dropout: share of items that have no id in a step.
    """

    name = "sasrec"
    needs_vectors = True
    accepts_new_items = True
    search_space: ClassVar[SearchSpace] = {
        "dim": Between(16, 256, log=True, whole=True),
        "blocks": Between(1, 4, whole=True),
        "length": Between(5, 200, log=True, whole=True),
        "learning_rate": Between(0.0003, 0.03, log=True),
        "dropout": Between(0.0, 0.7),
        "id_dropout": Between(0.0, 0.9),
    }

    blocks: int = 2
    length: int = 50
    id_dropout: float = 0.3
    batch_size: int = 64
    learning_rate: float = 0.01
    dropout: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_share("id_dropout")
        for setting in ("blocks", "length"):
            if getattr(self, setting) < 1:
                raise ConfigError(f"{setting} is {getattr(self, setting)}", hint="give at least 1")

    def _held_out(self, training: Training, seed: int) -> list[HeldOut]:
        if training.histories.times is None:
            return super()._held_out(training, seed)
        return hold_out_last(training.histories, new=training.new, seed=seed)

    def _start(self, training: Training, rng: np.random.Generator) -> Weights:
        assert training.vectors is not None
        f, n = self.dim, self.blocks
        start = {
            "text": principal_axes(training.vectors, f, rng),
            "ids": rng.standard_normal((training.n_items, f)) * 0.1 / f**0.5,
            "places": rng.standard_normal((self.length, f)) * 0.1 / f**0.5,
            **{
                name: rng.standard_normal((n, f, f)) / f**0.5
                for name in ("query", "key", "value", "inner", "outer")
            },
            **{name: np.zeros((n, f)) for name in ("inner_bias", "outer_bias")},
            **{name: np.ones((n, f)) for name in ("scale", "inner_scale")},
            **{name: np.zeros((n, f)) for name in ("shift", "inner_shift")},
            "last_scale": np.ones(f),
            "last_shift": np.zeros(f),
        }
        return {name: array.astype(np.float32) for name, array in start.items()}

    def _batches(
        self, training: Training, rng: np.random.Generator
    ) -> Iterator[tuple[np.ndarray, ...]]:
        histories = training.histories
        vectors = np.array(training.vectors)
        users = rng.permutation(np.flatnonzero(histories.lengths > 1))
        for start in range(0, len(users), self.batch_size):
            rows = histories.rows(users[start : start + self.batch_size])
            items = _in_order(rows, self.length + 1, rng)
            shown = rng.random((len(vectors), 1)) >= self.id_dropout
            yield vectors, shown.astype(np.float32), items[:, :-1].copy(), items[:, 1:].copy()

    def _loss(self, weights: dict[str, Any], batch: tuple[Any, ...], drop: Any) -> Any:
        import torch
        from torch.nn import functional

        vectors, shown, items, following = batch
        table = vectors @ weights["text"] + weights["ids"] * shown
        said = _states(weights, table[items.clip(min=0)], items >= 0, drop, torch)
        known = (items >= 0) & (following >= 0)
        return functional.cross_entropy(said[known] @ table.T, following[known])

    def _scores_of(self, histories: Histories, profiles: Floats | None) -> Floats:
        weights, vectors = self.weights_, self.vectors_
        assert weights is not None
        assert vectors is not None
        table = vectors @ weights["text"]
        table[: len(weights["ids"])] += weights["ids"]
        items = _in_order(histories, self.length, spare=profiles is not None)
        rows, known = table[np.maximum(items, 0)], items >= 0
        if profiles is not None:
            said = np.flatnonzero(profiles.any(axis=1))
            rows[said], known[said] = np.roll(rows[said], -1, 1), np.roll(known[said], -1, 1)
            rows[said, -1], known[said, -1] = profiles[said] @ weights["text"], True
        states = _states(weights, rows, known, lambda kept: kept, np)
        return np.asarray(states[:, -1] @ table.T)


def _in_order(
    histories: Histories,
    length: int,
    rng: np.random.Generator | None = None,
    *,
    spare: bool = False,
) -> Integers:
    """Give each user's last items, the latest last, after as many `NONE` as it takes.

    With `spare` there is a place more, up to the length. Without times the order is as given, or
    drawn where there is something to draw by.
    """
    user = histories.users
    order = np.arange(len(user))
    if histories.times is not None:
        order = np.lexsort((histories.times, user))
    elif rng is not None:
        order = np.lexsort((rng.random(len(user)), user))
    left = np.repeat(histories.indptr[1:], histories.lengths) - np.arange(len(user))
    wide = int(min(max(histories.lengths.max(initial=0) + spare, 1), length))
    table = np.full((len(histories), wide), NONE, dtype=np.int64)
    kept = left <= wide
    table[user[kept], wide - left[kept]] = histories.items[order[kept]]
    return table


def _states(weights: Any, rows: Any, known: Any, drop: Any, xp: Any) -> Any:
    """Say at each place of a history what is to follow; `xp` is torch or numpy."""
    wide, f = rows.shape[1], rows.shape[2]
    earlier = xp.tril(xp.ones((wide, wide))) > 0
    open_to = earlier[None] & known[:, None, :]
    said = drop(rows * f**0.5 + weights["places"][-wide:])
    for i in range(len(weights["query"])):
        calm = _calm(said, weights["scale"][i], weights["shift"][i])
        query, key, value = (calm @ weights[name][i] for name in ("query", "key", "value"))
        heat = xp.where(open_to, query @ key.swapaxes(1, 2) / f**0.5, FAR)
        heat = xp.exp(heat - xp.amax(heat, -1)[..., None])
        said = said + drop((heat / heat.sum(-1)[..., None]) @ value)
        calm = _calm(said, weights["inner_scale"][i], weights["inner_shift"][i])
        inner = drop((calm @ weights["inner"][i] + weights["inner_bias"][i]).clip(min=0))
        said = said + drop(inner @ weights["outer"][i] + weights["outer_bias"][i])
    return _calm(said, weights["last_scale"], weights["last_shift"])


def _calm(rows: Any, scale: Any, shift: Any) -> Any:
    rows = rows - rows.mean(-1)[..., None]
    return rows / ((rows * rows).mean(-1) + 1e-6)[..., None] ** 0.5 * scale + shift
