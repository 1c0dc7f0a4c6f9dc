"""The lists of many users, with a ranker that has the last word."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from polyrec.rank.ranker import Context

if TYPE_CHECKING:
    from polyrec.core.types import Floats, Histories, Rankings
    from polyrec.data.catalog import Catalog
    from polyrec.models.recommender import Recommender
    from polyrec.rank.ranker import Ranker


def ranked_lists(
    recommender: Recommender,
    ranker: Ranker,
    known: Histories,
    catalog: Catalog,
    *,
    vectors: Floats | None,
    k: int,
    seed: int = 0,
) -> Rankings:
    """Rank everything for each user, and have a ranker order the first places; nothing is wished.

    Args:
        recommender: fitted on `known` among others.
        ranker: has the last word.
        known: what each user chose, left out of the lists.
        catalog: the items, each in the language in which it is shown.
        vectors: unit rows that say how alike items are, or None.
        k: length of the lists.
        seed: draws the order of equal scores.
    """
    context = Context(
        min(k, len(catalog)),
        catalog.languages,
        histories=known,
        works=catalog.works,
        vectors=vectors,
        text_of=partial(_text_of, catalog),
    )
    depth = min(ranker.depth(context), len(catalog))
    return ranker.rerank(recommender.top(known, depth, seed=seed), context)


def _text_of(catalog: Catalog, item: int) -> str:
    return catalog.text[item]
