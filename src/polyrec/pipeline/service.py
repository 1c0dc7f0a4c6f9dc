"""Answers one request: the only thing that command line, pages and programs call."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from polyrec.core.errors import ConfigError
from polyrec.core.language import standard_tag
from polyrec.core.types import (
    NO_ITEM,
    Booleans,
    Histories,
    LanguageMode,
    Mode,
    Query,
    Rankings,
    SuggestedItem,
    Suggestion,
    best_items,
)
from polyrec.rank.eligible import eligible
from polyrec.rank.ranker import Context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Floats
    from polyrec.pipeline.learned import Learned


class Service:
    """Turns queries into suggestions with a fitted pipeline.

    Args:
        learned: what the pipeline knows.
    """

    def __init__(self, learned: Learned) -> None:
        self.learned = learned

    def recommend(self, query: Query) -> Suggestion:
        """Answer one query.

        The answer rests on the best that is known: a known user's history (with the query's own
        joined to it), else the query's history, else its text, else what is popular; `mode` says
        which. Items of the history are left out.

        Raises:
            ConfigError: k or the language mode cannot be used.
            LanguageError: a language is not a tag.
            UnknownIdError: an item of the query is not known.
        """
        self._check(query)
        mode, history = self._known(query)
        histories = Histories.from_lists([history], n_items=len(self.learned.catalog))
        if mode == "personal" and not query.history and query.user_id is not None:
            user = self.learned.users.index(query.user_id, kind="user")
            histories = self.learned.histories.rows(slice(user, user + 1))
        ranking, mode = self._ranked(query, histories, mode)
        found = [
            (int(item), float(score))
            for item, score in zip(ranking.items[0], ranking.scores[0], strict=True)
            if item != NO_ITEM
        ]
        reasons = self._reasons([item for item, _ in found], histories.items)
        items = tuple(
            self._shown(item, score, reason, query.languages)
            for (item, score), reason in zip(found, reasons, strict=True)
        )
        return Suggestion(items, mode, self._note(query, mode, len(items)))

    def recommend_many(self, queries: Sequence[Query]) -> list[Suggestion]:
        """Answer several queries, in order."""
        return [self.recommend(query) for query in queries]

    def similar(self, item_id: str, *, k: int = 10) -> tuple[SuggestedItem, ...]:
        """Give the items nearest to an item: by vector, or by the recommender without vectors.

        Raises:
            UnknownIdError: the item is not known.
        """
        learned = self.learned
        item = learned.catalog.ids.index(item_id)
        if learned.vectors is not None:
            scores = (learned.vectors @ learned.vectors[item])[None, :].copy()
            scores[0, item] = -np.inf
            ranking = best_items(scores, k, seed=learned.seed)
        else:
            alone = Histories.from_lists([[item]], n_items=len(learned.catalog))
            ranking = learned.plan.recommender.top(alone, k, seed=learned.seed)
        return tuple(
            self._shown(int(other), float(score), None, ())
            for other, score in zip(ranking.items[0], ranking.scores[0], strict=True)
            if other != NO_ITEM
        )

    def _check(self, query: Query) -> None:
        if query.k < 1:
            raise ConfigError(f"k is {query.k}", hint="give at least 1")
        if query.language_mode not in get_args(LanguageMode):
            modes = ", ".join(get_args(LanguageMode))
            raise ConfigError(f"language_mode is {query.language_mode!r}", hint=f"give {modes}")
        if query.language_mode != "any" and not query.languages:
            raise ConfigError(
                f"language_mode is {query.language_mode!r} but no languages are given",
                hint="name the languages, or use the mode 'any'",
            )
        for tag in (*query.languages, query.text_language):
            standard_tag(tag)

    def _known(self, query: Query) -> tuple[Mode, list[int]]:
        """Say what is known of who asks, best first, and which items that is."""
        given = [self.learned.catalog.ids.index(item) for item in query.history]
        if query.user_id is not None and query.user_id in self.learned.users:
            user = self.learned.users.index(query.user_id, kind="user")
            own = self.learned.histories.items_of(user).tolist()
            if own:
                return "personal", own + given
        if given:
            return "fold-in", given
        if query.text and query.text.strip() and self._reads_text:
            return "text", []
        return "popular", []

    @property
    def _reads_text(self) -> bool:
        return self.learned.plan.recommender.needs_vectors

    def _ranked(self, query: Query, histories: Histories, mode: Mode) -> tuple[Rankings, Mode]:
        """Rank what may be shown; an answer that says nothing gives way to what is popular."""
        learned = self.learned
        allowed = eligible(learned.catalog, query)
        context = Context(query.k, learned.catalog.languages, query.languages, query.language_mode)
        depth = learned.plan.ranker.depth(context)
        if mode != "popular":
            ranking = learned.plan.recommender.top(
                histories,
                depth,
                allowed=allowed,
                profiles=self._profile(query),
                seed=learned.seed,
            )
        else:
            ranking = self._popular(histories, allowed, depth)
        return learned.plan.ranker.rerank(ranking, context), mode

    def _popular(self, histories: Histories, allowed: Booleans, depth: int) -> Rankings:
        counts = np.bincount(self.learned.histories.items, minlength=len(self.learned.catalog))
        scores = np.where(allowed, counts, -np.inf).astype(np.float32)[None, :]
        scores[0, histories.items] = -np.inf
        return best_items(scores, depth, seed=self.learned.seed)

    def _profile(self, query: Query) -> Floats | None:
        if not query.text or not query.text.strip() or not self._reads_text:
            return None
        return self.learned.space.queries([query.text], [query.text_language])

    def _reasons(self, items: list[int], history: np.ndarray) -> list[str | None]:
        """Give the nearest item of the history for each item, where there are vectors."""
        vectors = self.learned.vectors
        if vectors is None or not len(history) or not items:
            return [None] * len(items)
        nearest = history[(vectors[items] @ vectors[history].T).argmax(axis=1)]
        return [self.learned.catalog.ids.names[item] for item in nearest]

    def _shown(
        self, item: int, score: float, reason: str | None, languages: tuple[str, ...]
    ) -> SuggestedItem:
        catalog = self.learned.catalog
        language, text = catalog.text_for(item, languages)
        return SuggestedItem(catalog.ids.names[item], score, language, text, reason)

    def _note(self, query: Query, mode: Mode, n_found: int) -> str:
        notes = []
        if mode == "popular":
            who = "nobody" if query.user_id is None else f"user {query.user_id!r}"
            if query.text and not self._reads_text:
                notes.append("this recommender cannot read texts: these are popular items")
            elif query.user_id is None and not query.text:
                notes.append("nothing is known of who asks: these are popular items")
            else:
                notes.append(f"{who} has no history: these are popular items")
        if n_found < query.k:
            notes.append(f"only {n_found} of {query.k}: no further item may be shown")
        return "; ".join(notes)
