from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.types import Histories, Training
from polyrec.models.ease import Ease
from polyrec.models.item_knn import ItemKnn
from polyrec.models.recency import Recency
from polyrec.testing.worlds import two_camps

DAY_S = 86_400
CAMPS = two_camps()
N_ITEMS = CAMPS.training.n_items


def asked(**settings: float) -> Recency:
    return Recency(ItemKnn(), **settings).fit(CAMPS.training)


def history(items: list[int], days: list[float] | None) -> Histories:
    """Give one history of weight 1."""
    times = None if days is None else DAY_S * np.array(days)
    return replace(Histories.from_lists([items], n_items=N_ITEMS), times=times)


def test_a_choice_counts_half_for_each_half_life_before_the_latest() -> None:
    found = asked(half_life_days=10).score(history([0, 2, 4], [100, 110, 120]))
    weights = np.array([0.25, 0.5, 1], dtype=np.float32)
    expected = asked().recommender.score(replace(history([0, 2, 4], None), weights=weights))
    assert np.allclose(found, expected)


def test_what_was_liked_lately_comes_first() -> None:
    changed = history([0, 2, 4, 1, 3, 5], [0, 0, 0, 900, 900, 900])
    assert set(asked(half_life_days=30).top(changed, 5).items[0] % 2) == {1}
    backwards = replace(changed, times=changed.times[::-1])  # type: ignore[index]
    assert set(asked(half_life_days=30).top(backwards, 5).items[0] % 2) == {0}


def test_it_does_not_matter_how_long_ago_the_latest_was() -> None:
    late, early = history([0, 3], [1000, 1030]), history([0, 3], [0, 30])
    assert np.allclose(asked().score(late), asked().score(early))


def test_without_times_nothing_changes() -> None:
    part = asked()
    known = history([0, 3], None)
    assert np.array_equal(part.score(known), part.recommender.score(known))
    unknown = history([0, 3], [np.nan, np.nan])
    assert np.allclose(part.score(unknown), part.recommender.score(known))


def test_parts_of_the_history_add_up_with_the_weights_of_the_whole() -> None:
    part = Recency(Ease(), half_life_days=10).fit(CAMPS.training)
    known = history([0, 2, 5], [0, 10, 40])
    base, parts = part.contributions(known, np.array([4, 7]))
    assert np.allclose(base + parts.sum(axis=1), part.score(known)[0, [4, 7]], atol=1e-5)


@pytest.mark.parametrize("days", [0.0, -1.0, np.inf, np.nan])
def test_a_half_life_that_cannot_be_is_refused(days: float) -> None:
    with pytest.raises(ConfigError, match="half_life_days is"):
        Recency(ItemKnn(), half_life_days=days)


def test_what_it_asks_decides_what_it_needs() -> None:
    part = Recency(Ease())
    assert (part.needs_vectors, part.accepts_new_items, part.is_linear) == (False, False, True)
    assert part.fit(Training(CAMPS.training.histories)).n_items_ == N_ITEMS
