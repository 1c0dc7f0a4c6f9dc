"""An array that grows by pieces without ever needing twice its memory."""

from __future__ import annotations

from typing import Any

import numpy as np

BLOCK = 10_000_000
"""Elements; 40 MB and more, which the system takes back at once when a block is let go of."""


class Growing:
    """Values of one kind, kept in large blocks until all are there.

    Args:
        kind: the type of the elements while the array grows.
    """

    def __init__(self, kind: Any) -> None:
        self.kind = kind
        self._blocks: list[np.ndarray[Any, Any]] = []
        self._used = 0

    def __len__(self) -> int:
        return max(len(self._blocks) - 1, 0) * BLOCK + self._used

    def extend(self, values: np.ndarray[Any, Any]) -> None:
        """Add values at the end."""
        begin = 0
        while begin < len(values):
            if not self._blocks or self._used == BLOCK:
                self._blocks.append(np.empty(BLOCK, dtype=self.kind))
                self._used = 0
            some = values[begin : begin + BLOCK - self._used]
            self._blocks[-1][self._used : self._used + len(some)] = some
            self._used += len(some)
            begin += len(some)

    def whole(self, kind: Any, lookup: np.ndarray[Any, Any] | None = None) -> np.ndarray[Any, Any]:
        """Give all values as one array, and forget them.

        Args:
            kind: the type of the array's elements.
            lookup: what to put for each value, or None for the values themselves.
        """
        n_values = len(self)
        made = np.empty(n_values, dtype=kind)
        for begin in range(0, n_values, BLOCK):
            block = self._blocks.pop(0)[: n_values - begin]
            made[begin : begin + len(block)] = block if lookup is None else lookup[block]
        self._used = 0
        return made
