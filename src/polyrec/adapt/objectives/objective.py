"""The contract of what is learned."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from polyrec.adapt.examples import Examples
    from polyrec.adapt.network import Kept, Network


class Objective(ABC):
    """One thing to learn; a new one writes `prepare` and `loss`, and stands in `OBJECTIVES`."""

    @abstractmethod
    def prepare(self, examples: Examples, network: Network, kept: Kept) -> None:
        """Look at all examples once, before the first step.

        Raises:
            DataError: there is nothing of the kind to learn from.
        """

    @abstractmethod
    def loss(self, network: Network, rng: np.random.Generator, size: int) -> Any:
        """Draw about `size` texts and give the loss on them, a number through which gradients flow.

        `network` is the one of `prepare`; draws are by `rng` alone.
        """

    @property
    def parameters(self) -> list[Any]:
        """Weights of its own that learn along, and are thrown away in the end."""
        return []

    def state(self) -> dict[str, Any]:
        """Give what a checkpoint must hold to go on from it, as tensors by name."""
        return {str(i): weight.detach().clone() for i, weight in enumerate(self.parameters)}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what `state` gave; called after `prepare`."""
        for i, weight in enumerate(self.parameters):
            weight.data.copy_(state[str(i)])
