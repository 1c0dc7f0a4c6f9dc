"""Soft neighbours: each item's nearest items by vector, weighted by how near they are."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from polyrec.core.errors import ConfigError, MissingExtraError
from polyrec.core.progress import progress
from polyrec.models.exact_search import exactly_nearest
from polyrec.models.graph_search import LIBRARY, approximately_nearest, is_installed

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers

LOG = logging.getLogger(__name__)

SEARCHES = ("auto", "exact", "graph")

MANY = 100_000
"""From this many items on, `auto` takes the graph; of fewer rows it takes more items."""

BLOCK = 1024


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest items of some items, nearest in no order.

    Attributes:
        items: shape (rows, depth).
        cosines: how near each is, shape (rows, depth).
        n_items: how many items there are to be near to.
    """

    items: Integers
    cosines: Floats
    n_items: int

    def weights(self, sharpness: float) -> sp.csr_array:
        """Weigh each row's items by exp(sharpness (cos - the nearest one's cos)).

        Returns:
            Rows that sum to one, shape (rows, items), `depth` entries each.
        """
        n_rows, depth = self.items.shape
        if not depth:
            return sp.csr_array(np.zeros((n_rows, self.n_items), dtype=np.float32))
        soft = np.exp(sharpness * (self.cosines - self.cosines.max(axis=1, keepdims=True)))
        soft /= soft.sum(axis=1, keepdims=True)
        indptr = np.arange(0, n_rows * depth + 1, depth)
        table = (soft.ravel(), self.items.ravel(), indptr)
        return sp.csr_array(table, shape=(n_rows, self.n_items), dtype=np.float32)


def nearest(vectors: Floats, depth: int, *, first: int = 0, search: str = "auto") -> Neighbours:
    """Find each item's nearest other items by cosine.

    Args:
        vectors: unit rows, shape (items, dim).
        depth: how many, the item itself left out; fewer where there are fewer.
        first: the first item whose neighbours are wanted; those before it are only near to others.
        search: `exact` looks at all items; `graph` finds nearly all neighbours (0.98 of them, or it
            looks at all items after all) and needs the extra `ann`; `auto` takes the graph from
            `MANY` items on, if the extra is there and the graph is faster.

    Returns:
        Rows for the items from `first` on. Exact cost is rows x items x dim in time, items x
        `BLOCK` in memory.

    Raises:
        MissingExtraError: `graph` is wanted, and the extra is not installed.
    """
    n_items = len(vectors)
    n_rows, depth = n_items - first, max(min(depth, n_items - 1), 0)
    if depth and _takes_graph(search, n_rows, n_items):
        only_if_faster = search == "auto"
        found = approximately_nearest(vectors, depth, first=first, only_if_faster=only_if_faster)
        if found is not None:
            return Neighbours(*found, n_items)
        LOG.warning(
            "on these vectors a graph misses too much or is no faster: looking at all items"
        )
    items = np.empty((n_rows, depth), dtype=np.int64)
    cosines = np.empty((n_rows, depth), dtype=np.float32)
    if not depth:
        return Neighbours(items, cosines, n_items)
    with progress("neighbours", n_rows, unit="items") as advance:
        for start in range(0, n_rows, BLOCK):
            rows = np.arange(first + start, min(first + start + BLOCK, n_items))
            place = slice(start, start + len(rows))
            items[place], cosines[place] = exactly_nearest(vectors, rows, depth)
            advance(len(rows))
    return Neighbours(items, cosines, n_items)


def check_search(search: str) -> None:
    """Refuse a way to search that there is not.

    Raises:
        ConfigError: it is none of `SEARCHES`.
    """
    if search not in SEARCHES:
        raise ConfigError(f"search is {search!r}", hint=f"give one of {SEARCHES}")


def check_near(n_neighbours: int, sharpness: float) -> None:
    """Refuse soft neighbours that cannot be.

    Raises:
        ConfigError: there are none, or what is nearer would not weigh more.
    """
    if n_neighbours < 1:
        raise ConfigError(f"n_neighbours is {n_neighbours}", hint="give at least 1")
    if not 0 < sharpness < np.inf:
        raise ConfigError(f"sharpness is {sharpness}", hint="give a number above 0")


def _takes_graph(search: str, n_rows: int, n_items: int) -> bool:
    check_search(search)
    if search == "graph" and not is_installed():
        raise MissingExtraError(
            "search = 'graph'", needs=LIBRARY, remedy="pip install 'polyrec[ann]'"
        )
    if search != "auto":
        return search == "graph"
    if n_rows * n_items < MANY**2:
        return False
    if not is_installed():
        LOG.warning(
            "looking at all of %s items for each one's neighbours; with pip install 'polyrec[ann]' "
            "this is faster",
            f"{n_items:,}",
        )
    return is_installed()
