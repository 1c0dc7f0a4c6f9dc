"""The gap between the language that is served best and the one that is served worst."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.measures.bootstrap import Interval, function_interval

if TYPE_CHECKING:
    from polyrec.core.types import Doubles

MIN_USERS = 30
"""A language counts if at least so many users have a value in it."""


def language_gap(values: Doubles) -> Interval:
    """Give the largest mean of a language less the smallest, and its bootstrap interval over users.

    Chance alone makes some gap, and resampling some more: it is no test of whether there is one.

    Args:
        values: one value per language, draw and user, shape (languages, draws, users); NaN where a
            user has none. Draws are resampled as in `mean_interval`.

    Returns:
        NaN where fewer than two languages have `MIN_USERS` users.
    """
    known = ~np.isnan(values)
    enough = known.any(axis=1).sum(axis=1) >= MIN_USERS
    values, known = values[enough], known[enough]
    n_users = int(known.any(axis=(0, 1)).sum())
    if len(values) < 2:
        return Interval(np.nan, np.nan, np.nan, n_users)
    # all users stay, so that the draws of resamples are those of every other measure
    sums = np.where(known, values, 0.0)
    columns = np.concatenate([sums, known]).transpose(1, 2, 0)
    return replace(function_interval(columns, _gap), n=n_users)


def _gap(means: Doubles) -> Doubles:
    """Give the gap from means of values (NaN as 0) and shares of known ones, by language."""
    sums, known = np.split(means, 2, axis=-1)
    by_language = np.divide(sums, known, out=np.full_like(sums, np.nan), where=known > 0)
    return np.asarray(by_language.max(axis=-1) - by_language.min(axis=-1))
