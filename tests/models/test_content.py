from __future__ import annotations

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.types import Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.content import Content, text_scores

CLOCK = np.array([[np.cos(a), np.sin(a)] for a in np.pi / 6 * np.arange(12)], dtype=np.float32)
"""Twelve items on a circle, one at each hour."""


def fitted(**settings: object) -> Content:
    everyone = Histories.from_lists([list(range(12))], n_items=12)
    part = Content(**settings)  # type: ignore[arg-type]
    return part.fit(Training(everyone, CLOCK))


def test_an_item_scores_those_of_its_neighbours_that_the_history_holds() -> None:
    part = fitted(n_neighbours=2)
    scores = part.score(Histories.from_lists([[3], [3, 5]], n_items=12))
    assert np.allclose(scores[0, [2, 4]], 0.5)
    assert np.allclose(np.delete(scores[0], [2, 4]), 0)
    assert np.allclose(scores[1, [2, 4, 6]], [0.5, 1.0, 0.5])


def test_several_interests_stay_apart_by_neighbours_and_meet_by_mean() -> None:
    across = Histories.from_lists([[0, 4]], n_items=12)
    assert set(fitted(n_neighbours=2).top(across, 4).items[0].tolist()) == {11, 1, 3, 5}
    assert fitted(profile="mean").top(across, 1).items.tolist() == [[2]]


def test_the_mean_profile_scores_the_cosine() -> None:
    history = Histories.from_lists([[0, 2]], n_items=12)
    centre = unit_rows((CLOCK[0] + CLOCK[2])[None, :])
    assert np.allclose(fitted(profile="mean").score(history), centre @ CLOCK.T, atol=1e-6)


def test_weights_pull_the_mean_towards_what_was_liked_most() -> None:
    matrix = Histories.from_lists([[0, 4]], n_items=12).matrix()
    matrix.data[:] = [1, 9]
    heavy = Histories.from_matrix(matrix)
    assert fitted(profile="mean").top(heavy, 1).items.tolist() == [[3]]


@pytest.mark.parametrize("profile", ["neighbours", "mean"])
def test_a_text_in_place_of_a_history_ranks_by_cosine(profile: str) -> None:
    nobody = Histories.from_lists([[]], n_items=12)
    wish = unit_rows(np.array([[1.0, 0.1]], dtype=np.float32))
    top = fitted(profile=profile).top(nobody, 3, profiles=wish)
    assert top.items.tolist() == [[0, 1, 11]]


def test_a_text_joins_the_history() -> None:
    history = Histories.from_lists([[6]], n_items=12)
    scores = fitted(n_neighbours=2).score(history, profiles=CLOCK[:1])
    alone = fitted(n_neighbours=2).score(history)
    assert np.allclose(scores, alone + text_scores(CLOCK[:1], CLOCK, sharpness=10.0))


def test_the_best_item_of_a_text_scores_one_and_no_text_zero() -> None:
    wish = np.array([[0.6, 0.8], [0, 0]], dtype=np.float32)
    scores = text_scores(wish, CLOCK, sharpness=10.0)
    assert scores[0].max() == pytest.approx(1)
    cosine = wish[0] @ CLOCK.T
    assert np.allclose(scores[0], np.exp(10 * (cosine - cosine.max())), atol=1e-6)
    assert (scores[1] == 0).all()


def test_new_items_become_neighbours_of_the_old() -> None:
    part = fitted(n_neighbours=2)
    beside = unit_rows((CLOCK[3] + CLOCK[4])[None, :])
    part.extend(beside, np.array(["de"]), np.array([""]))
    top = part.top(Histories.from_lists([[3, 4]], n_items=13), 1)
    assert top.items.tolist() == [[12]]


def test_neighbours_that_cannot_be_are_refused() -> None:
    with pytest.raises(ConfigError, match="n_neighbours is 0; give at least 1"):
        Content(n_neighbours=0)
    with pytest.raises(ConfigError, match="sharpness is nan; give a number above 0"):
        Content(sharpness=float("nan"))


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"profile is 'median'; give one of \('neighbours', 'me"):
        Content(profile="median")
