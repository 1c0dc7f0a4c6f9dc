"""What is refused so that figures stay true: tests that the training has seen, and samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError, DataError

if TYPE_CHECKING:
    from typing import NoReturn

    from polyrec.core.types import Histories, IdMap, Integers
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset


def check_apart(train: Dataset, test: Dataset) -> None:
    """Refuse two sides of a split that share what they must not.

    Args:
        train: what models learn from.
        test: what they are measured on; same users and catalog, as `Dataset.split` gives.

    Raises:
        DataError: a choice stands on both sides, or a user has a work on both.
    """
    check_pairs(train.histories, test.histories, train.catalog.ids)
    check_works(train.histories, test.histories, train.catalog)


def check_pairs(train: Histories, test: Histories, ids: IdMap | None = None) -> None:
    """Refuse a test that holds choices which were learned from.

    Users are not named: a message must not tell one who the others are.

    Args:
        train: what each user's training holds.
        test: what each user's test holds, in the same order.
        ids: of the items, for the message.

    Raises:
        DataError: some user has an item on both sides.
    """
    both = np.isin(_keys(test, test.items), _keys(train, train.items))
    if both.any():
        item = int(test.items[np.argmax(both)])
        named = f"item {item}" if ids is None else f"item {ids.names[item]!r}"
        raise DataError(
            f"{both.sum():,} of {counted(len(both), 'test interaction')} stand in the training "
            f"data too, such as one with {named}",
            hint="learn from one side of Dataset.split, and test on the other",
        )


def check_works(train: Histories, test: Histories, catalog: Catalog) -> None:
    """Refuse a test of works that the same users have in training, in another version.

    A translation lies so near to its original that any model which reads texts finds it: the
    figures would say how well translations are found, not what people like.

    Raises:
        DataError: some user has versions of one work on both sides.
    """
    if not catalog.names_works:
        return
    works = catalog.works
    known, asked = _keys(train, works[train.items]), _keys(test, works[test.items])
    both = np.isin(asked, known)
    if both.any():
        place = int(np.argmax(both))
        there, here = int(train.items[np.argmax(known == asked[place])]), int(test.items[place])
        work = catalog.attributes["work"][here]
        names = catalog.ids.names
        raise DataError(
            f"{counted(int(both.sum()), 'test interaction')} with a work of which the same user "
            f"has another version in training, such as work {work!r}: {names[there]!r} in "
            f"training, {names[here]!r} in test",
            hint="part the data with Dataset.split, which keeps the versions of a work together",
        )


def _keys(histories: Histories, what: Integers) -> Integers:
    """Number pairs of users and items, or works."""
    user = histories.users
    return np.asarray(user * histories.n_items + what)


def refuse_sampling() -> NoReturn:
    """Refuse to rank test items among a few sampled others.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(
        "negatives are not sampled here: among a few sampled items nearly any model looks good, "
        "and models change places (Krichene and Rendle 2020, On Sampled Metrics for Item "
        "Recommendation)",
        hint="leave the option out: every item is ranked",
    )
