"""A made world of any size: languages, clusters of taste, popularity by Zipf's law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.format import open_memmap

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.core.types import Floats, Integers

LANGUAGES = ("en", "de", "fr", "es", "ja", "zh", "ru", "pt", "it", "pl", "ko", "tr")
CLUSTERS, OWN_CLUSTERS = 200, 3
IN_CLUSTER, IN_LANGUAGE = 0.6, 0.9
"""Shares of choices within the user's own clusters, and within their language at all."""

FADE = 0.8
"""An item of rank r is chosen in proportion to r to the power of minus this."""

BLOCK = 20_000
SPARE = 1.7
"""So many choices are drawn for each that is wanted: what is drawn twice counts once."""

ASKED = 10_000
"""Of so many users one choice is held out, to see whether it is found."""


@dataclass(frozen=True)
class Items:
    """Items in the order of their number: which language and cluster, and a unit vector each."""

    language: Integers
    cluster: Integers
    vectors: Floats


def make(folder: Path, *, users: int, items: int, interactions: int, dim: int, seed: int) -> int:
    """Write the world to a folder, block by block, and say how many interactions it has.

    Files: `indptr.npy`, `items.npy`, `vectors.npy`, `language.npy`, and `held.npy`, the items that
    the first users chose as well. A user has a language and three clusters; most choices are
    within them, in proportion to popularity.
    """
    rng = np.random.default_rng(seed)
    made = _items(items, dim, rng)
    np.save(folder / "vectors.npy", made.vectors)
    np.save(folder / "language.npy", made.language)
    # items by language, cluster within it: what a user may choose from are stretches of this order
    order = np.lexsort((made.cluster, made.language))
    popularity = (1.0 + rng.permutation(items)) ** -FADE
    until = np.concatenate([[0.0], np.cumsum(popularity[order])])
    group = (made.language * CLUSTERS + made.cluster)[order]
    edges = np.searchsorted(group, np.arange(len(LANGUAGES) * CLUSTERS + 1))
    lengths = _lengths(users, interactions, rng)
    chosen = open_memmap(folder / "all.npy", "w+", np.int32, (int(lengths.sum()),))
    indptr, filled = np.zeros(users + 1, dtype=np.int64), 0
    held = np.full(min(ASKED, users), -1, dtype=np.int64)
    for first in range(0, users, BLOCK):
        wanted = lengths[first : first + BLOCK]
        user, place = _drawn(wanted, until, edges, rng)
        item = order[place]
        asked = np.flatnonzero(first + np.arange(len(wanted)) < len(held))
        starts = np.searchsorted(user, asked)
        held[first + asked] = item[starts]
        item, user = np.delete(item, starts), np.delete(user, starts)
        chosen[filled : filled + len(item)] = item
        counts = np.bincount(user, minlength=len(wanted))
        indptr[first + 1 : first + 1 + len(wanted)] = filled + np.cumsum(counts)
        filled += len(item)
    np.save(folder / "items.npy", chosen[:filled])
    (folder / "all.npy").unlink()
    np.save(folder / "indptr.npy", indptr)
    np.save(folder / "held.npy", held)
    return filled


def _items(n_items: int, dim: int, rng: np.random.Generator) -> Items:
    """Draw items whose vectors are near their cluster's, and a little near their language's."""
    share = 1 / np.arange(1, len(LANGUAGES) + 1)
    language = rng.choice(len(LANGUAGES), n_items, p=share / share.sum())
    cluster = rng.integers(0, CLUSTERS, n_items)
    centres, offsets = (rng.standard_normal((n, dim)) for n in (CLUSTERS, len(LANGUAGES)))
    vectors = rng.standard_normal((n_items, dim), dtype=np.float32)
    vectors += centres[cluster].astype(np.float32) + 0.3 * offsets[language].astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Items(language, cluster, vectors)


def _lengths(n_users: int, interactions: int, rng: np.random.Generator) -> Integers:
    """Draw how much each user chose: a few very much, nobody less than two."""
    drawn = rng.lognormal(0, 0.8, n_users)
    lengths = 2 + drawn * (interactions / n_users - 2) / drawn.mean()
    return np.minimum(np.ceil(lengths), 2000).astype(np.int64)


def _drawn(
    wanted: Integers, until: np.ndarray, edges: Integers, rng: np.random.Generator
) -> tuple[Integers, Integers]:
    """Draw the choices of a block of users: users, ascending, and places of items in the order."""
    n_draws = np.ceil(wanted * SPARE).astype(np.int64) + 10
    user = np.repeat(np.arange(len(wanted)), n_draws)
    share = 1 / np.arange(1, len(LANGUAGES) + 1)
    language = rng.choice(len(LANGUAGES), len(wanted), p=share / share.sum())[user]
    own = rng.integers(0, CLUSTERS, (len(wanted), OWN_CLUSTERS))
    cluster = own[user, rng.integers(0, OWN_CLUSTERS, len(user))]
    kind = rng.random(len(user))
    near, far = kind < IN_CLUSTER, kind >= IN_LANGUAGE
    first = language * CLUSTERS + np.where(near, cluster, 0)
    last = np.where(near, first + 1, (language + 1) * CLUSTERS)
    low = np.where(far, 0.0, until[edges[first]])
    high = np.where(far, until[-1], until[edges[last]])
    place = np.searchsorted(until, low + rng.random(len(user)) * (high - low), side="right") - 1
    place = np.minimum(place, len(until) - 2)
    # of each user the first draws of different items, as many as are wanted
    pairs = user * len(until) + place
    _, at = np.unique(pairs, return_index=True)
    at = np.sort(at)
    order = np.arange(len(at)) - np.searchsorted(user[at], user[at])
    at = at[order < wanted[user[at]]]
    return user[at], place[at]
