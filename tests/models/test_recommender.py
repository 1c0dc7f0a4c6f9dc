from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, NotFittedError
from polyrec.core.types import NO_ITEM, Histories, Training
from polyrec.models import recommender
from polyrec.models.content import Content
from polyrec.models.popularity import Popularity
from polyrec.models.recommender import Recommender
from polyrec.models.section_only import SectionOnly
from polyrec.testing.worlds import ladder

if TYPE_CHECKING:
    from polyrec.core.types import Floats


@dataclass
class Held(Recommender):
    """Hands out the very array that it holds."""

    def _fit(self, training: Training, seed: int) -> None:
        self.scores_ = np.arange(training.n_items, dtype=np.float32)[None, :].copy()

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return self.scores_


def test_ranking_does_not_change_what_a_model_holds() -> None:
    history = Histories.from_lists([[3, 1]], n_items=4)
    part = Held().fit(Training(history))
    assert part.top(history, 3).items.tolist() == [[2, 0, NO_ITEM]]
    assert part.score(history).tolist() == [[0, 1, 2, 3]]


def test_items_that_a_model_cannot_take_in_score_minus_infinity() -> None:
    part = Held().fit(Training(Histories.from_lists([[0]], n_items=2)))
    part.extend(np.ones((2, 3), np.float32), np.array(["de", "fr"]), np.array(["", ""]))
    history = Histories.from_lists([[0, 3]], n_items=4)
    assert part.score(history).tolist() == [[0, 1, -np.inf, -np.inf]]
    assert part.top(history, 4).items.tolist() == [[1, NO_ITEM, NO_ITEM, NO_ITEM]]


def test_blocks_of_users_change_no_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    world = ladder(20)
    part, histories = Popularity().fit(world.training), world.training.histories
    allowed = np.random.default_rng(0).random((20, 20)) < 0.5
    whole = part.top(histories, 5, allowed=allowed)
    monkeypatch.setattr(recommender, "BATCH", 3)
    assert np.array_equal(part.top(histories, 5, allowed=allowed).items, whole.items)


def test_profiles_are_cut_into_the_same_blocks_as_users(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.eye(6, dtype=np.float32)
    part = Content().fit(Training(Histories.from_lists([[0, 1]], n_items=6), vectors))
    monkeypatch.setattr(recommender, "BATCH", 2)
    nobody = Histories.from_lists([[]] * 6, n_items=6)
    assert part.top(nobody, 1, profiles=vectors[::-1]).items[:, 0].tolist() == [5, 4, 3, 2, 1, 0]


def test_the_most_popular_item_comes_first() -> None:
    world = ladder()
    part = Popularity().fit(world.training)
    nobody = Histories.from_lists([[]], n_items=8)
    assert part.top(nobody, 8).items[0].tolist() == world.best_first
    assert part.score(nobody)[0].tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_popularity_counts_people_rather_than_weights() -> None:
    matrix = Histories.from_lists([[0], [1], [1]], n_items=2).matrix()
    matrix.data[:] = [9, 1, 1]
    part = Popularity().fit(Training(Histories.from_matrix(matrix)))
    assert part.score(Histories.from_lists([[]], n_items=2)).tolist() == [[1, 2]]


def test_a_new_item_is_chosen_by_nobody() -> None:
    part = Popularity().fit(ladder().training)
    part.extend(np.ones((1, 2), np.float32), np.array(["de"]), np.array([""]))
    assert part.score(Histories.from_lists([[]], n_items=9))[0, -1] == 0


def test_a_section_scores_its_share_of_the_history() -> None:
    sections = np.array(["a", "b", "", "b", "a"])
    histories = Histories.from_lists([[0, 1, 3, 2], [2], []], n_items=5)
    part = SectionOnly().fit(Training(histories, categories=sections))
    third = 1 / 3
    expected = [[third, 2 * third, 0, 2 * third, third], [0] * 5, [0] * 5]
    assert np.allclose(part.score(histories), expected)


def test_a_new_section_may_come_with_a_new_item() -> None:
    histories = Histories.from_lists([[0]], n_items=2)
    part = SectionOnly().fit(Training(histories, categories=np.array(["a", "b"])))
    part.extend(np.ones((2, 2), np.float32), np.array(["de", "de"]), np.array(["a", "longer"]))
    scores = part.score(Histories.from_lists([[0], [3]], n_items=4))
    assert scores.tolist() == [[1, 0, 1, 0], [0, 0, 0, 1]]


def test_what_is_missing_is_said() -> None:
    training = Training(Histories.from_lists([[0]], n_items=2))
    with pytest.raises(
        ConfigError, match=r"^Content needs item vectors; name an encoder in the pl"
    ):
        Content().fit(training)
    with pytest.raises(ConfigError, match=r"^SectionOnly needs categories; give the catalog a cat"):
        SectionOnly().fit(training)
    with pytest.raises(DataError, match=r"^there are no interactions to learn from$"):
        Popularity().fit(Training(Histories.from_lists([[]], n_items=2)))
    with pytest.raises(DataError, match=r"^2 items but 3 rows about them$"):
        Content().fit(Training(training.histories, np.eye(3, dtype=np.float32)))
    with pytest.raises(NotFittedError, match=r"^Popularity has not been fitted; call fit first$"):
        Popularity().score(training.histories)


def test_what_does_not_fit_the_model_is_said() -> None:
    world = ladder()
    part = Popularity().fit(world.training)
    with pytest.raises(DataError, match=r"^histories over 9 items, fitted on 8$"):
        part.score(Histories.from_lists([[]], n_items=9))
    with pytest.raises(DataError, match=r"^2 profiles for 8 histories$"):
        part.score(world.training.histories, profiles=np.ones((2, 2), np.float32))
    with pytest.raises(DataError, match=r"^new items need one vector, language and category each$"):
        part.extend(np.ones((1, 2), np.float32), np.array([]), np.array([""]))


def test_profiles_must_be_one_per_user() -> None:
    histories = Histories.from_lists([[0], [1]], n_items=2)
    training = Training(histories, profiles=np.zeros((3, 2), dtype=np.float32))
    with pytest.raises(DataError, match=r"^2 users but 3 profiles of them$"):
        Popularity().fit(training)
