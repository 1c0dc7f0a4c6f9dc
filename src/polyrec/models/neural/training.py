"""One training loop for all: Adam over batches, stopped early, its curve kept."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from polyrec.core.types import Floats

Weights = dict[str, "Floats"]
"""What a network knows, by name."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast is learned.

    Attributes:
        epochs: passes over the examples, at most.
        patience: so many epochs without a better quality end it.
        learning_rate: of Adam.
        l2: decay of the weights.
        dropout: share of numbers that `drop` leaves out.
    """

    epochs: int
    patience: int
    learning_rate: float
    l2: float
    dropout: float


def learn(
    weights: Weights,
    batches: Callable[[np.random.Generator], Iterable[tuple[Any, ...]]],
    loss: Callable[[dict[str, Any], tuple[Any, ...], Any], Any],
    *,
    schedule: Schedule,
    seed: int,
    quality: Callable[[Weights], float] | None = None,
) -> tuple[Weights, Floats]:
    """Learn weights by Adam (Kingma and Ba 2015, with decay as in Loshchilov and Hutter 2019).

    All draws are by the seed, and one thread computes, so the same seed gives the same weights on
    the same machine; what else the process does with torch is left as it was.

    Args:
        weights: where it starts.
        batches: gives the examples of an epoch, as arrays.
        loss: of a batch, from weights and arrays that are tensors, and a function that drops out.
        schedule: how long and how fast.
        seed: draws batches and what is left out.
        quality: of weights, higher is better; where given, the best epoch's weights are kept.

    Returns:
        The weights, and the curve: epoch, mean loss and quality (NaN without) of each epoch.

    Raises:
        ConfigError: the steps are so long that the loss is no number any more.
    """
    import torch

    rng, drawn = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in weights.items()}
    adam = torch.optim.AdamW(tensors.values(), lr=schedule.learning_rate, weight_decay=schedule.l2)

    def drop(tensor: Any) -> Any:
        kept = torch.rand(tensor.shape, generator=drawn) >= schedule.dropout
        return tensor * kept / (1 - schedule.dropout)

    best = weights
    curve: list[tuple[float, float, float]] = []
    with _one_thread(), progress("learning", schedule.epochs, unit="epochs") as advance:
        for epoch in range(1, schedule.epochs + 1):
            losses = []
            for batch in batches(rng):
                adam.zero_grad()
                found = loss(tensors, tuple(map(torch.from_numpy, batch)), drop)
                if not found.isfinite():
                    hint = "give a smaller learning_rate"
                    raise ConfigError(f"the loss is {found.item()} in epoch {epoch}", hint=hint)
                found.backward()
                adam.step()
                losses.append(found.item())
            known = {name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}
            reached = np.nan if quality is None else quality(known)
            before = max((row[2] for row in curve), default=-np.inf)
            curve.append((epoch, np.mean(losses) if losses else np.nan, reached))
            advance(1)
            if quality is None or reached > before:
                best = known
            elif epoch - best_epoch(curve) >= schedule.patience:
                break
    return best, np.array(curve, dtype=np.float32).reshape(-1, 3)


def best_epoch(curve: Any) -> int:
    """Give the epoch of the best quality, the first of several; the last where none is known."""
    qualities = [row[2] for row in curve]
    if np.isnan(qualities).all():
        return len(qualities)
    return int(np.nanargmax(qualities)) + 1


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute with one thread: sums over several come out a little different each time."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
