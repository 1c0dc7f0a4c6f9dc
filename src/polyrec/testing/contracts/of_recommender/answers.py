"""Which answers are right, in worlds where that is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from polyrec.core.errors import DataError, NotFittedError
from polyrec.core.types import Floats, Histories
from polyrec.testing.contracts.of_recommender.world import OnWorld, no_choices
from polyrec.testing.contracts.part import refusal, saved_and_loaded
from polyrec.testing.worlds import two_languages


class Answers(OnWorld):
    """A fitted part is asked where the answer is known."""

    # known answers

    def test_users_are_recommended_the_items_of_their_camp(self) -> None:
        if self.is_personal:
            top = self.fitted().top(self.histories, 3)
            assert self.world.right(top.items).mean() > 0.95

    def test_a_new_user_is_recommended_the_items_of_their_camp(self) -> None:
        if self.is_personal:
            lists = [[0, 2, 4], [1, 3, 5], [6, 8, 14], [7, 9, 15]]
            new = Histories.from_lists(lists, n_items=self.histories.n_items)
            new = replace(new, weights=np.full_like(new.weights, 5 if self.rates else 1))
            assert self.world.right(self.fitted().top(new, 3).items).mean() > 0.9

    def test_a_text_is_answered_by_what_lies_near_it(self) -> None:
        part, vectors = self.fitted(), self.world.vectors
        nobody = no_choices(4, self.histories.n_items)
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
        if not (self.is_personal and self.part.needs_vectors) or self.rates:
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
        if not self.rates:
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
        if not self.rates:
            return
        users, items = np.divmod(np.arange(1600), 40)
        stars = self.fitted().predict(self.histories, users, items)
        assert stars[users % 2 == items % 2].mean() > 4
        assert stars[users % 2 != items % 2].mean() < 2
