"""What people did: user, item, weight and, where known, time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import Booleans, Doubles, Floats, Histories, IdMap, Integers

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, eq=False)
class Interactions:
    """One row per user and item.

    Attributes:
        users: ids of the users.
        user: integers into `users`, shape (rows,).
        item: integers into the catalog, shape (rows,).
        weight: how strong, above 0 (1 where the source has none), shape (rows,).
        time: seconds since 1970, shape (rows,), or None where unknown.
    """

    users: IdMap
    user: Integers
    item: Integers
    weight: Floats
    time: Doubles | None = None

    def __post_init__(self) -> None:
        n = len(self.user)
        lengths = {len(self.item), len(self.weight), n if self.time is None else len(self.time)}
        if lengths != {n}:
            raise DataError("interactions have columns of different lengths")
        if n and not (np.isfinite(self.weight).all() and (self.weight > 0).all()):
            row = int(np.argmin(np.isfinite(self.weight) & (self.weight > 0)))
            raise DataError(
                f"interaction {row} has the weight {self.weight[row]}",
                hint="give finite weights above 0",
            )

    @classmethod
    def from_pairs(
        cls, pairs: Iterable[tuple[str, int]], *, users: Iterable[str] | None = None
    ) -> Interactions:
        """Build interactions of weight 1 from pairs of user id and item integer."""
        rows = sorted(set(pairs))
        names = sorted({user for user, _ in rows}) if users is None else list(users)
        ids = IdMap(tuple(names))
        user = ids.indices((user for user, _ in rows), kind="user")
        item = np.array([item for _, item in rows], dtype=np.int64)
        return cls(ids, user, item, np.ones(len(rows), dtype=np.float32))

    def __len__(self) -> int:
        return len(self.user)

    def where(self, keep: Booleans) -> Interactions:
        """Keep the rows where the mask is true, and all users."""
        time = None if self.time is None else self.time[keep]
        return Interactions(self.users, self.user[keep], self.item[keep], self.weight[keep], time)

    def histories(self, n_items: int) -> Histories:
        """Give each user's items, in the order of `users`; users without rows are empty."""
        order = np.lexsort((self.item, self.user))
        counts = np.bincount(self.user, minlength=len(self.users))
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        time = None if self.time is None else self.time[order]
        return Histories(indptr, self.item[order], self.weight[order], n_items, time)
