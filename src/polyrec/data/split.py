"""Which interactions are held out for test: masks over interactions, true for test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import Booleans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Strings
    from polyrec.data.interactions import Interactions

Mask = Booleans


def random_split(interactions: Interactions, n_items: int, *, test_share: float, seed: int) -> Mask:
    """Hold out a share of each user's interactions, rounded; who has one keeps it."""
    del n_items
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(interactions)), interactions.user))
    counts = np.bincount(interactions.user, minlength=len(interactions.users))
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, counts)
    n_test = np.minimum(np.round(counts * test_share), np.maximum(counts - 1, 0))
    mask = np.zeros(len(order), dtype=np.bool_)
    mask[order] = place < np.repeat(n_test, counts)
    return mask


def cold_items_split(
    interactions: Interactions, n_items: int, *, test_share: float, seed: int
) -> Mask:
    """Hold out every interaction of a share of the items, as if they were new."""
    n_cold = round(n_items * test_share)
    cold = np.random.default_rng(seed).permutation(n_items)[:n_cold]
    return np.isin(interactions.item, cold)


def time_split(interactions: Interactions, n_items: int, *, test_share: float, seed: int) -> Mask:
    """Hold out everything after the one moment that leaves `test_share` behind it.

    Events of that very moment stay in train, so that nothing in train is later than any test event.

    Raises:
        DataError: the interactions have no times, or all the same.
    """
    del n_items, seed
    if interactions.time is None:
        raise DataError("the interactions have no times", hint="use the split 'random'")
    moment = np.quantile(interactions.time, 1 - test_share)
    mask: Mask = interactions.time > moment
    if not mask.any():
        raise DataError(
            "all the latest interactions have the same time", hint="use the split 'random'"
        )
    return mask


def item_folds(n_items: int, *, n_folds: int, seed: int) -> Iterator[Mask]:
    """Part items evenly into folds: masks over items, each item in one of them."""
    fold = np.random.default_rng(seed).permutation(n_items) % n_folds
    for number in range(n_folds):
        yield fold == number


def items_in(languages: Strings, language: str) -> Mask:
    """Say which items are shown in exactly this language."""
    return np.asarray(languages == language)


SPLITS = {"random": random_split, "cold-items": cold_items_split, "time": time_split}
