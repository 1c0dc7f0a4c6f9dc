"""What every ranker promises."""

from __future__ import annotations

import numpy as np

from polyrec.core.types import NO_ITEM, LanguageMode, Rankings, best_items
from polyrec.rank.ranker import Context
from polyrec.testing.contracts.part import PartContract

N_USERS, N_ITEMS, K = 6, 30, 5


class RankerContract(PartContract):
    """Write `class TestMine(RankerContract)` with `part = Mine()`."""

    kind = "ranker"

    def contexts(self) -> list[Context]:
        """Give requests of every language mode."""
        languages = np.array(["de", "fr", "pt-BR", "und", "zh-Hant"])[np.arange(N_ITEMS) % 5]
        wishes: list[tuple[tuple[str, ...], LanguageMode]] = [
            ((), "any"),
            (("de",), "any"),
            (("de", "pt"), "prefer"),
            (("eo",), "prefer"),
            (("fr",), "only"),
        ]
        return [Context(K, languages, wished, mode) for wished, mode in wishes]

    def rankings(self, context: Context) -> Rankings:
        """Give as many candidates as the ranker asks for; nothing may be written."""
        scores = np.random.default_rng(0).standard_normal((N_USERS, N_ITEMS)).astype(np.float32)
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
            for before, after in zip(given.items.tolist(), ranked.items.tolist(), strict=True):
                assert set(after) <= set(before)
                assert len(set(after)) == K

    def test_scores_stay_with_their_items(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            ranked = self.make().rerank(given, context)
            for user in range(N_USERS):
                score = dict(zip(given.items[user], given.scores[user], strict=True))
                assert [score[item] for item in ranked.items[user]] == ranked.scores[user].tolist()

    def test_empty_places_stay_behind(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            items, scores = given.items.copy(), given.scores.copy()
            items[:, 2:], scores[:, 2:] = NO_ITEM, -np.inf
            items[0], scores[0] = NO_ITEM, -np.inf
            ranked = self.make().rerank(Rankings(items, scores), context)
            filled = ranked.items != NO_ITEM
            assert filled.sum(axis=1).tolist() == [0, *[2] * (N_USERS - 1)]
            assert not filled[:, 2:].any()
            assert np.isneginf(ranked.scores[~filled]).all()

    def test_order_and_company_of_users_change_nothing(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            together = self.make().rerank(given, context)
            for user in range(N_USERS):
                row = slice(user, user + 1)
                alone = self.make().rerank(Rankings(given.items[row], given.scores[row]), context)
                assert np.array_equal(alone.items[0], together.items[user])

    def test_nobody_gets_no_list(self) -> None:
        for context in self.contexts():
            given = self.rankings(context)
            nobody = Rankings(given.items[:0], given.scores[:0])
            assert self.make().rerank(nobody, context).items.shape[0] == 0

    def test_the_same_candidates_are_ranked_the_same_way(self) -> None:
        for context in self.contexts():
            one, other = (self.make().rerank(self.rankings(context), context) for _ in range(2))
            assert np.array_equal(one.items, other.items)
