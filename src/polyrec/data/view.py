"""Views of a multilingual catalog: in which language each item is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.catalog import Catalog

VIEWS = ("as-given", "one-language", "en", "balanced", "all")
DRAWN = ("one-language", "balanced")
"""Views that are drawn by a seed."""

BALANCED_SHARE = 0.2


def view(catalog: Catalog, name: str, *, seed: int = 1) -> Catalog:
    """Show a catalog's items in languages chosen by the view; see `Dataset.view`."""
    if name == "as-given":
        return catalog
    if name == "one-language":
        return catalog.shown(_drawn(catalog, seed))
    if name == "en":
        return catalog.shown([_english(by) for by in catalog.texts])
    if name == "balanced":
        return catalog.shown(_balanced(catalog, seed))
    if name == "all":
        return replace(catalog, pooled=True)
    raise UnknownNameError("view", name, VIEWS)


def _drawn(catalog: Catalog, seed: int) -> list[str]:
    """Draw one language per item, each of the item's own with the same chance."""
    rng = np.random.default_rng(seed)
    draws = rng.random(len(catalog))
    return [sorted(by)[int(draw * len(by))] for by, draw in zip(catalog.texts, draws, strict=True)]


def _english(by: Mapping[str, str]) -> str:
    return "en" if "en" in by else next(iter(by))


def _balanced(catalog: Catalog, seed: int) -> list[str]:
    """Draw languages so that none has over a fifth, as far as the items' own languages allow.

    Items with the fewest languages choose first; each takes, of its own languages, the one that
    fewest items have so far. Ties and the order of items with equally many are drawn by the seed.
    """
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(catalog)), np.array([len(by) for by in catalog.texts])))
    taken: Counter[str] = Counter()
    chosen = [""] * len(catalog)
    for item in order:
        own = sorted(catalog.texts[item])
        draws = rng.random(len(own))
        best = min(range(len(own)), key=lambda i: (taken[own[i]], draws[i]))
        chosen[item] = own[best]
        taken[own[best]] += 1
    return chosen
