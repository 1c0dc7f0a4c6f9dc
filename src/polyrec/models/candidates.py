"""Candidates: the few items worth a closer look, the best of each of several recommenders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.core.types import Booleans
    from polyrec.models.scales import Standing


def candidates(standings: Iterable[Standing], depth: int) -> Booleans:
    """Say which items are among the first `depth` of any recommender, shape (users, items).

    Items of score 0 are none, as nothing speaks for them. Of equal scores around the last place all
    are in or none, so nothing is drawn; lists may be a little shorter or longer than `depth`.
    """
    among = [each.speaks & (each.places <= depth) for each in standings]
    return np.asarray(np.any(among, axis=0))
