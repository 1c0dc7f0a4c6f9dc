"""Slices: which of the test interactions count, by item or by user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Histories

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.core.types import Booleans, Strings

MIN_ITEMS = 50
"""A language is a slice of its own if the catalog has at least this many items in it."""

LENGTHS = ((0, 0), (1, 4), (5, 9), (10, 19), (20, 49), (50, None))


def slices(
    train: Histories, test: Histories, languages: Strings
) -> Iterator[tuple[str, Histories]]:
    """Give each slice's name and the test interactions that count in it, for the same users.

    `unseen-item` are items that nobody has in train; `cross-language` are test items in a language
    in which the user has no item in train; `history:5-9` are users with so many items in train.

    Args:
        train: what the models learned from.
        test: what was held out.
        languages: the language each item is shown in, shape (items,).
    """
    yield "all", test
    seen = np.bincount(train.items, minlength=train.n_items) > 0
    yield "seen-item", _only(test, seen[test.items])
    yield "unseen-item", _only(test, ~seen[test.items])
    yield "cross-language", _only(test, cross_language(train, test, languages))
    user = test.users
    for low, high in LENGTHS:
        chosen = (train.lengths >= low) & (train.lengths <= (np.inf if high is None else high))
        if chosen.any():
            name = f"{low}+" if high is None else f"{low}-{high}" if high != low else f"{low}"
            yield f"history:{name}", _only(test, chosen[user])
    for tag in frequent_languages(languages):
        yield f"language:{tag}", _only(test, languages[test.items] == tag)


def frequent_languages(languages: Strings) -> list[str]:
    """List the languages of at least `MIN_ITEMS` items, those with most items first."""
    tags, counts = np.unique(languages, return_counts=True)
    order = np.lexsort((tags, -counts))
    return [str(tags[i]) for i in order if counts[i] >= MIN_ITEMS]


def cross_language(train: Histories, test: Histories, languages: Strings) -> Booleans:
    """Say of each test interaction whether its item's language is new to the user's history."""
    tags, code = np.unique(languages, return_inverse=True)
    known = np.zeros((len(train), len(tags)), dtype=np.bool_)
    known[train.users, code[train.items]] = True
    user = test.users
    return np.asarray(~known[user, code[test.items]])


def _only(histories: Histories, keep: Booleans) -> Histories:
    """Keep some events; users stay, some of them empty."""
    user = histories.users
    counts = np.bincount(user[keep], minlength=len(histories))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items, weights = histories.items[keep], histories.weights[keep]
    return Histories(indptr, items, weights, histories.n_items)
