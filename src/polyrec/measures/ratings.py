"""How far predicted stars are from those that were given: RMSE and MAE, in stars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Integers


def rmse(predicted: Floats, given: Floats) -> float:
    """Give the root of the mean squared error of ratings, shape (ratings,); NaN of none."""
    errors = _errors(predicted, given)
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else np.nan


def mae(predicted: Floats, given: Floats) -> float:
    """Give the mean absolute error of ratings, shape (ratings,); NaN of none."""
    errors = _errors(predicted, given)
    return float(np.mean(np.abs(errors))) if len(errors) else np.nan


def errors_per_user(predicted: Floats, given: Floats, users: Integers) -> Doubles:
    """Sum errors by user, so that users can be resampled: `bootstrap.function_interval` takes it.

    Args:
        predicted: stars, shape (ratings,).
        given: stars, shape (ratings,).
        users: who gave each, shape (ratings,).

    Returns:
        Squared errors, absolute errors and ratings of each user who gave any, shape (users, 3).
    """
    errors = _errors(predicted, given)
    _, place = np.unique(users, return_inverse=True)
    columns = [np.bincount(place, weights=w) for w in (errors**2, np.abs(errors))]
    return np.stack([*columns, np.bincount(place)], axis=1).astype(np.float64)


def rmse_of(means: Doubles) -> Doubles:
    """Give the RMSE from means, or sums, of what `errors_per_user` gives, shape (..., 3)."""
    return np.asarray(np.sqrt(means[..., 0] / means[..., 2]))


def mae_of(means: Doubles) -> Doubles:
    """Give the MAE from means, or sums, of what `errors_per_user` gives, shape (..., 3)."""
    return np.asarray(means[..., 1] / means[..., 2])


def _errors(predicted: Floats, given: Floats) -> Doubles:
    return predicted.astype(np.float64) - given
