from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.types import Floats, Histories, Training
from polyrec.core.vectors import unit_rows
from polyrec.models.content import Content
from polyrec.models.interests import Interests

N_TOPICS, PER_TOPIC = 6, 10


def vectors() -> Floats:
    """Items i is of topic i // 10; topics are at right angles."""
    drawn = np.random.default_rng(0).standard_normal((N_TOPICS * PER_TOPIC, 8)).astype(np.float32)
    return unit_rows(np.repeat(np.eye(N_TOPICS, 8, dtype=np.float32), PER_TOPIC, 0) + 0.1 * drawn)


V = vectors()
EVERYONE = Histories.from_lists([list(range(60))], n_items=60)


def fitted(**settings: float) -> Interests:
    return Interests(**settings).fit(Training(EVERYONE, V))  # type: ignore[arg-type]


def history(*items: int) -> Histories:
    return Histories.from_lists([list(items)], n_items=60)


def test_the_topics_of_a_history_are_found_the_largest_first() -> None:
    groups, centres, shares = fitted().interests(history(0, 20, 21, 22, 40, 41), 0)
    assert [group.tolist() for group in groups] == [[20, 21, 22], [40, 41], [0]]
    assert np.allclose(shares, [3 / 6, 2 / 6, 1 / 6])
    assert np.allclose(centres[1], unit_rows(V[[40, 41]].sum(axis=0)[None])[0], atol=1e-6)


def test_weights_make_an_interest_large() -> None:
    given = replace(history(0, 20, 21), weights=np.array([8, 1, 1], dtype=np.float32))
    groups, _, shares = fitted().interests(given, 0)
    assert groups[0].tolist() == [0]
    assert np.allclose(shares, [0.8, 0.2])


def test_unlike_interests_do_not_blur() -> None:
    # an item between two topics is nearest to the mean of both, and of no topic
    between = unit_rows((V[0] + V[20])[None])
    both = np.concatenate([V, between])
    training = Training(Histories.from_lists([list(range(61))], n_items=61), both)
    given = Histories.from_lists([[0, 1, 20, 21]], n_items=61)
    part = Interests(crowding=0.0).fit(training)
    assert set(part.top(given, 6).items[0] // 10) == {0, 2}
    assert Content(profile="mean").fit(training).top(given, 1).items.tolist() == [[60]]


def test_no_history_has_more_interests_than_wished() -> None:
    given = history(0, 10, 20, 30, 40, 50)
    assert len(fitted(max_interests=2).interests(given, 0)[0]) == 2
    assert len(fitted(distance=10.0).interests(given, 0)[0]) == 1
    assert len(fitted().interests(given, 0)[0]) == 6


def test_with_one_interest_it_ranks_by_the_mean() -> None:
    given = history(0, 1, 20)
    mean = Content(profile="mean").fit(Training(EVERYONE, V)).top(given, 20).items
    found = fitted(max_interests=1, distance=9.0, crowding=0.0).top(given, 20).items
    assert np.array_equal(found, mean)


def test_the_sharper_the_less_other_interests_count() -> None:
    scores = fitted(sharpness=500.0, crowding=0.0).score(history(0, 20))[0]
    nearest = (V[[0, 20]] @ V.T).max(axis=0)
    assert np.allclose(scores, nearest, atol=0.01)


def test_what_is_near_to_everything_is_held_back() -> None:
    crowd = (np.sort(V @ V.T, axis=1)[:, -21:-1]).mean(axis=1)
    free = fitted(crowding=0.0).score(history(0, 20))
    assert np.allclose(fitted(crowding=0.7).score(history(0, 20)), free - 0.7 * crowd, atol=1e-5)


def test_a_text_is_an_interest_of_its_own() -> None:
    top = fitted(crowding=0.0).top(history(0, 1), 18, profiles=V[[30]]).items[0]
    assert set(top // 10) == {0, 3}
    assert (fitted().top(history(), 5, profiles=V[[30]]).items[0] // 10 == 3).all()


def test_who_chose_and_said_nothing_is_told_nothing() -> None:
    assert not fitted().score(history()).any()


def test_of_very_long_histories_the_heaviest_items_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polyrec.models.interests.LONGEST", 3)
    weights = np.array([1, 5, 5, 5], dtype=np.float32)
    groups, _, _ = fitted().interests(replace(history(0, 20, 21, 22), weights=weights), 0)
    assert [group.tolist() for group in groups] == [[20, 21, 22]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"distance": -1.0}, r"^distance is -1.0; give 0 or more$"),
        ({"max_interests": 0}, r"^max_interests is 0; give at least 1$"),
        ({"sharpness": 0.0}, r"^sharpness is 0.0; give a number above 0$"),
        ({"crowding": -0.1}, r"^crowding is -0.1; give 0 or a number above it$"),
        ({"search": "near"}, r"^search is 'near'; give one of"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Interests(**settings)  # type: ignore[arg-type]
