from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError, DataError
from polyrec.core.types import Histories, Training
from polyrec.models import recommender
from polyrec.models.content import Content
from polyrec.models.ease import Ease
from polyrec.models.hybrid import Hybrid
from polyrec.models.item_knn import ItemKnn
from polyrec.models.logistic import Logistic
from polyrec.models.popularity import Popularity
from polyrec.models.rp3beta import Rp3Beta
from polyrec.models.section_only import SectionOnly
from polyrec.models.switching import Switching
from polyrec.models.user_knn import UserKnn
from polyrec.models.weighted import Weighted
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.models.recommender import Recommender

MODELS: dict[str, Callable[[], Recommender]] = {
    "ease": Ease,
    "ease, dual": lambda: Ease(l2=0.5),
    "item-knn": ItemKnn,
    "rp3beta": lambda: Rp3Beta(alpha=0.5),
    "user-knn by bm25": lambda: UserKnn(n_neighbours=7, shrinkage=3.0),
    "user-knn by cosine": lambda: UserKnn(n_neighbours=7, weighting="cosine"),
    "content": Content,
    "content by mean": lambda: Content(profile="mean"),
    "section-only": SectionOnly,
    "popularity by language": lambda: Popularity(by="language"),
    "hybrid": lambda: Hybrid(l2=5.0, spread=0.3, nearness=0.3, linear=0.5, category=0.2),
    "weighted": lambda: Weighted([Ease(), Content(), Rp3Beta()], weights=[1.0, 0.5, 0.0]),
    "weighted, blind": lambda: Weighted([Ease(), ItemKnn()], weights=[1.0, 2.0]),
    "switching": lambda: Switching([Content(profile="mean"), SectionOnly()], bound=3),
    "switching, blind": lambda: Switching([Content(), Ease()], bound=3),
}
NEW = 4


@lru_cache
def fitted(name: str) -> Any:
    """Fit on as many users as items, or on few, and add items that nobody has chosen."""
    world = two_camps(12 if "dual" in name else 40)
    training = world.training
    matrix = training.histories.matrix().toarray()
    matrix[0, 1::6] = matrix[1, ::6] = 1  # so that the camps know of each other
    histories = Histories.from_matrix(matrix * np.linspace(0.5, 3, 40, dtype=np.float32))
    part = MODELS[name]().fit(replace(training, histories=histories))
    part.extend(world.new_vectors, world.new_languages, world.new_categories)
    return part


def alone(items: list[int], weights: list[float] | None = None, *, n_items: int = 44) -> Histories:
    history = Histories.from_lists([items], n_items=n_items)
    if weights is None:
        return history
    return replace(history, weights=np.array(weights, dtype=np.float32))


chosen = st.dictionaries(
    st.integers(0, 40 + NEW - 1), st.floats(0.25, 8, width=32), max_size=12
).map(lambda by: alone(sorted(by), [by[item] for item in sorted(by)]))


@pytest.mark.parametrize("name", MODELS)
@given(history=chosen, asked=st.lists(st.integers(0, 40 + NEW - 1), max_size=5))
def test_contributions_add_up_to_the_score(name: str, history: Histories, asked: list[int]) -> None:
    items = np.array(asked, dtype=np.int64)
    base, parts = fitted(name).contributions(history, items)
    scores = fitted(name).score(history)[0, items]
    assert (base.shape, parts.shape) == (items.shape, (len(items), len(history.items)))
    assert np.isfinite(parts).all()
    size = max(1.0, float(np.abs(parts).sum(axis=1, initial=0).max(initial=0)))
    assert np.allclose(base + parts.sum(axis=1), scores, rtol=0, atol=1e-5 * size)


@given(history=chosen, places=st.permutations(range(12)))
def test_the_order_of_a_history_is_that_of_the_contributions(
    history: Histories, places: list[int]
) -> None:
    order = np.array([place for place in places if place < len(history.items)], dtype=np.int64)
    turned = replace(history, items=history.items[order], weights=history.weights[order])
    items, part = np.arange(10), fitted("hybrid")
    one = part.contributions(history, items)[1][:, order]
    assert np.allclose(one, part.contributions(turned, items)[1], atol=1e-6)


def test_each_event_adds_its_own_row_of_the_weights() -> None:
    part = fitted("ease")
    base, parts = part.contributions(alone([2, 5], [1.0, 3.0]), np.arange(40))
    assert not base.any()
    assert np.allclose(parts.T, part.weights_[[2, 5]] * [[1.0], [3.0]], atol=1e-6)


def test_what_a_text_adds_is_in_the_base() -> None:
    part, text = fitted("content"), two_camps().vectors[:1]
    base, parts = part.contributions(alone([2]), np.arange(44), profiles=text)
    nobody = part.score(alone([]), profiles=text)[0]
    assert np.allclose(base, nobody)
    assert np.allclose(base + parts[:, 0], part.score(alone([2]), profiles=text)[0], atol=1e-6)


def test_of_the_hybrid_the_boost_is_that_of_the_whole_history() -> None:
    part = fitted("hybrid")
    known_and_new = alone([0, 40])  # what nobody has chosen halves how far the boost holds
    items = np.array([42])
    _, parts = part.contributions(known_and_new, items)
    assert parts[0, 0] < part.contributions(alone([0]), items)[1][0, 0]
    assert parts.sum() == pytest.approx(part.score(known_and_new)[0, 42], rel=1e-5)


def test_for_user_knn_only_items_that_the_nearest_users_share_speak() -> None:
    histories = Histories.from_lists([[0, 1, 9], [2, 3, 8], [2, 7]], n_items=10)
    part = UserKnn(n_neighbours=1, weighting="cosine").fit(Training(histories))
    _, parts = part.contributions(alone([0, 1, 2], n_items=10), np.array([9, 8, 7]))
    assert (parts[0] > 0).tolist() == [True, True, False]
    assert not parts[1:].any()


def test_items_that_cannot_be_scored_have_nothing_to_add() -> None:
    base, parts = fitted("ease").contributions(alone([0, 2, 41]), np.array([40, 4]))
    assert np.isneginf(base[0])
    assert parts[0].tolist() == [0, 0, 0]
    assert parts[1, 0] != 0
    assert parts[1, 2] == 0


def test_blocks_of_events_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    history, items = alone([0, 2, 3, 8, 12], [1, 2, 3, 4, 5]), np.arange(44)
    text = two_camps().vectors[:1]
    whole = fitted("hybrid").contributions(history, items, profiles=text)[1]
    monkeypatch.setattr(recommender, "BATCH", 2)
    parts = fitted("hybrid").contributions(history, items, profiles=text)[1]
    assert np.allclose(parts, whole, atol=1e-6)


def test_contributions_are_of_one_user() -> None:
    two = Histories.from_lists([[0], [1]], n_items=44)
    with pytest.raises(DataError, match="2 histories; give the history of one user"):
        fitted("ease").contributions(two, np.array([3]))


def test_a_model_that_is_not_linear_names_those_that_are() -> None:
    part = Logistic().fit(two_camps().training)
    with pytest.raises(
        ConfigError, match=r"score of Logistic is not known; .*content, .*ease"
    ) as e:
        part.contributions(alone([0], n_items=40), np.array([1]))
    assert "weighted" not in str(e.value)  # which are linear or not, by what they hold


def test_those_that_join_others_are_linear_if_these_are() -> None:
    assert Weighted([Ease(), Content()]).is_linear
    assert not Weighted([Ease(), Logistic()]).is_linear
    assert not Weighted([Ease(), Content()], scale="rank").is_linear
    assert Switching([Ease(), Weighted([Ease(), Content()])]).is_linear
    assert not Switching([Ease(), Logistic()]).is_linear


def test_a_text_stands_beside_every_part_of_those_that_join_others() -> None:
    text, history, items = two_camps().vectors[:1], alone([0, 3]), np.arange(44)
    for name in ("weighted", "switching"):
        base, parts = fitted(name).contributions(history, items, profiles=text)
        scores = fitted(name).score(history, profiles=text)[0]
        assert np.allclose(base + parts.sum(axis=1), scores, atol=1e-5)
        assert base.any()
