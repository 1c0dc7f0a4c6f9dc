"""Which items may be shown at all: category, lists of items, wished languages."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Query
    from polyrec.data.catalog import Catalog

SHOWN_CATEGORIES = 10


def eligible(catalog: Catalog, query: Query) -> Booleans:
    """Say of each item whether a query lets it be shown, shape (items,).

    Raises:
        UnknownIdError: the query names an item that is not in the catalog.
        DataError: no item has the category.
    """
    allowed = np.ones(len(catalog), dtype=np.bool_)
    if query.allow is not None:
        allowed[:] = False
        allowed[catalog.ids.indices(query.allow)] = True
    allowed[catalog.ids.indices((*query.deny, *query.disliked))] = False
    if query.category is not None:
        of_category = catalog.of_category(query.category)
        if not of_category.any():
            raise DataError(
                f"no item has the category {query.category!r}",
                hint=_other_categories(query.category, catalog),
            )
        allowed &= of_category
    if query.language_mode == "only":
        allowed &= catalog.readable(query.languages)
    return allowed


def _other_categories(category: str, catalog: Catalog) -> str:
    """Offer the nearest categories, or else those that most items have."""
    counts = Counter(name for name in catalog.category if name)
    if not counts:
        return "the catalog has no categories"
    frequent = ", ".join(name for name, _ in counts.most_common(SHOWN_CATEGORIES))
    return did_you_mean(category, counts) or f"most items are in: {frequent}"
