"""Several tests together: p-values corrected so that one false alarm among all stays rare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles


def holm(p_values: Doubles) -> Doubles:
    """Correct the p-values of a family of tests, step by step from the smallest.

    The chance of any false alarm in the family is then at most the level that a corrected value is
    held against, whatever the tests have to do with each other. NaN, a test that was not made,
    stays NaN and does not count. Source: Holm 1979.
    """
    given = np.asarray(p_values, dtype=np.float64)
    made = np.flatnonzero(~np.isnan(given))
    order = made[np.argsort(given[made], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    corrected = np.full(given.shape, np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return corrected
