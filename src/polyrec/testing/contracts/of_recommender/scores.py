"""What scores, their parts and lists promise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from polyrec.core.component import state_of
from polyrec.core.errors import ConfigError
from polyrec.core.types import NO_ITEM, Histories
from polyrec.testing.contracts.of_recommender.world import OnWorld, no_choices, wider
from polyrec.testing.contracts.part import refusal, same_state


class Scores(OnWorld):
    """A fitted part is asked."""

    # score

    def test_scores_are_float32_of_every_item_for_every_user(self) -> None:
        scores = self.fitted().score(self.histories)
        assert scores.shape == (len(self.histories), self.histories.n_items)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_nobody_gets_no_scores(self) -> None:
        nobody = no_choices(0, self.histories.n_items)
        part = self.fitted()
        assert part.score(nobody).shape == (0, self.histories.n_items)
        assert part.top(nobody, 4).items.shape == (0, 4)

    def test_an_empty_history_can_be_scored(self) -> None:
        scores = self.fitted().score(no_choices(2, self.histories.n_items))
        assert not np.isnan(scores).any()
        assert not np.isposinf(scores).any()

    def test_order_and_company_change_no_score(self) -> None:
        part = self.fitted()
        scores = part.score(self.histories)
        backwards = part.score(self.histories.rows(slice(None, None, -1)))
        alone = np.concatenate([part.score(self.user(u)) for u in range(len(self.histories))])
        assert np.allclose(backwards[::-1], scores, rtol=1e-3, atol=self.tolerance)
        assert np.allclose(alone, scores, rtol=1e-3, atol=self.tolerance)

    def test_weights_of_any_size_can_be_scored(self) -> None:
        weights = np.linspace(0.5, 5, len(self.histories.items)).astype(np.float32)
        weighted = replace(self.histories, weights=weights)
        part = self.make().fit(replace(self.world.training, histories=weighted))
        assert np.isfinite(part.score(weighted)).all()

    def test_an_answer_changes_nothing(self) -> None:
        part = self.fitted()
        before = {name: array.copy() for name, array in state_of(part).items()}
        scores = part.score(self.histories).copy()
        top = part.top(self.histories, 5)
        part.score(self.histories)[:] = 7
        again = part.top(self.histories, 5)
        assert same_state(before, state_of(part))
        assert np.array_equal(part.score(self.histories), scores)
        assert np.array_equal(again.items, top.items)

    def test_one_that_reads_no_history_scores_all_users_alike(self) -> None:
        if not self.part.reads_history:
            scores = self.fitted().score(self.histories)
            assert (scores == scores[0]).all()

    # contributions

    def test_contributions_add_up_to_the_score(self) -> None:
        if not self.part.is_linear:
            return
        profiles, items = self.world.vectors[:1], np.arange(self.histories.n_items)
        part, weights = self.fitted(), np.array([0.5, 1, 3, 2], dtype=np.float32)
        one = replace(Histories.from_lists([[0, 2, 3, 8]], n_items=len(items)), weights=weights)
        for history in (self.user(0), self.user(1), one, no_choices(1, len(items))):
            for given in (None, profiles):
                base, parts = part.contributions(history, items, profiles=given)
                assert parts.shape == (len(items), len(history.items))
                scores = part.score(history, profiles=given)[0]
                size = np.abs(scores).max()
                assert np.allclose(base + parts.sum(axis=1), scores, rtol=1e-3, atol=1e-4 * size)

    def test_who_is_not_linear_refuses_to_tell_contributions(self) -> None:
        if not self.part.is_linear:
            one, items = self.user(0), np.array([1])
            said = refusal(ConfigError, lambda: self.fitted().contributions(one, items))
            assert "ease" in said

    # top

    def test_no_item_of_the_history_is_in_the_list(self) -> None:
        top = self.fitted().top(self.histories, 20)
        for user, items in enumerate(top.items):
            assert not set(items.tolist()) & set(self.histories.items_of(user).tolist())

    def test_the_list_is_sorted_and_holds_each_item_once(self) -> None:
        top = self.fitted().top(self.histories, 10)
        for items, scores in zip(top.items, top.scores, strict=True):
            assert len(set(items.tolist())) == 10
            assert (np.diff(scores) <= 0).all()

    def test_places_beyond_the_last_item_are_left_empty(self) -> None:
        n_items = self.histories.n_items
        top = self.fitted().top(self.histories, n_items + 3)
        assert top.items.shape == (len(self.histories), n_items + 3)
        left = n_items - self.histories.lengths
        assert ((top.items != NO_ITEM).sum(axis=1) == left).all()
        assert (top.items[:, -3:] == NO_ITEM).all()
        assert np.isneginf(top.scores[top.items == NO_ITEM]).all()

    def test_only_allowed_items_are_in_the_list(self) -> None:
        part, n_items = self.fitted(), self.histories.n_items
        allowed = np.arange(n_items) < 20
        for mask in (allowed, np.tile(allowed, (len(self.histories), 1))):
            assert part.top(self.histories, 5, allowed=mask).items.max() < 20

    # working ahead

    def test_what_is_worked_out_ahead_changes_no_answer_and_is_not_saved(self) -> None:
        part = self.extended()
        histories, saved = wider(self.histories, 4), state_of(part)
        expected = part.score(histories)
        allowed = np.arange(histories.n_items) % 3 > 0
        lists = [part.top(histories, 5, allowed=which) for which in (None, allowed)]
        part.work_ahead()
        assert same_state(state_of(part), saved)
        close = partial(np.allclose, rtol=self.tolerance, atol=self.tolerance)
        for user in range(len(histories)):
            one = histories.rows(slice(user, user + 1))
            assert close(part.score(one), expected[user])
            for which, before in zip((None, allowed), lists, strict=True):
                after = part.top(one, 5, allowed=which)
                assert close(after.scores, before.scores[user])
                shown = after.items[after.items != NO_ITEM]
                assert close(expected[user, shown], after.scores[after.items != NO_ITEM])
                assert not np.isin(shown, one.items).any()
                assert which is None or which[shown].all()
