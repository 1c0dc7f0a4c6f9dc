"""Intervals by the bootstrap over users: of a mean, and of a paired difference of means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from polyrec.core.types import Booleans, Doubles


MAX_CELLS = 20_000_000
"""Resamples x users that are held in memory at a time."""


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
    values: Doubles, *, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
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
    table, known = _known(values)
    n_users = int(known.any(axis=0).sum())
    if n_users == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    sums, counts = _resampled(table, known, n_resamples=n_resamples, seed=seed)
    means = sums[counts > 0] / counts[counts > 0]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(table.sum() / known.sum()), float(low), float(high), n_users)


@dataclass(frozen=True)
class Tested(Interval):
    """A mean with its interval, held against 0.

    Attributes:
        p: two-sided p-value: twice the share of resamples on the other side of 0, or at it.
    """

    p: float


def compared_with_zero(
    columns: Sequence[Doubles], *, level: float = 0.95, n_resamples: int = 10_000, seed: int = 0
) -> list[Tested]:
    """Give the means of many columns as `mean_interval` does, each tested for being 0.

    All columns are resampled alike, many at a time, so that thousands take seconds where the users
    are few; memory stays within `MAX_CELLS` doubles a few times over, however many users there are.

    Args:
        columns: each of the same shape, (users,) or (draws, users); NaN is left out. For paired
            differences give the differences.
        level: coverage of the intervals.
        n_resamples: how many resamples; no p-value is below 2 / (n_resamples + 1).
        seed: draws the resamples.
    """
    if not len(columns):
        return []
    n_draws, n_users = np.atleast_2d(columns[0]).shape
    at_once = max(MAX_CELLS // (2 * n_draws * max(n_users, n_resamples, 1)), 1)
    found: list[Tested] = []
    for start in range(0, len(columns), at_once):
        tables = [_known(column) for column in columns[start : start + at_once]]
        both = np.stack([each for table in tables for each in table], axis=2, dtype=np.float64)
        sums = _sums_over_both(both, n_resamples=n_resamples, seed=seed)
        found += [
            _tested(*table, sums[:, 2 * i], sums[:, 2 * i + 1], level)
            for i, table in enumerate(tables)
        ]
    return found


def _tested(
    table: Doubles, known: Booleans, sums: Doubles, counts: Doubles, level: float
) -> Tested:
    n_users = int(known.any(axis=0).sum())
    if n_users == 0:
        return Tested(np.nan, np.nan, np.nan, 0, np.nan)
    means = sums[counts > 0] / counts[counts > 0]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    beyond = min(np.count_nonzero(means <= 0), np.count_nonzero(means >= 0))
    p = float(min(2 * (beyond + 1) / (len(means) + 1), 1.0))
    return Tested(float(table.sum() / known.sum()), float(low), float(high), n_users, p)


def ratio_interval(
    parts: Doubles, wholes: Doubles, *, level: float = 0.95, n_resamples: int = 1000, seed: int = 0
) -> Interval:
    """Give mean(parts) / mean(wholes) over users, and its percentile-bootstrap interval.

    Both are resampled together, so what they share cancels.

    Args:
        parts: one value per user, or (draws, users), as in `mean_interval`.
        wholes: the same users and draws; where either is NaN the other does not count.
        level: coverage of the interval.
        n_resamples: how many resamples; those whose whole is 0 are left out.
        seed: draws the resamples.
    """
    parts, wholes = np.atleast_2d(parts), np.atleast_2d(wholes)
    missing = np.isnan(parts) | np.isnan(wholes)
    top, known = _known(np.where(missing, np.nan, parts))
    bottom, _ = _known(np.where(missing, np.nan, wholes))
    n_users = int(known.any(axis=0).sum())
    if n_users == 0 or not bottom.sum():
        return Interval(np.nan, np.nan, np.nan, n_users)
    over, _ = _resampled(top, known, n_resamples=n_resamples, seed=seed)
    under, _ = _resampled(bottom, known, n_resamples=n_resamples, seed=seed)
    if not under.any():
        return Interval(float(top.sum() / bottom.sum()), np.nan, np.nan, n_users)
    ratios = over[under != 0] / under[under != 0]
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(top.sum() / bottom.sum()), float(low), float(high), n_users)


def function_interval(
    columns: Doubles,
    function: Callable[[Doubles], Doubles],
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Interval:
    """Give a function of column means, and its percentile-bootstrap interval over users.

    Args:
        columns: shape (users, columns), or (draws, users, columns), where users and draws are both
            resampled as in `mean_interval`; without NaN.
        function: takes means, shape (..., columns), and gives shape (...); resamples for which it
            gives NaN are left out.
        level: coverage of the interval.
        n_resamples: how many resamples.
        seed: draws the resamples.
    """
    table = np.asarray(columns, dtype=np.float64)
    table = table[None] if table.ndim == 2 else table
    n_draws, n_users, _ = table.shape
    if not n_users:
        return Interval(np.nan, np.nan, np.nan, 0)
    sums = _sums_over_both(table, n_resamples=n_resamples, seed=seed)
    values = function(sums / (n_draws * n_users))
    known = values[~np.isnan(values)]
    ends = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if len(known) else [np.nan] * 2
    value = float(function(table.mean(axis=(0, 1))))
    return Interval(value, float(ends[0]), float(ends[1]), n_users)


def _known(values: Doubles) -> tuple[Doubles, Booleans]:
    """Give values with 0 for NaN, and which are known, both of shape (draws, users)."""
    table = np.atleast_2d(np.asarray(values, dtype=np.float64))
    known = ~np.isnan(table)
    return np.where(known, table, 0.0), known


def _resampled(
    table: Doubles, known: Booleans, *, n_resamples: int, seed: int
) -> tuple[Doubles, Doubles]:
    """Sum values and count known ones in resamples of users and of draws, shape (resamples,)."""
    both = np.stack([table, known], axis=2)
    sums, counts = _sums_over_both(both, n_resamples=n_resamples, seed=seed).T
    return sums, counts


def _sums_over_both(table: Doubles, *, n_resamples: int, seed: int) -> Doubles:
    """Sum columns, shape (draws, users, columns), over resamples of both: (resamples, columns)."""
    n_draws, n_users, n_columns = table.shape
    columns = table.transpose(1, 2, 0).reshape(n_users, n_columns * n_draws)
    by_user = _sums_over_users(columns, n_resamples=n_resamples, seed=seed)
    rng = np.random.default_rng([seed, n_draws])
    by_draw = rng.multinomial(n_draws, np.full(n_draws, 1 / n_draws), size=n_resamples)
    split = by_user.reshape(n_resamples, n_columns, n_draws)
    return np.asarray((split * by_draw[:, None, :]).sum(axis=2))


def _sums_over_users(columns: Doubles, *, n_resamples: int, seed: int) -> Doubles:
    """Sum columns, shape (users, columns), over resamples of users: (resamples, columns)."""
    n_users = len(columns)
    if n_users * n_resamples <= MAX_CELLS:
        return np.asarray(_times_drawn(n_users, n_resamples, seed) @ columns)
    size = max(MAX_CELLS // n_users, 1)
    blocks = [
        _draw(n_users, min(size, n_resamples - start), (seed, start)) @ columns
        for start in range(0, n_resamples, size)
    ]
    return np.concatenate(blocks)


@lru_cache(maxsize=4)
def _times_drawn(n_users: int, n_resamples: int, seed: int) -> Doubles:
    """Keep the draws for the next call: a report asks for thousands of intervals."""
    return _draw(n_users, n_resamples, (seed, 0))


def _draw(n_users: int, n_resamples: int, seed: tuple[int, int]) -> Doubles:
    """Say how often each resample has each user, shape (resamples, users)."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_users, np.full(n_users, 1 / n_users), size=n_resamples)
    return drawn.astype(np.float64)
