"""How lists are beside being right: how little known their items are, and how unlike each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM

if TYPE_CHECKING:
    from polyrec.core.types import Doubles, Floats, Histories, Rankings

BLOCK = 256


def novelty(rankings: Rankings, histories: Histories) -> Doubles:
    """Mean self-information of each list's items, in bits: -log2(share of users who have it).

    An item that nobody has counts as if one user had it, so the most there can be is log2(users).

    Args:
        rankings: the lists.
        histories: those of all users of the training data; users who have nothing do not count.

    Returns:
        Shape (lists,); NaN for an empty list. Source: Castells, Hurley and Vargas 2015, "Novelty
        and diversity in recommender systems".
    """
    n_users = max(int((histories.lengths > 0).sum()), 1)
    having = np.bincount(histories.items, minlength=histories.n_items)
    bits = np.append(np.log2(n_users / np.maximum(having, 1)), 0.0)  # the last for empty places
    filled = rankings.items != NO_ITEM
    values: Doubles = np.full(len(rankings), np.nan)
    total = bits[np.where(filled, rankings.items, histories.n_items)].sum(axis=1)
    np.divide(total, filled.sum(axis=1), out=values, where=filled.any(axis=1))
    return values


def diversity(rankings: Rankings, vectors: Floats) -> Doubles:
    """Intra-list diversity: 1 - mean cosine over all pairs of a list's items.

    Args:
        rankings: the lists.
        vectors: one unit row per item, shape (items, dim); a row of zeros is like nothing.

    Returns:
        Shape (lists,); NaN for lists of fewer than two items. Source: Ziegler et al. 2005,
        "Improving recommendation lists through topic diversification".
    """
    values: Doubles = np.full(len(rankings), np.nan)
    for start in range(0, len(rankings), BLOCK):
        items = rankings.items[start : start + BLOCK]
        filled = items != NO_ITEM
        rows = vectors[items].astype(np.float32, copy=False) * filled[:, :, None]
        # the square of the sum holds each pair twice, and each item with itself
        own = np.einsum("ukd,ukd->u", rows, rows)
        total = (rows.sum(axis=1) ** 2).sum(axis=1)
        n = filled.sum(axis=1)
        pairs = n * (n - 1)
        block = values[start : start + BLOCK]
        np.divide(total - own, pairs, out=block, where=pairs > 0)
    return 1 - values
