"""Rows with the same user and item become one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Integers

Repeats = Literal["sum", "once"]
Columns = dict[str, np.ndarray[Any, Any]]
ROWS_AT_ONCE = 4_000_000
DONE = {"sum": ("was summed", "were summed"), "once": ("was counted once", "were counted once")}


@dataclass(frozen=True)
class Repeated:
    """That there were such rows.

    Attributes:
        n_pairs: how many pairs of user and item stood more than once.
        n_rows: how many rows repeated an earlier one.
        first: the first record that repeats an earlier one.
        user: its user.
        item: its item.
    """

    n_pairs: int
    n_rows: int
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


def merged(columns: Columns, n_items: int, repeats: Repeats) -> Repeated | None:
    """Make one row of those with the same user and item, in the place of the first.

    Needs memory for one more column of integers, and little more unless many rows repeat others.

    Args:
        columns: `user`, `item`, `weight` and perhaps `time`; they are replaced.
        n_items: how many items there are.
        repeats: `sum` adds weights and takes the latest time, `once` keeps the first row.
    """
    involved = _rows_of_repeats(columns["user"], columns["item"], n_items)
    if not len(involved):
        return None
    pair = columns["user"][involved] * n_items + columns["item"][involved]
    order = np.argsort(pair, kind="stable")
    run, rows = pair[order], involved[order]
    begins = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]]))
    firsts = rows[begins]
    keep: Booleans = np.ones(len(columns["user"]), dtype=np.bool_)
    keep[rows] = False
    keep[firsts] = True
    first = int(np.argmin(keep))
    pair_of_first = int(columns["user"][first]), int(columns["item"][first])
    told = Repeated(len(firsts), len(rows) - len(firsts), first, *pair_of_first)
    if repeats == "sum":
        weights = columns["weight"][rows].astype(np.float64)
        columns["weight"][firsts] = np.add.reduceat(weights, begins)
        if "time" in columns:
            columns["time"][firsts] = np.maximum.reduceat(columns["time"][rows], begins)
    for name in columns:
        columns[name] = columns[name][keep]
    return told


def _rows_of_repeats(user: Integers, item: Integers, n_items: int) -> Integers:
    """Give the rows, in order, whose user and item stand more than once."""
    pair = user * n_items
    pair += item
    pair.sort()
    twice = np.unique(pair[1:][pair[1:] == pair[:-1]])
    del pair
    found = [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(user) if len(twice) else 0, ROWS_AT_ONCE):
        some = slice(begin, begin + ROWS_AT_ONCE)
        asked = user[some] * n_items + item[some]
        place = np.minimum(np.searchsorted(twice, asked), len(twice) - 1)
        found.append(np.flatnonzero(twice[place] == asked) + begin)
    return np.concatenate(found)
