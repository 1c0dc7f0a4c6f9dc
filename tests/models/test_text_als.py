from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.types import Histories, Training
from polyrec.models.als import Als
from polyrec.models.text_als import TextAls
from polyrec.testing.worlds import two_camps

pytest.importorskip("numba", reason="needs the extra als")

WORLD = two_camps()
LISTS = [WORLD.training.histories.items_of(user).tolist() for user in range(40)]
NOBODY = Histories.from_lists([[]] * 2, n_items=40)


def fitted(**settings: float) -> TextAls:
    return TextAls(factors=8, l2=1.0, **settings).fit(WORLD.training)  # type: ignore[arg-type]


def test_a_new_item_is_what_the_map_makes_of_its_text() -> None:
    part = fitted()
    part.extend(WORLD.new_vectors, WORLD.new_languages, WORLD.new_categories)
    assert part.items_ is not None
    assert part.item_map_ is not None
    assert np.allclose(part.items_[40:], 2.5 * WORLD.new_vectors @ part.item_map_, atol=1e-6)


def test_an_item_that_nobody_chose_is_what_the_map_makes_of_its_text() -> None:
    matrix = WORLD.training.histories.matrix().toarray()
    matrix[:, [3, 8]] = 0
    lists = [np.flatnonzero(row).tolist() for row in matrix]
    training = replace(WORLD.training, histories=Histories.from_lists(lists, n_items=40))
    part = TextAls(factors=8, l2=1.0).fit(training)
    assert part.items_ is not None
    said = part.unseen_boost * WORLD.vectors[[3, 8]] @ part.item_map_
    assert np.allclose(part.items_[[3, 8]], said, atol=1e-6)
    scores = part.score(training.histories)
    assert (scores[::2, 8] > scores[1::2, 8].max()).mean() > 0.9
    assert (scores[1::2, 3] > scores[::2, 3].max()).mean() > 0.9


def test_an_item_that_is_new_is_stretched_by_a_boost_of_its_own() -> None:
    lists = [[item for item in row if item not in {3, 8}] for row in LISTS]
    histories = Histories.from_lists(lists, n_items=40)
    training = replace(WORLD.training, histories=histories, new=np.arange(40) == 8)
    part = TextAls(factors=8, l2=1.0, unseen_boost=1.5, new_item_boost=3.0).fit(training)
    assert part.items_ is not None
    said = np.array([[1.5], [3.0]]) * (WORLD.vectors[[3, 8]] @ part.item_map_)
    assert np.allclose(part.items_[[3, 8]], said, atol=1e-6)


def test_the_stronger_the_prior_the_more_items_are_what_their_texts_say() -> None:
    off = []
    for prior in (0.1, 10.0, 1000.0):
        part = fitted(prior=prior)
        assert part.items_ is not None
        said = WORLD.vectors @ part.item_map_
        off.append(np.linalg.norm(part.items_ - said) / np.linalg.norm(part.items_))
    assert off[0] > off[1] > off[2]


def test_a_map_that_is_held_to_zero_leaves_ials() -> None:
    histories = WORLD.training.histories
    plain = Als(factors=8, l2=1.0).fit(WORLD.training, seed=4).score(histories)
    held = (
        TextAls(factors=8, l2=1.0, prior=1.0, scaling=1.0, ridge=1e9)
        .fit(WORLD.training, seed=4)
        .score(histories)
    )
    assert np.allclose(plain, held, atol=1e-3)


def test_few_choices_and_a_text_go_to_the_camp_of_the_text() -> None:
    scores = fitted().score(NOBODY, profiles=WORLD.vectors[:2])
    assert WORLD.right(scores.argsort(axis=1)[:, -5:]).all()


def test_a_text_beside_a_history_pulls_towards_it() -> None:
    part = TextAls(factors=8, l2=10.0).fit(WORLD.training)
    one = Histories.from_lists([[0, 1]], n_items=40)
    plain = part.score(one)[0]
    even, odd = (part.score(one, profiles=WORLD.vectors[[i]])[0] for i in (2, 3))
    camps = np.arange(40) % 2
    lean = [s[camps == 0].mean() - s[camps == 1].mean() for s in (even, plain, odd)]
    assert lean[0] > lean[1] > lean[2]


def test_profiles_of_the_training_data_say_who_is_alike() -> None:
    # users of few items, whose profiles name the camp; the map is learned from these profiles
    profiles = np.zeros((40, 16), dtype=np.float32)
    profiles[::2, 0], profiles[1::2, 1] = 1, 1
    training = replace(WORLD.training, profiles=profiles)
    part = TextAls(factors=8, l2=1.0).fit(training)
    scores = part.score(NOBODY, profiles=profiles[:2])
    assert WORLD.right(scores.argsort(axis=1)[:, -5:]).all()


def test_it_refuses_nothing_that_als_would_not_and_its_own_settings() -> None:
    for settings in ({"prior": 0.0}, {"ridge": -1.0}, {"l2": 0.0}):
        with pytest.raises(ConfigError, match="give a number above 0"):
            TextAls(**settings)  # type: ignore[arg-type]


def test_users_who_chose_nothing_have_no_part_in_the_map() -> None:
    more = Histories.from_lists([*LISTS, *[[]] * 5], n_items=40)
    one, other = (
        TextAls(factors=8, l2=1.0).fit(Training(h, WORLD.vectors)).user_map_
        for h in (more, Histories.from_lists(LISTS, n_items=40))
    )
    assert np.allclose(one, other, atol=0.05)  # type: ignore[arg-type]
