"""Hubness: whether a few texts are among everybody's nearest, and many among nobody's.

Source: Radovanović et al. 2010, "Hubs in space: popular nearest neighbors in high-dimensional
data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Integers


def skewness(occurrences: Integers) -> float:
    """Skewness of how often texts occur among others' nearest; 0 is even, over 2 is a lot.

    NaN where all occur equally often.
    """
    counts = occurrences.astype(np.float64)
    return float(skewness_of(np.stack([counts, counts**2, counts**3], axis=1).mean(axis=0)))


def skewness_of(moments: Doubles) -> Doubles:
    """Give the skewness from the first three moments about nought, in the last axis."""
    first, second, third = np.moveaxis(moments, -1, 0)
    variance = second - first**2
    centred = third - 3 * first * second + 2 * first**3
    spread = variance > 1e-12
    scale = np.where(spread, variance, 1.0) ** 1.5
    return np.asarray(centred / np.where(spread, scale, np.nan), dtype=np.float64)


def anti_hubs(occurrences: Integers) -> Doubles:
    """Say of each text whether it is among nobody's nearest: 1 or 0."""
    return np.asarray(occurrences == 0, dtype=np.float64)
