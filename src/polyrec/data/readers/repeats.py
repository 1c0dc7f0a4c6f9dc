"""Rows with the same user and item become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Integers

Repeats = Literal["sum", "once"]
Columns = dict[str, np.ndarray[Any, Any]]
DONE = {"sum": ("was summed", "were summed"), "once": ("was counted once", "were counted once")}


@dataclass(frozen=True)
class Repeated:
    """That there were such rows.

    Attributes:
        n_pairs: how many pairs of user and item stood more than once.
        first: the first record that repeats an earlier one.
        user: its user.
        item: its item.
    """

    n_pairs: int
    first: int
    user: int
    item: int

    def told(self, name: str, place: str, pair: tuple[str, str], repeats: Repeats) -> str:
        """Say it in words, with the place of the first and its ids."""
        one = self.n_pairs == 1
        stood = "1 pair stood" if one else f"{self.n_pairs} pairs stood"
        return (
            f"{name}: {stood} more than once and {DONE[repeats][not one]}"
            f" (first: {place}, user {pair[0]!r}, item {pair[1]!r})"
        )


def merged(columns: Columns, n_items: int, repeats: Repeats) -> tuple[Columns, Repeated | None]:
    """Make one row of those with the same user and item, in the place of the first.

    Needs memory for two more columns of integers, and three where there are repeats.

    Args:
        columns: `user`, `item`, `weight` and perhaps `time`; let go of where they change.
        n_items: how many items there are.
        repeats: `sum` adds weights and takes the latest time, `once` keeps the first row.
    """
    pair: Integers = columns["user"] * n_items + columns["item"]
    if not _any_twice(pair):
        return columns, None
    order = np.argsort(pair, kind="stable")
    run = pair[order]
    del pair
    begins = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]]))
    del run
    counts = np.diff(begins, append=len(order))
    firsts = order[begins]
    keep: Booleans = np.zeros(len(order), dtype=np.bool_)
    keep[firsts] = True
    first = int(np.argmin(keep))
    told = Repeated(
        int((counts > 1).sum()), first, int(columns["user"][first]), int(columns["item"][first])
    )
    if repeats == "sum":
        weight = np.add.reduceat(columns["weight"][order].astype(np.float64), begins)
        columns["weight"][firsts] = weight
        if "time" in columns:
            columns["time"][firsts] = np.maximum.reduceat(columns["time"][order], begins)
    return {name: column[keep] for name, column in columns.items()}, told


def _any_twice(pair: Integers) -> bool:
    found = np.sort(pair)
    return bool((found[1:] == found[:-1]).any())
