"""Who is shown: how much of the catalog, how evenly, and which languages to which reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM, Doubles, Strings

if TYPE_CHECKING:
    from polyrec.core.types import Histories, Rankings


def coverage(rankings: Rankings, n_items: int) -> float:
    """Share of all items that stand in at least one list; 0 for an empty catalog."""
    shown = np.unique(rankings.items[rankings.items != NO_ITEM])
    return len(shown) / n_items if n_items else 0.0


def gini(rankings: Rankings, n_items: int) -> float:
    """Gini coefficient of how often each item of the catalog is shown, in whole lists.

    0 where all are shown equally often, 1 - 1 / n_items where one has all places; NaN where nothing
    is shown.
    """
    counts = np.sort(np.bincount(rankings.items[rankings.items != NO_ITEM], minlength=n_items))
    n, total = len(counts), counts.sum()
    if not total:
        return float("nan")
    return float((2 * np.arange(1, n + 1) - n - 1) @ counts / (n * total))


def same_language(rankings: Rankings, histories: Histories, languages: Strings) -> Doubles:
    """Share of each list's items that are in the main language of the user's history.

    Returns:
        Shape (users,); NaN for an empty list or history. Hold it against `same_language_pool`.
    """
    main = main_languages(histories, languages)
    filled = rankings.items != NO_ITEM
    same = (languages[rankings.items] == main[:, None]) & filled
    known = (filled.sum(axis=1) > 0) & (main != "")
    shares: Doubles = np.full(len(main), np.nan)
    np.divide(same.sum(axis=1), filled.sum(axis=1), out=shares, where=known)
    return shares


def same_language_pool(histories: Histories, languages: Strings) -> Doubles:
    """Share of the catalog that is in the main language of each user's history, shape (users,).

    This is what a list drawn blindly from the catalog would show; NaN for an empty history.
    """
    tags, counts = np.unique(languages, return_counts=True)
    share = dict(zip(tags.tolist(), (counts / counts.sum()).tolist(), strict=True))
    return np.array([share.get(tag, np.nan) for tag in main_languages(histories, languages)])


def main_languages(histories: Histories, languages: Strings) -> Strings:
    """Give the language that most items of each history are in; empty for an empty history.

    Ties go to the language that comes first by tag.
    """
    if not len(languages):
        return np.full(len(histories), "")
    tags, code = np.unique(languages, return_inverse=True)
    users = histories.users
    counts = np.zeros((len(histories), len(tags)), dtype=np.int64)
    np.add.at(counts, (users, code[histories.items]), 1)
    return np.where(histories.lengths > 0, tags[counts.argmax(axis=1)], "")


def exposure_map(
    rankings: Rankings, histories: Histories, languages: Strings
) -> tuple[Strings, Doubles]:
    """Count who is shown what: main language of the history (rows) x language shown (columns).

    Returns:
        The languages in order of their share in the catalog, largest first, and the share of
        each row's places that each language gets, shape (languages, languages); a row without
        users is NaN.
    """
    tags, counts = np.unique(languages, return_counts=True)
    tags = tags[np.lexsort((tags, -counts))]
    place = {tag: i for i, tag in enumerate(tags.tolist())}
    main = main_languages(histories, languages)
    table = np.zeros((len(tags), len(tags)))
    for row, items in zip(main.tolist(), rankings.items, strict=True):
        if row:
            for tag in languages[items[items != NO_ITEM]].tolist():
                table[place[row], place[tag]] += 1
    sums = table.sum(axis=1, keepdims=True)
    return tags, np.divide(table, sums, out=np.full_like(table, np.nan), where=sums > 0)
