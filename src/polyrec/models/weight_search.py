"""Choosing weights on grids: a climb that changes one weight after the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from polyrec.core.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Weights = dict[str, float]

MAX_ROUNDS = 2
MIN_GAIN = 1e-4


def climb(
    quality: Callable[[Weights], float],
    start: Mapping[str, float],
    grids: Mapping[str, tuple[float, ...]],
) -> Weights:
    """Find weights of high quality, from a start, by steps up or down each weight's grid in turn.

    Each weight walks as long as the next step of its grid is better; rounds over all weights end
    when one brings less than `MIN_GAIN`, at the latest after `MAX_ROUNDS`. Finds a local optimum;
    draws nothing.

    Args:
        quality: higher is better; NaN is worse than anything.
        start: a value for every weight; for those in `grids` one of the grid's.
        grids: the values that each free weight may take, in order of size.
    """

    def known(weights: Weights) -> float:
        found = quality(weights)
        return -math.inf if math.isnan(found) else found

    best, best_quality = dict(start), known(dict(start))
    with progress("choosing weights", MAX_ROUNDS * len(grids), unit="steps") as advance:
        for rounds_left in reversed(range(MAX_ROUNDS)):
            before = best_quality
            for name, grid in grids.items():
                best, best_quality = _walk(known, best, best_quality, name=name, grid=grid)
                advance(1)
            if best_quality <= before or best_quality - before < MIN_GAIN:
                advance(rounds_left * len(grids))  # nothing is left to do
                break
    return best


def _walk(
    quality: Callable[[Weights], float],
    best: Weights,
    best_quality: float,
    *,
    name: str,
    grid: tuple[float, ...],
) -> tuple[Weights, float]:
    """Walk one weight up its grid as long as it helps, else down."""
    for step in (1, -1):
        moved = False
        while 0 <= (place := grid.index(best[name]) + step) < len(grid):
            tried = {**best, name: grid[place]}
            reached = quality(tried)
            if reached <= best_quality:
                break
            best, best_quality, moved = tried, reached, True
        if moved:
            break
    return best, best_quality
