"""What settings, fitting, saving and forgetting promise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.component import settings_of, state_of, twin
from polyrec.core.errors import ConfigError, DataError, NotFittedError
from polyrec.core.registry import build, table_of
from polyrec.testing.contracts.of_recommender.world import OnWorld, histories_of, no_choices
from polyrec.testing.contracts.part import refusal, same_state, saved_and_loaded
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from polyrec.core.component import State


class Fits(OnWorld):
    """A part is fitted, saved and told to forget."""

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
            one = self.user(0)
            refusal(NotFittedError, lambda: part.contributions(one, np.array([0])))
        refusal(NotFittedError, lambda: self.extend_by(part, 1))
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
        nothing = replace(training, histories=no_choices(3, training.n_items))
        refusal(DataError, lambda: self.make().fit(nothing))

    def test_it_refuses_histories_over_other_items(self) -> None:
        part = self.fitted()
        refusal(DataError, lambda: part.score(no_choices(1, part.n_items_ + 1)))

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
        histories = histories_of(matrix)
        histories = replace(histories, times=np.arange(len(histories.items), dtype=np.float64))
        training = replace(self.world.training, histories=histories)
        part = self.make().fit(training)
        assert np.isfinite(part.score(training.histories)).all()

    # save

    def test_what_was_saved_answers_alike(self) -> None:
        part = self.fitted()
        loaded = saved_and_loaded(part, self.make())
        assert np.array_equal(loaded.score(self.histories), part.score(self.histories))
        assert (loaded.n_items_, loaded.n_fitted_) == (part.n_items_, part.n_fitted_)

    # forget

    def test_it_keeps_no_row_of_a_user_who_is_forgotten(self) -> None:
        n_users, n_gone = 37, 4  # neither 37 nor 33 is the length of anything else here
        world = two_camps(n_users, others=0.4 if self.rates else 0.0)
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


def _with_rows_of(n_users: int, state: State) -> set[str]:
    """Name the arrays of a state that are as long as there are users."""
    return {
        name
        for name, array in state.items()
        if {n_users, n_users + 1} & set(array.shape)
        or (name.endswith("/shape") and n_users in array)
    }
