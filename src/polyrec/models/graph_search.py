"""Nearest items by a graph that is walked instead of searched through: for very many items."""

from __future__ import annotations

import importlib.util
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.core.progress import progress
from polyrec.models.exact_search import exactly_nearest

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Integers

LIBRARY = "faiss-cpu"
FLOOR = 0.98
"""The share of the true neighbours that has to be found."""

MARGIN = 0.005
"""A sample has to be this much better than the floor, as it may flatter."""

SAMPLE = 400
EFFORTS = (64, 96, 192, 384, 768, 1536)
"""How many candidates a walk keeps: the first that reaches the floor on a sample is taken."""

LINKS, CARE = 32, 96
"""Links per item, and candidates that are looked at when an item is put in."""

BLOCK = 2048
SAME = 1e-6
"""Cosines that differ by less are equal."""


def is_installed() -> bool:
    """Say whether the extra `ann` is there."""
    return importlib.util.find_spec("faiss") is not None


def approximately_nearest(
    vectors: Floats, depth: int, *, first: int = 0, only_if_faster: bool = False
) -> tuple[Integers, Floats] | None:
    """Find each item's nearest other items by cosine, nearly all of them.

    On a sample of items the neighbours are worked out exactly too, and the search made more careful
    until it finds `FLOOR` of them. All cores build the graph, so which few neighbours are missed
    may differ from time to time. Memory is about items x (2 dim + 300) bytes. Source: Malkov and
    Yashunin 2018, "Efficient and robust approximate nearest neighbor search using hierarchical
    navigable small world graphs".

    Args:
        vectors: unit rows, shape (items, dim).
        depth: how many, the item itself left out; there must be more items than this.
        first: the first item whose neighbours are wanted.
        only_if_faster: give up as soon as the sample takes longer than it takes to look at all.

    Returns:
        Items and cosines, both of shape (items - first, depth), in no order; None where no effort
        reached the floor, or it was given up.
    """
    n_items = len(vectors)
    graph = _built(vectors)
    if not _made_careful(graph, vectors, depth, first=first, only_if_faster=only_if_faster):
        return None
    items = np.empty((n_items - first, depth), dtype=np.int64)
    cosines = np.empty((n_items - first, depth), dtype=np.float32)
    with progress("neighbours", n_items - first, unit="items") as advance:
        for start in range(first, n_items, BLOCK):
            rows = np.arange(start, min(start + BLOCK, n_items))
            place = slice(start - first, start - first + len(rows))
            items[place], cosines[place] = _walked(graph, vectors, rows, depth)
            advance(len(rows))
    return items, cosines


def _built(vectors: Floats) -> Any:
    """Put all items into a graph; numbers of 16 bits are enough to find candidates."""
    import faiss

    half, metric = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    graph = faiss.IndexHNSWSQ(vectors.shape[1], half, LINKS, metric)
    graph.hnsw.efConstruction = CARE
    graph.train(vectors[:1])  # 16 bits need none, but the library wants to be asked
    with progress("graph of neighbours", len(vectors), unit="items") as advance:
        for start in range(0, len(vectors), BLOCK):
            part = np.ascontiguousarray(vectors[start : start + BLOCK])
            graph.add(part)
            advance(len(part))
    return graph


def _made_careful(
    graph: Any, vectors: Floats, depth: int, *, first: int, only_if_faster: bool
) -> bool:
    """Find the least effort that reaches the floor on a sample, and say whether there is one."""
    rng = np.random.default_rng(0)
    count = min(SAMPLE, len(vectors) - first)
    rows = np.sort(rng.choice(np.arange(first, len(vectors)), count, replace=False))
    start = time.perf_counter()
    least = exactly_nearest(vectors, rows, depth)[1].min(axis=1, keepdims=True) - SAME
    exact_s = time.perf_counter() - start
    for effort in EFFORTS:
        if effort <= depth:
            continue
        graph.hnsw.efSearch = effort
        start = time.perf_counter()
        _, found = _walked(graph, vectors, rows, depth)
        if only_if_faster and time.perf_counter() - start > exact_s:
            return False
        if (found >= least).mean() >= FLOOR + MARGIN:
            return True
    return False


def _walked(graph: Any, vectors: Floats, rows: Integers, depth: int) -> tuple[Integers, Floats]:
    """Search for the neighbours of some items."""
    _, found = graph.search(vectors[rows], depth + 1)
    found = np.where(found < 0, rows[:, None], found)  # what is not there counts as the item itself
    others = np.argsort(found == rows[:, None], axis=1, kind="stable")[:, :depth]
    items = np.take_along_axis(found, others, axis=1)
    lost = (items == rows[:, None]).any(axis=1)  # fewer than `depth` could be reached
    if lost.any():
        items[lost] = exactly_nearest(vectors, rows[lost], depth)[0]
    return items, np.einsum("rd,rkd->rk", vectors[rows], vectors[items])
