"""What every recommender promises."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from polyrec.core.component import settings_of, state_of, twin
from polyrec.core.errors import ConfigError, DataError, NotFittedError
from polyrec.core.registry import build, table_of
from polyrec.core.types import NO_ITEM, Floats, Histories
from polyrec.models.rater import Rater
from polyrec.testing.contracts.part import PartContract, refusal, same_state, saved_and_loaded
from polyrec.testing.worlds import TwoCamps, two_camps, two_languages

if TYPE_CHECKING:
    from polyrec.core.component import State


@lru_cache(maxsize=2)
def _world(*, rated: bool) -> TwoCamps:
    return two_camps(others=0.4) if rated else two_camps()


class RecommenderContract(PartContract):
    """Write `class TestMine(RecommenderContract)` with `part = Mine()`.

    Attributes:
        is_personal: whether its answers depend on the history at all.
        tolerance: how far a score may be off where users are scored in other company.
    """

    kind = "recommender"
    is_personal: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-4

    @property
    def world(self) -> TwoCamps:
        """The world it is tested in, rated for raters; its arrays cannot be written to."""
        return _world(rated=self._rates)

    def fitted(self) -> Any:
        """Make a part and fit it on the world."""
        return self.make().fit(self.world.training)

    def extended(self) -> Any:
        """Make a part, fit it and add the world's four new items."""
        part = self.fitted()
        part.extend(self.world.new_vectors, self.world.new_languages, self.world.new_categories)
        return part

    @property
    def histories(self) -> Histories:
        """What the users of the world chose."""
        return self.world.training.histories

    @property
    def _rates(self) -> bool:
        return isinstance(self.part, Rater)

    # settings

    def test_its_search_space_holds_what_its_settings_may_be(self) -> None:
        own = settings_of(self.part)
        table = table_of(self.kind, self.part)
        for name, values in self.part.search_space.items():
            assert name in own
            for value in values.ends:
                if value is None:  # a table has no place for it, so it must go without saying
                    assert own[name] is None
                else:
                    made = build(self.kind, {**table, name: value})
                    assert settings_of(made)[name] == value

    # refusals

    def test_it_refuses_before_fit(self) -> None:
        part = self.make()
        refusal(NotFittedError, lambda: part.score(self.histories))
        refusal(NotFittedError, lambda: part.top(self.histories, 3))
        if part.is_linear:
            one = self._user(0)
            refusal(NotFittedError, lambda: part.contributions(one, np.array([0])))
        refusal(NotFittedError, lambda: self._extend_by(part, 1))
        refusal(NotFittedError, lambda: part.forget(np.ones(3, dtype=np.bool_)))
        assert not state_of(part)

    def test_it_refuses_training_data_that_lack_what_it_needs(self) -> None:
        training = self.world.training
        if self.part.needs_vectors:
            refusal(ConfigError, lambda: self.make().fit(replace(training, vectors=None)))
        if self.part.needs_categories:
            refusal(ConfigError, lambda: self.make().fit(replace(training, categories=None)))
        if self.part.needs_times:
            timeless = replace(training, histories=replace(training.histories, times=None))
            refusal(ConfigError, lambda: self.make().fit(timeless))
        nothing = replace(training, histories=_nothing(3, training.n_items))
        refusal(DataError, lambda: self.make().fit(nothing))

    def test_it_refuses_histories_over_other_items(self) -> None:
        part = self.fitted()
        refusal(DataError, lambda: part.score(_nothing(1, part.n_items_ + 1)))

    def test_it_refuses_profiles_of_other_users(self) -> None:
        profiles = self.world.vectors[:2]
        refusal(DataError, lambda: self.fitted().score(self.histories, profiles=profiles))

    # fit

    def test_fit_gives_the_part_and_changes_no_setting(self) -> None:
        part = self.make()
        assert part.fit(self.world.training) is part
        assert settings_of(part) == settings_of(self.make())

    def test_the_same_seed_gives_the_same_scores(self) -> None:
        one = self.make().fit(self.world.training, seed=3)
        other = self.make().fit(self.world.training, seed=3)
        assert np.array_equal(one.score(self.histories), other.score(self.histories))

    def test_fitting_again_forgets(self) -> None:
        other = two_camps(30, 36, seed=1)
        part = self.make().fit(other.training)
        part.extend(other.new_vectors, other.new_languages, other.new_categories)
        again = part.fit(self.world.training).score(self.histories)
        assert np.array_equal(again, self.fitted().score(self.histories))

    def test_users_without_items_and_items_without_users_do_no_harm(self) -> None:
        matrix = self.histories.matrix().toarray()
        matrix[::7] = 0
        matrix[:, ::9] = 0
        histories = _histories(matrix)
        histories = replace(histories, times=np.arange(len(histories.items), dtype=np.float64))
        training = replace(self.world.training, histories=histories)
        part = self.make().fit(training)
        assert np.isfinite(part.score(training.histories)).all()

    # score

    def test_scores_are_float32_of_every_item_for_every_user(self) -> None:
        scores = self.fitted().score(self.histories)
        assert scores.shape == (len(self.histories), self.histories.n_items)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()

    def test_nobody_gets_no_scores(self) -> None:
        nobody = _nothing(0, self.histories.n_items)
        part = self.fitted()
        assert part.score(nobody).shape == (0, self.histories.n_items)
        assert part.top(nobody, 4).items.shape == (0, 4)

    def test_an_empty_history_can_be_scored(self) -> None:
        scores = self.fitted().score(_nothing(2, self.histories.n_items))
        assert not np.isnan(scores).any()
        assert not np.isposinf(scores).any()

    def test_order_and_company_change_no_score(self) -> None:
        part = self.fitted()
        scores = part.score(self.histories)
        backwards = part.score(self.histories.rows(slice(None, None, -1)))
        alone = np.concatenate([part.score(self._user(u)) for u in range(len(self.histories))])
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

    # contributions

    def test_contributions_add_up_to_the_score(self) -> None:
        if not self.part.is_linear:
            return
        profiles, items = self.world.vectors[:1], np.arange(self.histories.n_items)
        part, weights = self.fitted(), np.array([0.5, 1, 3, 2], dtype=np.float32)
        one = replace(Histories.from_lists([[0, 2, 3, 8]], n_items=len(items)), weights=weights)
        for history in (self._user(0), self._user(1), one, _nothing(1, len(items))):
            for given in (None, profiles):
                base, parts = part.contributions(history, items, profiles=given)
                assert parts.shape == (len(items), len(history.items))
                scores = part.score(history, profiles=given)[0]
                size = np.abs(scores).max()
                assert np.allclose(base + parts.sum(axis=1), scores, rtol=1e-3, atol=1e-4 * size)

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

    def test_who_is_not_linear_refuses_to_tell_contributions(self) -> None:
        if not self.part.is_linear:
            one, items = self._user(0), np.array([1])
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

    # save

    def test_what_was_saved_answers_alike(self) -> None:
        part = self.fitted()
        loaded = saved_and_loaded(part, self.make())
        assert np.array_equal(loaded.score(self.histories), part.score(self.histories))
        assert (loaded.n_items_, loaded.n_fitted_) == (part.n_items_, part.n_fitted_)

    def test_what_was_saved_after_it_was_extended_answers_alike(self) -> None:
        part = self.extended()
        loaded = saved_and_loaded(part, self.make())
        histories = _wider(self.histories, 4)
        assert np.array_equal(loaded.score(histories), part.score(histories))
        self._extend_by(loaded, 2)
        assert loaded.score(_wider(self.histories, 6)).shape[1] == self.histories.n_items + 6

    # extend

    def test_a_new_item_is_scored_after_extend_if_new_items_are_accepted(self) -> None:
        scores = self.extended().score(_wider(self.histories, 4))
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
        histories = _wider(self.histories, 4)
        one, other = at_once.score(histories), in_turn.score(histories)
        assert one.shape == other.shape
        assert np.array_equal(np.isfinite(one), np.isfinite(other))
        if self._tells_new_items_apart:
            assert _camps_told_apart(other[:, -4:]) > 0.95

    def test_adding_no_items_changes_nothing(self) -> None:
        part = self.fitted()
        before = part.score(self.histories)
        self._extend_by(part, 0)
        assert np.array_equal(part.score(self.histories), before)

    def test_new_items_need_a_vector_a_language_and_a_category_each(self) -> None:
        world, part = self.world, self.fitted()
        refusal(
            DataError,
            lambda: part.extend(world.new_vectors, world.new_languages[:2], world.new_categories),
        )

    def test_one_that_reads_no_history_scores_all_users_alike(self) -> None:
        if not self.part.reads_history:
            scores = self.fitted().score(self.histories)
            assert (scores == scores[0]).all()

    # working ahead

    def test_what_is_worked_out_ahead_changes_no_answer_and_is_not_saved(self) -> None:
        part = self.extended()
        histories, saved = _wider(self.histories, 4), state_of(part)
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

    # forget

    def test_it_keeps_no_row_of_a_user_who_is_forgotten(self) -> None:
        n_users, n_gone = 37, 4  # neither 37 nor 33 is the length of anything else here
        world = two_camps(n_users, others=0.4 if self._rates else 0.0)
        part = self.make().fit(world.training)
        before, rows = state_of(part), _with_rows_of(n_users, state_of(part))
        kept = np.arange(n_users) >= n_gone
        other = twin(part)
        other.forget(kept)
        after = state_of(other)
        assert _with_rows_of(n_users, after) == set()
        assert _with_rows_of(n_users - n_gone, after) == rows
        assert same_state(state_of(part), before)
        if not rows:
            assert same_state(after, before)
        if self.is_personal:
            histories = world.training.histories
            assert world.right(other.top(histories, 3).items).mean() > 0.95

    def test_a_twin_takes_in_items_alone(self) -> None:
        part, n_items = self.fitted(), self.histories.n_items
        before = {name: array.copy() for name, array in state_of(part).items()}
        self._extend_by(twin(part), 4)
        assert same_state(before, state_of(part))
        assert part.score(self.histories).shape[1] == n_items

    # known answers

    def test_users_are_recommended_the_items_of_their_camp(self) -> None:
        if self.is_personal:
            top = self.fitted().top(self.histories, 3)
            assert self.world.right(top.items).mean() > 0.95

    def test_a_new_user_is_recommended_the_items_of_their_camp(self) -> None:
        if self.is_personal:
            lists = [[0, 2, 4], [1, 3, 5], [6, 8, 14], [7, 9, 15]]
            new = Histories.from_lists(lists, n_items=self.histories.n_items)
            new = replace(new, weights=np.full_like(new.weights, 5 if self._rates else 1))
            assert self.world.right(self.fitted().top(new, 3).items).mean() > 0.9

    def test_new_items_of_the_camp_stand_before_those_of_the_other(self) -> None:
        if self._tells_new_items_apart:
            scores = self.extended().score(_wider(self.histories, 4))
            assert _camps_told_apart(scores[:, -4:]) > 0.95

    def test_a_text_is_answered_by_what_lies_near_it(self) -> None:
        part, vectors = self.fitted(), self.world.vectors
        nobody = _nothing(4, self.histories.n_items)
        scores = part.score(nobody, profiles=vectors[:4])
        assert not np.isnan(scores).any()
        if self.part.needs_vectors:
            top = part.top(nobody, 3, profiles=vectors[:4])
            assert self.world.right(top.items).mean() > 0.9

    def test_a_profile_of_zeros_is_as_good_as_none(self) -> None:
        part = self.fitted()
        nothing: Floats = np.zeros((len(self.histories), self.world.vectors.shape[1]), np.float32)
        given, without = (part.score(self.histories, profiles=p) for p in (nothing, None))
        assert np.allclose(given, without, rtol=1e-3, atol=self.tolerance)

    def test_a_german_reader_gets_the_french_twin(self) -> None:
        if not (self.is_personal and self.part.needs_vectors) or self._rates:
            return  # nobody in this world gave stars
        world = two_languages(offset=0.0)
        readers = world.german_readers
        first = self.make().fit(world.training).top(readers, 1).items[:, 0]
        twins = [
            int(item) in world.twins(readers.items_of(user)) for user, item in enumerate(first)
        ]
        assert np.mean(twins) > 0.9

    # raters

    def test_stars_are_those_scores_within_the_scale(self) -> None:
        if not self._rates:
            return
        part, histories = self.fitted(), self.histories
        users, items = np.divmod(np.arange(len(histories) * histories.n_items), histories.n_items)
        stars = part.predict(histories, users[::-1], items[::-1])[::-1]
        scores = part.score(histories).ravel()
        assert np.allclose(stars, np.clip(scores, 1, 5), rtol=1e-3, atol=self.tolerance)
        assert np.array_equal(saved_and_loaded(part, self.make()).scale_, [1, 5])
        refusal(NotFittedError, lambda: self.make().predict(histories, users, items))
        refusal(DataError, lambda: part.predict(histories, users, items[:-1]))
        refusal(DataError, lambda: part.predict(histories, users + 1, items))
        assert part.predict(histories, users[:0], items[:0]).shape == (0,)

    def test_what_is_of_the_camp_gets_most_stars(self) -> None:
        if not self._rates:
            return
        users, items = np.divmod(np.arange(1600), 40)
        stars = self.fitted().predict(self.histories, users, items)
        assert stars[users % 2 == items % 2].mean() > 4
        assert stars[users % 2 != items % 2].mean() < 2

    @property
    def _tells_new_items_apart(self) -> bool:
        told = self.part.needs_vectors or self.part.needs_categories
        return bool(self.is_personal and told and self.part.accepts_new_items)

    def _user(self, user: int) -> Histories:
        return self.histories.rows(slice(user, user + 1))

    def _extend_by(self, part: Any, n_new: int) -> None:
        world = self.world
        part.extend(
            world.new_vectors[:n_new], world.new_languages[:n_new], world.new_categories[:n_new]
        )


def _camps_told_apart(scores: Floats) -> float:
    """Give the share of users who score the two new items of their camp above the other two."""
    even = scores[:, [0, 2]].mean(axis=1) > scores[:, [1, 3]].mean(axis=1)
    return float((even == (np.arange(len(even)) % 2 == 0)).mean())


def _with_rows_of(n_users: int, state: State) -> set[str]:
    """Name the arrays of a state that are as long as there are users."""
    return {
        name
        for name, array in state.items()
        if {n_users, n_users + 1} & set(array.shape)
        or (name.endswith("/shape") and n_users in array)
    }


def _nothing(n_users: int, n_items: int) -> Histories:
    return Histories.from_lists([[]] * n_users, n_items=n_items)


def _histories(matrix: Floats) -> Histories:
    rows = [np.flatnonzero(row).tolist() for row in matrix]
    return Histories.from_lists(rows, n_items=matrix.shape[1])


def _wider(histories: Histories, n_new: int) -> Histories:
    return replace(histories, n_items=histories.n_items + n_new)
