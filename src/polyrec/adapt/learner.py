"""Steps and epochs of learning, the best of them, and when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.checkpoint import Checkpoint, Outcome
from polyrec.core.errors import ConfigError
from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.adapt.network import Network
    from polyrec.adapt.objectives.objective import Objective

WARM_UP = 10
"""So many steps until the learning rate is full; from there it falls to nothing."""

CHECK_EVERY = 2
"""So many epochs until quality is looked at again: among all items that takes as long as a third
of one. The last epoch is looked at as well."""

HEAD_RATE = 10
"""A head learns faster than layers by this factor."""


class Learner:
    """Steps, epochs, and the best of them.

    Args:
        how: an `Adapt`.
        network: what learns.
        parts: its objectives, prepared.
        n_items: how many items there are to learn from.
    """

    def __init__(
        self, how: Any, network: Network, parts: Mapping[str, Objective], *, n_items: int
    ) -> None:
        import torch

        self.how, self.network, self.parts = how, network, parts
        self.n_steps = max(n_items // how.batch_size, 1)
        self.rng = np.random.default_rng(how.seed)
        self.rate = how.learning_rate * (HEAD_RATE if how.method == "head" else 1)
        own = [p for part in parts.values() for p in part.parameters]
        groups = [{"params": network.parameters, "scale": 1.0}]
        if own:  # what starts from nothing learns as fast as a head
            groups.append({"params": own, "scale": how.learning_rate * HEAD_RATE / self.rate})
        self.adam = torch.optim.AdamW(groups, lr=self.rate, weight_decay=0.01)
        self.seconds = {"frozen_layers": 0.0, "learning": 0.0}

    def learn(self, quality: Any, checkpoint: Checkpoint | None) -> Outcome:
        """Learn all epochs that are left; the network has the weights of the last.

        Args:
            quality: gives how good the network is now.
            checkpoint: where to go on from, and what keeps each check; None for none.
        """
        start = time.perf_counter()
        best = self.network.weights()
        if checkpoint is not None and checkpoint.is_there:
            curve, best = checkpoint.load(self)
        else:
            curve = [(0, np.nan, quality())]
        began = start - self.seconds["learning"]
        with progress("adapting", self.how.epochs * self.n_steps, unit="steps") as advance:
            while not self._ended(curve):
                epoch = curve[-1][0]
                losses: list[float] = []
                while not losses or not self._is_checked(epoch):
                    epoch += 1
                    losses.append(self._epoch(epoch, advance))
                    self.seconds["learning"] = time.perf_counter() - began
                curve.append((epoch, float(np.mean(losses)), quality()))
                if best_epoch(curve) == epoch:
                    best = self.network.weights()
                self.seconds["learning"] = time.perf_counter() - began
                if checkpoint is not None:
                    checkpoint.save(self, curve, best, over=self._ended(curve))
        return Outcome(curve, best, self.seconds)

    def _is_checked(self, epoch: int) -> bool:
        return self._is_late or epoch % CHECK_EVERY == 0 or epoch >= self.how.epochs

    def _ended(self, curve: list[tuple[int, float, float]]) -> bool:
        epoch = curve[-1][0]
        is_tired = epoch - best_epoch(curve) >= self.how.patience
        return self._is_late or is_tired or epoch >= self.how.epochs

    @property
    def _is_late(self) -> bool:
        return bool(self.seconds["learning"] > self.how.max_minutes * 60)

    def _epoch(self, epoch: int, advance: Any) -> float:
        import torch

        losses = []
        last = self.how.epochs * self.n_steps
        for step in range((epoch - 1) * self.n_steps, epoch * self.n_steps):
            slow = min((step + 1) / WARM_UP, 1.0) * (1 - step / last)
            for group in self.adam.param_groups:
                group["lr"] = self.rate * slow * group["scale"]
            self.adam.zero_grad()
            total = 0.0
            for name, part in self.parts.items():
                # one after the other, so that only one batch is in memory
                loss = part.loss(self.network, self.rng, self.how.texts_per_step(name))
                (self.how.objectives[name] * loss).backward()
                total += self.how.objectives[name] * loss.item()
            if not np.isfinite(total):
                raise ConfigError(
                    f"the loss is {total} in epoch {epoch}", hint="give a smaller learning_rate"
                )
            torch.nn.utils.clip_grad_norm_(self.network.parameters, 1.0)
            self.adam.step()
            losses.append(total)
            advance(1)
        return float(np.mean(losses))


def best_epoch(curve: list[tuple[int, float, float]]) -> int:
    """Give the epoch whose quality is best, the first of equal ones."""
    return curve[int(np.argmax([row[2] for row in curve]))][0]
