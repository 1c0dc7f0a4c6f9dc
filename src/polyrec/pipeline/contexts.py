"""What a ranker may know of a request, and how it gets the last word on an answer."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import NO_ITEM, Rankings
from polyrec.rank.ranker import Context

if TYPE_CHECKING:
    from polyrec.core.types import Booleans, Histories, Query
    from polyrec.data.catalog import Catalog
    from polyrec.pipeline.learned import Learned
    from polyrec.rank.ranker import Ranker


class Contexts:
    """Tells rankers of requests.

    Args:
        learned: what the pipeline knows.
    """

    def __init__(self, learned: Learned) -> None:
        self._learned = learned
        self._languages_for = lru_cache(maxsize=64)(learned.catalog.languages_for)
        self._works = learned.catalog.works

    def of(self, query: Query, histories: Histories | None, allowed: Booleans) -> Context:
        """Give what is known of one request.

        Args:
            query: the request.
            histories: what is known that whoever asks chose.
            allowed: which items may be shown, shape (items,).
        """
        catalog = self._learned.catalog
        return Context(
            min(query.k, len(catalog)),
            self._languages_for(query.languages),
            query.languages,
            query.language_mode,
            histories=histories,
            works=self._works,
            vectors=self._learned.vectors,
            allowed=allowed,
            text_of=partial(_text_of, catalog, query.languages),
            wish=query.text or "",
        )


def reranked(ranker: Ranker, ranking: Rankings, context: Context) -> Rankings:
    """Let a ranker order one user's items with evidence, and behind them, alone, the rest."""
    scores = ranking.scores[0]
    cut = int(np.argmax(scores == 0)) if (scores == 0).any() else len(scores)
    first = ranker.rerank(ranking.first(cut), context)
    if cut == len(scores):
        return first
    filled = first.items != NO_ITEM  # a row of one user: what was left out makes room
    first = Rankings(first.items[filled][None], first.scores[filled][None])
    rest = ranker.rerank(ranking.after(cut), replace(context, above=first.items))
    items = np.concatenate([first.items, rest.items], axis=1)
    scores = np.concatenate([first.scores, rest.scores], axis=1)
    return Rankings(items, scores).first(context.k)


def _text_of(catalog: Catalog, languages: tuple[str, ...], item: int) -> str:
    return catalog.text_for(item, languages)[1]
