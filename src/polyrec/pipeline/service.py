"""Answers one request: the only thing that command line, pages and programs call."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
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
from polyrec.pipeline.contexts import Contexts, reranked
from polyrec.pipeline.explain import Asker, Explainer, read_all
from polyrec.pipeline.notes import TAKEN_FOR, UNTRANSLATED, notes_on, says_more
from polyrec.pipeline.popular import Popular
from polyrec.pipeline.similar_users import similar_users
from polyrec.pipeline.written import says_what_is_wanted, vector_of, with_languages
from polyrec.rank.eligible import eligible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from polyrec.core.types import Floats
    from polyrec.pipeline.explain import Reading
    from polyrec.pipeline.explanation import Explanation, SimilarUser
    from polyrec.pipeline.learned import Learned


class Service:
    """Turns queries into suggestions with a fitted pipeline.

    Args:
        learned: what the pipeline knows.
        withdrawn: items that are not shown to anybody, shape (items,), or None.
    """

    def __init__(self, learned: Learned, withdrawn: Booleans | None = None) -> None:
        self.learned = learned
        self.withdrawn = withdrawn
        self._language_of = learned.plan.preparation.language_of
        self._contexts = Contexts(learned)
        self._popular = Popular(learned.histories, learned.catalog.languages)

    def recommend(self, query: Query) -> Suggestion:
        """Answer one query.

        The answer rests on the best that is known: a known user's history (with the query's own
        joined to it), else the query's history, else its text, else what is popular; `mode` says
        which. Items of the history are left out. An item of score 0 is one that nothing speaks for
        or against; such items only fill places, have no reason, and `note` counts them.

        Raises:
            ConfigError: k or the language mode cannot be used.
            LanguageError: a language is not a tag.
            UnknownIdError: an item of the query is not known.
        """
        return self.answered(query)[0]

    def answered(self, query: Query) -> tuple[Suggestion, list[str]]:
        """Answer one query as `recommend` does, and give the ranker's notes on it by themselves."""
        self._check(query)
        asked, query = query, self._understood(query)
        mode, histories = self.known(query)
        profile, failed = self._profile(query) if mode != "popular" else (None, [])
        ranking, mode, said = self._ranked(query, histories, mode, profile)
        found = [
            (int(item), float(score))
            for item, score in zip(ranking.items[0], ranking.scores[0], strict=True)
            if item != NO_ITEM
        ]
        history = histories.items if mode != "popular" else histories.items[:0]
        reasons = self._reasons([item for item, _ in found], history)
        items = tuple(
            self._shown(item, score, reason if score else None, query.languages)
            for (item, score), reason in zip(found, reasons, strict=True)
        )
        said = list(dict.fromkeys(said))
        notes = notes_on(query, mode, items, learned=self.learned)
        if query.text_language != asked.text_language:
            notes.append(f"{TAKEN_FOR} {query.text_language!r}")
        notes += said + [f"{UNTRANSLATED}: {error}" for error in failed]
        return Suggestion(items, mode, "; ".join(notes)), said

    def work_ahead(self) -> None:
        """Work out and load what makes answers fast: once, for time and memory."""
        self.learned.plan.recommender.work_ahead()
        if (encoder := self.learned.plan.encoder) is not None:
            encoder.open()
        self.learned.keywords.work_ahead()

    def recommend_many(self, queries: Sequence[Query]) -> list[Suggestion]:
        """Answer several queries, in order."""
        return [self.recommend(query) for query in queries]

    def similar(
        self, item_id: str, *, k: int = 10, languages: tuple[str, ...] = ()
    ) -> tuple[SuggestedItem, ...]:
        """Give the items nearest to an item: by vector, or by the recommender without vectors.

        Each is shown in the first wished language that it has.

        Raises:
            ConfigError: k cannot be used.
            LanguageError: a language is not a tag.
            UnknownIdError: the item is not known.
        """
        _check_k(k)
        learned = self.learned
        item = learned.catalog.ids.index(item_id)
        if learned.vectors is not None:
            scores = learned.cosines(item)[None, :]
            scores[0, item] = -np.inf
            if self.withdrawn is not None:
                scores[0, self.withdrawn] = -np.inf
            ranking = best_items(scores, self._places(k), seed=learned.seed)
        else:
            alone = Histories.from_lists([[item]], n_items=len(learned.catalog))
            allowed = None if self.withdrawn is None else ~self.withdrawn
            ranking = learned.plan.recommender.top(
                alone, self._places(k), allowed=allowed, seed=learned.seed
            )
        return tuple(
            self._shown(int(other), float(score), None, languages)
            for other, score in zip(ranking.items[0], ranking.scores[0], strict=True)
            if other != NO_ITEM
        )

    def explain(self, query: Query, item_id: str, *, people: bool = False) -> Explanation:
        """Say why an item has its score for who asks, recommended or not.

        Where the recommender is linear, the parts of the history's items add up to the score;
        else a part is what the score loses without the item, and `exact` is False.

        Args:
            query: as for `recommend`.
            item_id: the item to explain.
            people: name the users who are alike and chose it, where the recommender is `user-knn`.

        Raises:
            ConfigError: the query cannot be used.
            LanguageError: a language is not a tag.
            UnknownIdError: an item is not known.
            DataError: the recommender cannot score the item.
        """
        return self.explain_many(query, [item_id], people=people)[0]

    def explain_many(
        self,
        query: Query,
        item_ids: Sequence[str],
        *,
        people: bool = False,
        reading: Reading = read_all,
    ) -> list[Explanation]:
        """Explain several items to one who asks, in order; as `explain`, in less time.

        Of an item whose words `reading` does not read, `note` says so.
        """
        self._check(query)
        items = self.learned.catalog.ids.indices(item_ids)
        query = self._understood(query)
        mode, histories = self.known(query)
        profile, _ = self._profile(query) if mode != "popular" else (None, [])
        asker = Asker(query, mode, histories, profile)
        return Explainer(self.learned, asker, reading).explain(items, people=people)

    def similar_users(self, user_id: str, *, k: int = 10) -> tuple[SimilarUser, ...]:
        """Give the users whose histories are nearest to a user's; for the operator's eyes only.

        Raises:
            ConfigError: k cannot be used.
            UnknownIdError: the user is not known.
        """
        _check_k(k)
        return similar_users(self.learned, user_id, k)

    def _check(self, query: Query) -> None:
        _check_k(query.k)
        if query.language_mode not in get_args(LanguageMode):
            modes = ", ".join(get_args(LanguageMode))
            raise ConfigError(f"language_mode is {query.language_mode!r}", hint=f"give {modes}")
        if query.language_mode != "any" and not query.languages:
            raise ConfigError(
                f"language_mode is {query.language_mode!r} but no languages are given",
                hint="name the languages, or use the mode 'any'",
            )
        written = (each.language for each in query.reviews)
        for tag in (*query.languages, query.text_language, *written):
            standard_tag(tag)
        if not all(np.isfinite(each.weight) for each in query.reviews):
            raise ConfigError("the weight of a review is no number", hint="give finite weights")
        if query.weights and len(query.weights) != len(query.history):
            raise ConfigError(
                f"{len(query.weights)} weights for a history of {len(query.history)}",
                hint="give one for each item, or none",
            )
        if not all(0 < weight < np.inf for weight in query.weights):
            raise ConfigError("a weight is not above 0", hint="give finite weights above 0")

    def _understood(self, query: Query) -> Query:
        """Find the languages of texts without a tag, if the plan has a detector."""
        return with_languages(query, self._language_of) if self._reads_text else query

    def known(self, query: Query) -> tuple[Mode, Histories]:
        """Say what is known of who asks, best first, and the history that it rests on."""
        own = self._own(query)
        if len(own.items) and not query.history:
            return "personal", own
        said = self._said(query)
        if len(own.items):
            new = ~np.isin(said.items, own.items)
            if not new.any():
                return "personal", own
            return "personal", _joined(own, _one_history(said, new))
        if len(said.items):
            return "fold-in", said
        return ("text" if says_more(query, self.learned) else "popular"), said

    def _own(self, query: Query) -> Histories:
        """Give what a user of the training data chose, less what they dislike."""
        learned = self.learned
        if query.user_id is None or query.user_id not in learned.users:
            return Histories.from_lists([[]], n_items=len(learned.catalog))
        user = learned.users.index(query.user_id, kind="user")
        own = learned.histories.rows(slice(user, user + 1))
        if not query.disliked:
            return own
        disliked = learned.catalog.ids.indices(query.disliked)
        return _one_history(own, ~np.isin(own.items, disliked))

    def _said(self, query: Query) -> Histories:
        """Give the history that a query names; of an item that stands twice, what counts more."""
        catalog = self.learned.catalog
        weights = query.weights or (1.0,) * len(query.history)
        strongest: dict[int, float] = {}
        for item, weight in zip(catalog.ids.indices(query.history).tolist(), weights, strict=True):
            strongest[item] = max(weight, strongest.get(item, 0.0))
        items = np.array(sorted(strongest), dtype=np.int64)
        strength = np.array([strongest[item] for item in items.tolist()], dtype=np.float32)
        return Histories(np.array([0, len(items)]), items, strength, len(catalog))

    @property
    def _reads_text(self) -> bool:
        return self.learned.plan.recommender.needs_vectors

    def _ranked(
        self, query: Query, histories: Histories, mode: Mode, profile: Floats | None
    ) -> tuple[Rankings, Mode, list[str]]:
        """Rank what may be shown; an answer that says nothing gives way to what is popular.

        With it comes what the ranker has to say.
        """
        learned = self.learned
        allowed = eligible(learned.catalog, query)
        if self.withdrawn is not None:
            allowed &= ~self.withdrawn
        context = self._contexts.of(query, histories, allowed)
        depth = self._places(learned.plan.ranker.depth(context))
        popular = partial(
            self._popular.ranking,
            query.languages if query.language_mode != "any" else (),
            depth,
            allowed=allowed,
            chosen=histories.items,
            seed=learned.seed,
        )
        if mode != "popular":
            ranking = learned.plan.recommender.top(
                histories,
                depth,
                allowed=allowed,
                profiles=profile,
                seed=learned.seed,
            )
            if not _says_something(ranking):
                instead = popular()
                if (instead.items != NO_ITEM).any():
                    ranking, mode = instead, "popular"
        else:
            ranking = popular()
        return reranked(learned.plan.ranker, ranking, context), mode, context.notes

    def _places(self, k: int) -> int:
        """Give no list more places than there are items, whatever is wished."""
        return min(k, len(self.learned.catalog))

    def _profile(self, query: Query) -> tuple[Floats | None, list[str]]:
        """Give the vector of a query's texts, and what failed when they were to be translated."""
        if not says_what_is_wanted(query) or not self._reads_text:
            return None, []
        space = self.learned.space
        vectors = vector_of(space, query)
        return vectors, list(space.bridged.errors) if not space.bridged.engines else []

    def _reasons(self, items: list[int], history: np.ndarray) -> list[str | None]:
        """Give the nearest item of the history for each item, where there are vectors."""
        vectors = self.learned.vectors
        if vectors is None or not len(history) or not items:
            return [None] * len(items)
        found, own = (vectors[rows].astype(np.float32, copy=False) for rows in (items, history))
        nearest = history[(found @ own.T).argmax(axis=1)]
        return [self.learned.catalog.ids.names[item] for item in nearest]

    def _shown(
        self, item: int, score: float, reason: str | None, languages: tuple[str, ...]
    ) -> SuggestedItem:
        catalog = self.learned.catalog
        language, text = catalog.text_for(item, languages)
        return SuggestedItem(catalog.ids.names[item], score, language, text, reason)


def _joined(own: Histories, said: Histories) -> Histories:
    """Join two histories of one user; what was said is as new as the latest that is known."""
    joined = Histories.from_matrix(own.matrix() + said.matrix())
    if own.times is None:
        return joined
    times = np.full(len(joined.items), np.fmax.reduce(own.times))
    times[np.searchsorted(joined.items, own.items)] = own.times
    return replace(joined, times=times)


def _one_history(histories: Histories, keep: Booleans) -> Histories:
    """Give some of the events of one user, times included."""
    times = None if histories.times is None else histories.times[keep]
    items, weights = histories.items[keep], histories.weights[keep]
    return Histories(np.array([0, len(items)]), items, weights, histories.n_items, times)


def _check_k(k: int) -> None:
    if k < 1:
        raise ConfigError(f"k is {k}", hint="give at least 1")


def _says_something(ranking: Rankings) -> bool:
    """Whether any item was told from the others: a score of 0 throughout is none."""
    return bool((np.isfinite(ranking.scores) & (ranking.scores != 0)).any())
