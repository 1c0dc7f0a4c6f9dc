"""What adding items promises."""

from __future__ import annotations

import numpy as np

from polyrec.core.component import state_of, twin
from polyrec.core.errors import DataError
from polyrec.core.types import Floats, Histories
from polyrec.testing.contracts.of_recommender.world import OnWorld, wider
from polyrec.testing.contracts.part import refusal, same_state, saved_and_loaded


class NewItems(OnWorld):
    """A fitted part takes in items."""

    def test_a_new_item_is_scored_after_extend_if_new_items_are_accepted(self) -> None:
        scores = self.extended().score(wider(self.histories, 4))
        assert scores.shape == (len(self.histories), self.histories.n_items + 4)
        assert np.isfinite(scores[:, :-4]).all()
        if self.part.accepts_new_items:
            assert np.isfinite(scores[:, -4:]).all()
        else:
            assert np.isneginf(scores[:, -4:]).all()

    def test_new_items_may_be_in_a_history(self) -> None:
        part, n_items = self.extended(), self.histories.n_items
        lists = [[n_items], [0, n_items + 1], [n_items + 3, n_items]]
        histories = Histories.from_lists(lists, n_items=n_items + 4)
        assert not np.isnan(part.score(histories)).any()
        top = part.top(histories, n_items + 4)
        for history, items in zip(lists, top.items, strict=True):
            assert not set(history) & set(items.tolist())

    def test_items_can_be_added_one_after_the_other(self) -> None:
        world, at_once, in_turn = self.world, self.extended(), self.fitted()
        for i in range(4):
            one = slice(i, i + 1)
            in_turn.extend(
                world.new_vectors[one], world.new_languages[one], world.new_categories[one]
            )
        histories = wider(self.histories, 4)
        one, other = at_once.score(histories), in_turn.score(histories)
        assert one.shape == other.shape
        assert np.array_equal(np.isfinite(one), np.isfinite(other))
        if self.tells_new_items_apart:
            assert _camps_told_apart(other[:, -4:]) > 0.95

    def test_adding_no_items_changes_nothing(self) -> None:
        part = self.fitted()
        before = part.score(self.histories)
        self.extend_by(part, 0)
        assert np.array_equal(part.score(self.histories), before)

    def test_new_items_need_a_vector_a_language_and_a_category_each(self) -> None:
        world, part = self.world, self.fitted()
        refusal(
            DataError,
            lambda: part.extend(world.new_vectors, world.new_languages[:2], world.new_categories),
        )

    def test_contributions_of_new_items_add_up_too(self) -> None:
        if not self.part.is_linear:
            return
        part, n_items = self.extended(), self.histories.n_items
        history = Histories.from_lists([[0, 3, n_items]], n_items=n_items + 4)
        items = np.array([n_items + 1, 5, n_items, 2])
        base, parts = part.contributions(history, items)
        assert np.isfinite(parts).all()
        scores = part.score(history)[0, items]
        assert np.allclose(base + parts.sum(axis=1), scores, rtol=1e-3, atol=1e-4)

    def test_what_was_saved_after_it_was_extended_answers_alike(self) -> None:
        part = self.extended()
        loaded = saved_and_loaded(part, self.make())
        histories = wider(self.histories, 4)
        assert np.array_equal(loaded.score(histories), part.score(histories))
        self.extend_by(loaded, 2)
        assert loaded.score(wider(self.histories, 6)).shape[1] == self.histories.n_items + 6

    def test_a_twin_takes_in_items_alone(self) -> None:
        part, n_items = self.fitted(), self.histories.n_items
        before = {name: array.copy() for name, array in state_of(part).items()}
        self.extend_by(twin(part), 4)
        assert same_state(before, state_of(part))
        assert part.score(self.histories).shape[1] == n_items

    def test_new_items_of_the_camp_stand_before_those_of_the_other(self) -> None:
        if self.tells_new_items_apart:
            scores = self.extended().score(wider(self.histories, 4))
            assert _camps_told_apart(scores[:, -4:]) > 0.95


def _camps_told_apart(scores: Floats) -> float:
    """Give the share of users who score the two new items of their camp above the other two."""
    even = scores[:, [0, 2]].mean(axis=1) > scores[:, [1, 3]].mean(axis=1)
    return float((even == (np.arange(len(even)) % 2 == 0)).mean())
