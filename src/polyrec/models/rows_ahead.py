"""Rows worked out ahead: what each item of a history adds to the scores of all items."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg.blas import saxpy

from polyrec.core.types import Histories

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats

MOST_BYTES = 2**29
"""Two pieces of up to 8,192 items."""

KEPT_BYTES = 2**26
"""For the sums of so many histories there is room: of 1,024 where there are 8,192 items."""

BLOCK = 64
"""So many rows are worked out at a time: few, so that others get their turn in between."""


@dataclass(frozen=True, eq=False)
class RowsAhead:
    """Pieces of a linear model's scores, as sums of rows, one for each item of a history.

    A history of n items costs n x pieces x items additions, and no product of matrices.

    Attributes:
        rows: shape (items, pieces, items).
    """

    rows: Floats

    @classmethod
    def of(
        cls, n_items: int, pieces: int, scored: Callable[[Histories], tuple[Floats, ...]]
    ) -> RowsAhead | None:
        """Work the rows out; None where they would take more than `MOST_BYTES`.

        Args:
            n_items: how many items there are.
            pieces: how many pieces a score has.
            scored: gives the pieces of histories, shape (users, items) each.
        """
        if 4 * pieces * n_items**2 > MOST_BYTES:
            return None
        rows = np.empty((n_items, pieces, n_items), dtype=np.float32)
        for first in range(0, n_items, BLOCK):
            items = np.arange(first, min(first + BLOCK, n_items))
            ones = np.ones(len(items), dtype=np.float32)
            alone = Histories(np.arange(len(items) + 1), items, ones, n_items)
            rows[items] = np.stack(scored(alone), axis=1)
        return cls(rows)

    @property
    def n_items(self) -> int:
        """How many items there were when the rows were worked out."""
        return len(self.rows)

    def knows(self, history: Histories) -> bool:
        """Whether all items of a history have a row."""
        return bool(history.items.max(initial=-1) < len(self.rows))

    def sums(self, history: Histories) -> Floats:
        """Give the pieces of the scores of one history, shape (pieces, items); not to write into.

        Those of the latest histories are kept: whoever asks often asks with the same one.
        """
        return self._kept(history.items.tobytes(), history.weights.tobytes())

    @cached_property
    def _kept(self) -> Callable[[bytes, bytes], Floats]:
        return lru_cache(KEPT_BYTES // self.rows[:1].nbytes)(self._summed)

    def _summed(self, items: bytes, weights: bytes) -> Floats:
        _, pieces, n_items = self.rows.shape
        total = np.zeros(pieces * n_items, dtype=np.float32)
        table = self.rows.reshape(len(self.rows), -1)
        chosen, strength = np.frombuffer(items, np.int64), np.frombuffer(weights, np.float32)
        for item, weight in zip(chosen.tolist(), strength.tolist(), strict=True):
            total = saxpy(table[item], total, a=weight)  # in place: no row is copied
        total.flags.writeable = False
        return total.reshape(pieces, n_items)
