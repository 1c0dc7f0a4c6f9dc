"""What every ranker promises."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from polyrec.core.errors import DataError
from polyrec.core.types import NO_ITEM, Histories, LanguageMode, Rankings, best_items
from polyrec.core.vectors import unit_rows
from polyrec.rank.ranker import Context
from polyrec.testing.contracts.part import PartContract, refusal

N_USERS, N_ITEMS, K = 6, 30, 5


class RankerContract(PartContract):
    """Write `class TestMine(RankerContract)` with `part = Mine()`."""

    kind = "ranker"

    def contexts(self) -> list[Context]:
        """Give requests of every language mode, with nothing known besides and with everything."""
        languages = np.array(["de", "fr", "pt-BR", "und", "zh-Hant"])[np.arange(N_ITEMS) % 5]
        wishes: list[tuple[tuple[str, ...], LanguageMode]] = [
            ((), "any"),
            (("de",), "any"),
            (("de", "pt"), "prefer"),
            (("eo",), "prefer"),
            (("fr",), "only"),
        ]
        bare = [Context(K, languages, wished, mode) for wished, mode in wishes]
        lists = [[], *([user, user + 7, user + 14] for user in range(1, N_USERS))]
        drawn = np.random.default_rng(1).standard_normal((N_ITEMS, 8)).astype(np.float32)
        known: dict[str, Any] = {
            "histories": Histories.from_lists(lists, n_items=N_ITEMS),
            "works": np.arange(N_ITEMS) // 3,
            "vectors": unit_rows(drawn),
            "allowed": np.arange(N_ITEMS) % 7 > 0,
            "text_of": lambda item: f"item {item}",
        }
        return bare + [replace(context, **known) for context in bare]

    def rankings(self, context: Context) -> Rankings:
        """Give as many candidates as the ranker asks for; nothing may be written."""
        scores = np.random.default_rng(0).standard_normal((N_USERS, N_ITEMS)).astype(np.float32)
        if context.histories is not None:
            scores[context.histories.matrix().toarray() > 0] = -np.inf
        if context.allowed is not None:
            scores[:, ~context.allowed] = -np.inf
        found = best_items(scores, self.make().depth(context))
        found.items.setflags(write=False)
        found.scores.setflags(write=False)
        return found

    def test_it_asks_for_at_least_as_many_candidates_as_there_are_places(self) -> None:
        for context in self.contexts():
            depth = self.make().depth(context)
            assert isinstance(depth, int)
            assert depth >= context.k

    def test_it_gives_each_user_k_of_the_candidates_once_each(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            ranked = self.make().rerank(given, context)
            assert ranked.items.shape == (N_USERS, K)
            for user in range(N_USERS):
                after = [item for item in ranked.items[user].tolist() if item != NO_ITEM]
                assert len(set(after)) == len(after)
                if not self.part.may_replace:
                    assert set(after) <= set(given.items[user].tolist())
                    assert len(after) == K

    def test_what_gives_its_place_gives_it_to_what_may_be_shown(self) -> None:
        for context in self.contexts():
            ranked = self.make().rerank(self.rankings(context), context)
            for user in range(N_USERS):
                after = ranked.items[user][ranked.items[user] != NO_ITEM]
                if context.allowed is not None:
                    assert context.allowed[after].all()
                if context.histories is not None:
                    assert not set(after.tolist()) & set(context.histories.items_of(user).tolist())

    def test_scores_stay_with_their_items(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            ranked = self.make().rerank(given, context)
            for user in range(N_USERS):
                score = dict(zip(given.items[user], given.scores[user], strict=True))
                if self.part.may_replace:  # with their places, then
                    assert set(ranked.scores[user].tolist()) <= {*score.values(), -np.inf}
                    continue
                assert [score[item] for item in ranked.items[user]] == ranked.scores[user].tolist()

    def test_a_context_of_other_users_is_refused(self) -> None:
        for context in self.contexts()[5:]:
            few = self.rankings(context)
            one = Rankings(few.items[:1], few.scores[:1])
            refusal(DataError, partial(self.make().rerank, one, context))

    def test_empty_places_stay_behind(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            items, scores = given.items.copy(), given.scores.copy()
            items[:, 2:], scores[:, 2:] = NO_ITEM, -np.inf
            items[0], scores[0] = NO_ITEM, -np.inf
            ranked = self.make().rerank(Rankings(items, scores), context)
            filled = ranked.items != NO_ITEM
            assert (np.diff(filled.astype(int), axis=1) <= 0).all()
            if not self.part.may_replace:
                assert filled.sum(axis=1).tolist() == [0, *[2] * (N_USERS - 1)]
            assert not filled[:, 2:].any()
            assert not filled[0].any()
            assert np.isneginf(ranked.scores[~filled]).all()

    def test_order_and_company_of_users_change_nothing(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            together = self.make().rerank(given, context)
            for user in range(N_USERS):
                row = slice(user, user + 1)
                own = context.histories and context.histories.rows(row)
                alone = self.make().rerank(
                    Rankings(given.items[row], given.scores[row]), replace(context, histories=own)
                )
                assert np.array_equal(alone.items[0], together.items[user])

    def test_nobody_gets_no_list(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            nobody = Rankings(given.items[:0], given.scores[:0])
            none = context.histories and context.histories.rows(slice(0, 0))
            ranked = self.make().rerank(nobody, replace(context, histories=none))
            assert ranked.items.shape[0] == 0

    def test_the_same_candidates_are_ranked_the_same_way(self) -> None:
        for context in self.contexts():
            one, other = (self.make().rerank(self.rankings(context), context) for _ in range(2))
            assert np.array_equal(one.items, other.items)
