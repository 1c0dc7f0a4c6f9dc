"""Which interactions are held out for test: masks over interactions, true for test.

Where items name the work that they are a version of, what is drawn is works: a translation of what
a user has in train is no test of whether they would choose it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import Booleans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from polyrec.core.types import Integers, Strings
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


def cold_items(n_items: int, *, test_share: float, seed: int) -> Booleans:
    """Draw the items that are held out as if they were new, shape (items,)."""
    n_cold = round(n_items * test_share)
    cold = np.zeros(n_items, dtype=np.bool_)
    cold[np.random.default_rng(seed).permutation(n_items)[:n_cold]] = True
    return cold


def cold_items_split(
    interactions: Interactions, n_items: int, *, test_share: float, seed: int
) -> Mask:
    """Hold out every interaction of a share of the items, as if they were new."""
    return cold_items(n_items, test_share=test_share, seed=seed)[interactions.item]


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


SPLITS: dict[str, Callable[..., Mask]] = {
    "random": random_split,
    "cold-items": cold_items_split,
    "time": time_split,
}


def split_works(
    name: str, interactions: Interactions, works: Integers, *, test_share: float, seed: int
) -> tuple[Mask, Mask]:
    """Split so that no user has versions of one work on both sides.

    `random` parts each user's works, and `cold-items` draws works: all versions of one are on the
    same side. `time` leaves the side to the moment of each choice; a test interaction whose work
    the user has in train is then dropped, as to choose it again tells nothing new and to move it
    into train would tell the future.

    Args:
        name: of the split.
        interactions: what is parted.
        works: which work each item is a version of, shape (items,).
        test_share: share of interactions, of works (`cold-items`), for test.
        seed: draws the test part.

    Returns:
        What is in train, and what in test. Works that are all different split as items do.
    """
    n_works = int(works.max(initial=-1)) + 1
    key = interactions.user * n_works + works[interactions.item]
    if name == "time":
        test = time_split(interactions, len(works), test_share=test_share, seed=seed)
        return ~test, test & ~np.isin(key, key[~test])
    # each user's works once, in the order in which they come
    _, first, unit = np.unique(key, return_index=True, return_inverse=True)
    kept = np.zeros(len(key), dtype=np.bool_)
    kept[first] = True
    place = np.cumsum(kept) - 1
    of_works = replace(interactions, item=works[interactions.item]).where(kept)
    drawn = SPLITS[name](of_works, n_works, test_share=test_share, seed=seed)
    test = drawn[place[first]][unit]
    return ~test, test


def item_folds(n_items: int, *, n_folds: int, seed: int) -> Iterator[Mask]:
    """Part items evenly into folds: masks over items, each item in one of them."""
    fold = np.random.default_rng(seed).permutation(n_items) % n_folds
    for number in range(n_folds):
        yield fold == number


def items_in(languages: Strings, language: str) -> Mask:
    """Say which items are shown in exactly this language."""
    return np.asarray(languages == language)
