"""Intervals by the bootstrap over users: of a mean, and of a paired difference of means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles


@dataclass(frozen=True)
class Interval:
    """A mean with its interval.

    Attributes:
        value: the mean.
        low: lower end.
        high: upper end.
        n: how many users it rests on.
    """

    value: float
    low: float
    high: float
    n: int


def mean_interval(
    values: Doubles, *, level: float = 0.95, n_resamples: int = 2000, seed: int = 0
) -> Interval:
    """Give the mean of one value per user, and its percentile-bootstrap interval over users.

    Args:
        values: shape (users,), or (draws, users) for repeated draws (text or split seeds) of the
            same users: users and draws are then both resampled, so that the interval holds what
            the draw adds. NaN is left out. For a paired difference give the differences.
        level: coverage of the interval.
        n_resamples: how many resamples.
        seed: draws the resamples.

    Returns:
        NaN throughout for no values. Source: Efron and Tibshirani 1993; two-way resampling as in
        Owen 2007, "The pigeonhole bootstrap".
    """
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    known = ~np.isnan(table)
    users = known.any(axis=0)
    table, known = np.where(known, table, 0.0)[:, users], known[:, users]
    n_draws, n_users = table.shape
    if n_users == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    rng = np.random.default_rng(seed)
    by_user = rng.multinomial(n_users, np.full(n_users, 1 / n_users), size=n_resamples)
    by_draw = rng.multinomial(n_draws, np.full(n_draws, 1 / n_draws), size=n_resamples)
    sums = ((by_user @ table.T) * by_draw).sum(axis=1)
    counts = ((by_user @ known.T) * by_draw).sum(axis=1)
    means = sums[counts > 0] / counts[counts > 0]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(table.sum() / known.sum()), float(low), float(high), n_users)
