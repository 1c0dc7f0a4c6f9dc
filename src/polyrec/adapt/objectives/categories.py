"""An item's category can be told from its vector, whatever the language of the text.

A linear map from vectors to categories is learned along and thrown away: cross-entropy, in which
every category counts by the root of its size, so that the largest do not drown the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.objectives.objective import Objective
from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from polyrec.adapt.examples import Examples
    from polyrec.adapt.network import Kept, Network

SCALE = 20.0
"""Cosines are this many times as large before the softmax, as with a temperature of 0.05."""


@dataclass
class Categories(Objective):
    """Learns from the catalog's categories; items without one are left out."""

    _map: Any = field(default=None, init=False, repr=False, compare=False)
    _known: tuple[Any, ...] = field(default=(), init=False, repr=False, compare=False)

    def prepare(self, examples: Examples, network: Network, kept: Kept) -> None:
        """Number the categories of the items that have one.

        Raises:
            DataError: there are fewer than two.
        """
        import torch

        items = examples.items
        items = items[examples.categories[items] != ""]
        names, number, counts = np.unique(
            examples.categories[items], return_inverse=True, return_counts=True
        )
        if len(names) < 2:
            raise DataError(
                f"the items have {len(names)} categories: there is nothing to tell apart",
                hint="give a column 'category', or leave out the objective 'categories'",
            )
        chance = 1 / np.sqrt(counts[number])
        self._map = torch.nn.Linear(network.dim, len(names))
        self._known = (examples, kept, items, number, chance / chance.sum())

    @property
    def parameters(self) -> list[Any]:
        """The map."""
        return list(self._map.parameters())

    def loss(self, network: Network, rng: np.random.Generator, size: int) -> Any:
        """Give the mean cross-entropy of the categories of some texts."""
        import torch

        examples, kept, items, number, chance = self._known
        drawn = rng.choice(len(items), min(size, len(items)), replace=False, p=chance)
        vectors = network.vectors(kept, examples.draw_texts(items[drawn], rng))
        return torch.nn.functional.cross_entropy(
            self._map(SCALE * vectors), torch.from_numpy(number[drawn])
        )
