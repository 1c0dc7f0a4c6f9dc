from __future__ import annotations

import numpy as np
import pytest

from polyrec.encode.hashing import Hashing
from polyrec.encode.language_mean import LanguageMean
from polyrec.testing.worlds import LANGUAGE_WORDS, ladder, translated, two_camps, two_languages


def test_users_chose_items_of_their_own_camp_only() -> None:
    world = two_camps()
    histories = world.training.histories
    for user in range(len(histories)):
        assert set(histories.items_of(user) % 2) == {user % 2}
    assert np.bincount(histories.items, minlength=40).min() > 0


def test_items_lie_nearest_to_their_camp_by_vector_and_by_text() -> None:
    world = two_camps()
    for vectors in (world.vectors, Hashing().encode(world.dataset.catalog.text)):
        cosine = vectors @ vectors.T
        np.fill_diagonal(cosine, -np.inf)
        assert (cosine.argmax(axis=1) % 2 == np.arange(40) % 2).all()
    both = world.new_vectors @ world.vectors.T
    assert (both.argmax(axis=1) % 2).tolist() == [0, 1, 0, 1]


def test_languages_say_nothing_of_the_camps() -> None:
    languages = two_camps().dataset.catalog.languages
    assert languages[::2].tolist() == languages[1::2].tolist()
    assert set(languages) == {"de", "fr"}


def test_the_right_items_are_those_of_the_users_camp() -> None:
    world = two_camps(4, 8)
    assert world.right(np.array([[0, 1], [0, 1]])).tolist() == [[True, False], [False, True]]


@pytest.mark.parametrize("offset", [0.0, 2.0])
def test_twins_differ_by_their_languages_alone(offset: float) -> None:
    world = two_languages(offset=offset)
    training = world.training
    assert training.languages is not None
    assert (world.twins(np.arange(4)) == [1, 0, 3, 2]).all()
    cosine = world.vectors @ world.vectors.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = cosine.argmax(axis=1)
    if offset:
        assert (training.languages[nearest] == training.languages).all()
    else:
        assert (nearest == world.twins(np.arange(40))).all()


def test_the_texts_of_twins_are_told_apart_by_the_small_words_of_their_language() -> None:
    catalog = two_languages().dataset.catalog
    vectors = Hashing().encode(catalog.text)
    freed = LanguageMean().fit(vectors, catalog.languages).apply(vectors, catalog.languages)
    for found, same in ((vectors, True), (freed, False)):
        cosine = found @ found.T
        np.fill_diagonal(cosine, -np.inf)
        nearest = catalog.languages[cosine.argmax(axis=1)]
        assert bool((nearest == catalog.languages).mean() > 0.5) is same


def test_readers_of_german_are_the_same_users_without_french() -> None:
    world = two_languages()
    both = world.training.histories
    for user in range(len(both)):
        german = world.german_readers.items_of(user)
        assert (german % 2 == 0).all()
        assert set(german) | set(world.twins(german)) == set(both.items_of(user))


def test_a_step_of_the_ladder_was_chosen_by_one_user_more() -> None:
    world = ladder(5)
    assert np.bincount(world.training.histories.items).tolist() == [1, 2, 3, 4, 5]
    assert world.best_first == [4, 3, 2, 1, 0]


def test_worlds_are_the_same_each_time_and_cannot_be_written_to() -> None:
    one, other = two_camps(seed=3), two_camps(seed=3)
    assert np.array_equal(one.vectors, other.vectors)
    assert one.dataset.catalog == other.dataset.catalog
    assert not np.array_equal(one.vectors, two_camps(seed=4).vectors)
    training = one.training
    assert training.languages is not None
    for array in (one.vectors, one.new_vectors, training.histories.items, training.languages):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[1]


def test_items_of_a_topic_are_chosen_together_and_said_alike_in_every_language() -> None:
    data = translated()
    events, catalog = data.interactions, data.catalog
    assert (events.user % 4 == events.item % 4).all()
    assert events.time is not None
    assert len(set(events.time.tolist())) == len(events)
    words = [
        [set(text.split()) - set(LANGUAGE_WORDS[tag].split()) for tag, text in by.items()]
        for by in catalog.texts
    ]
    assert {tuple(by) for by in catalog.texts} == {("en", "de", "fr")}
    for item, said in enumerate(words):
        assert all(other == said[0] for other in said)
        assert all(
            bool(said[0] & words[other][0]) <= (item % 4 == other % 4) for other in range(60)
        )
    assert set(catalog.category) == {f"topic{i}" for i in range(4)}
