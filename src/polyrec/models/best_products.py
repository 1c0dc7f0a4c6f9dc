"""The items whose factors have the highest products with a user's, tile by tile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import types

from polyrec.core.types import NO_ITEM, Rankings
from polyrec.models.compiler import FLAGS, OUT, OUT_ITEMS, OUT_TABLE, STARTS, compiled

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Floats, Histories, Integers

TILE = 512
"""So many items are scored at a time: few enough that their scores stay near the processor."""

CELLS = 2**16
"""Of few users more items: so many scores at a time."""

CHUNK = 256
"""So many scores are compared at once with the least of the best so far."""

NEVER = np.finfo(np.float32).min
"""The score of what may not be in a list: no infinity, as compiled code counts on none."""


def best_products(
    users: Floats,
    items: Floats,
    k: int,
    *,
    histories: Histories,
    tie_break: Integers,
    allowed: Booleans | None = None,
) -> Rankings:
    """Rank the k items of highest product for each user, leaving out what the history holds.

    Scores of users x items are made in tiles and forgotten; of each row a heap keeps the best.

    Args:
        users: factors, shape (users, factors).
        items: factors, shape (items, factors).
        k: length of the lists.
        histories: what is left out, of the same users.
        tie_break: of equal scores those come first whose number here is higher, shape (items,).
        allowed: which items may stand in the lists, shape (items,); None for all.
    """
    n_users, n_items = len(users), len(items)
    best = np.full((n_users, k), NEVER, dtype=np.float32)
    found = np.full((n_users, k), NO_ITEM, dtype=np.int64)
    size = max(TILE, CELLS // max(n_users, 1))
    tile = np.empty((n_users, min(size, n_items)), dtype=np.float32)
    may = np.ones(n_items, dtype=np.bool_) if allowed is None else allowed
    for first in range(0, n_items if k else 0, size):
        part = items[first : first + size]
        if len(part) < tile.shape[1]:
            tile = np.empty((n_users, len(part)), dtype=np.float32)
        np.matmul(users, part.T, out=tile)
        _keep_best(
            tile, first, (histories.indptr, histories.items), (tie_break, may), (best, found)
        )
    order = np.lexsort((-tie_break[found], -best), axis=1)
    ranked = np.take_along_axis(found, order, axis=1)
    scores = np.take_along_axis(best, order, axis=1)
    scores[ranked == NO_ITEM] = -np.inf
    return Rankings(ranked, scores)


@compiled(types.float32, types.int64, types.float32, types.int64, STARTS)
def _is_before(score: Any, item: Any, other: Any, other_item: Any, tie_break: Any) -> Any:
    return score > other or (score == other and tie_break[item] > tie_break[other_item])


@compiled(OUT, OUT_ITEMS, types.float32, types.int64, STARTS)
def _replace_last(best: Any, found: Any, score: Any, item: Any, tie_break: Any) -> None:
    """Put an item into a heap in place of the last one of the list, which is on top."""
    place, below = 0, 1
    while below < len(best):
        other = below + 1
        if other < len(best) and _is_before(
            best[below], found[below], best[other], found[other], tie_break
        ):
            below = other
        if not _is_before(score, item, best[below], found[below], tie_break):
            break
        best[place], found[place] = best[below], found[below]
        place, below = below, 2 * below + 1
    best[place], found[place] = score, item


@compiled(
    OUT_TABLE,
    types.int64,
    types.Tuple((STARTS, STARTS)),
    types.Tuple((STARTS, FLAGS)),
    types.Tuple((OUT_TABLE, types.int64[:, ::1])),
)
def _keep_best(tile: Any, first: Any, histories: Any, rules: Any, lists: Any) -> None:
    """Look through a tile of scores, whose first column is that of the item `first`."""
    indptr, chosen = histories
    tie_break, allowed = rules
    for row in range(len(tile)):
        scores, best, found = tile[row], lists[0][row], lists[1][row]
        for event in range(indptr[row], indptr[row + 1]):
            place = chosen[event] - first
            if 0 <= place < len(scores):
                scores[place] = NEVER
        for at in range(0, len(scores), CHUNK):
            part, last, any_better = scores[at : at + CHUNK], best[0], False
            for column in range(len(part)):
                any_better |= part[column] >= last
            if not any_better:
                continue
            for column in range(len(part)):
                score, item = part[column], first + at + column
                if (
                    score > NEVER
                    and allowed[item]
                    and _is_before(score, item, best[0], found[0], tie_break)
                ):
                    _replace_last(best, found, score, item, tie_break)
