from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Training
from polyrec.models.popularity import Popularity

LANGUAGES = np.array(["de", "de", "fr", "fr", "pt-BR", "pt-PT"])
LISTS = [[0], [0], [0, 1], [2], [2], [2], [3], [4], [5]]
TRAINING = Training(Histories.from_lists(LISTS, n_items=6), languages=LANGUAGES)


def asked(*lists: list[int]) -> Histories:
    return Histories.from_lists(lists, n_items=6)


def by_hand(lists: list[list[int]], history: list[int]) -> list[float]:
    """Give P(language of the item | history) P(item | language), by counting."""
    chosen = Counter(item for items in lists for item in items)
    by_language: Counter[str] = Counter()
    for item, count in chosen.items():
        by_language[str(LANGUAGES[item])] += count
    mix = Counter(str(LANGUAGES[item]) for item in history) or by_language
    return [
        mix[tag] / mix.total() * chosen[item] / by_language[tag] if chosen[item] else 0.0
        for item, tag in enumerate(LANGUAGES.tolist())
    ]


@given(
    st.lists(st.sets(st.integers(0, 5)).map(sorted), min_size=1, max_size=6),
    st.sets(st.integers(0, 5)).map(sorted),
)
def test_by_language_it_is_the_mix_of_the_history_times_shares_in_the_language(
    lists: list[list[int]], history: list[int]
) -> None:
    lists = [*lists, [0]]
    training = Training(Histories.from_lists(lists, n_items=6), languages=LANGUAGES)
    scores = Popularity(by="language").fit(training).score(asked(history, []))
    assert np.allclose(scores, [by_hand(lists, history), by_hand(lists, [])], atol=1e-6)


def test_readers_of_a_language_get_what_is_popular_in_it() -> None:
    part = Popularity(by="language").fit(TRAINING)
    top = part.top(asked([1], [3], [1, 3]), 2)
    assert top.items[:, 0].tolist()[:2] == [0, 2]
    assert top.scores[0, 1] == 0
    assert set(top.items[2].tolist()) == {0, 2}


def test_of_whom_nothing_is_known_they_get_what_is_popular_among_all() -> None:
    everybody = Popularity().fit(TRAINING).score(asked([]))
    by_language = Popularity(by="language").fit(TRAINING).score(asked([]))
    assert np.allclose(by_language, everybody / everybody.sum())


def test_markets_with_a_tag_of_their_own_are_told_apart() -> None:
    part = Popularity(by="language").fit(TRAINING)
    assert part.score(asked([4])).tolist() == [[0, 0, 0, 0, 1, 0]]


def test_a_new_item_may_bring_a_new_language() -> None:
    part = Popularity(by="language").fit(TRAINING)
    part.extend(np.ones((1, 2), np.float32), np.array(["zh-Hant"]), np.array([""]))
    scores = part.score(Histories.from_lists([[6], [6, 1]], n_items=7))
    assert scores[0].tolist() == [0] * 7
    assert np.allclose(scores[1], [3 / 8, 1 / 8, 0, 0, 0, 0, 0])


def test_by_market_it_goes_by_markets_as_by_language_by_languages() -> None:
    part = Popularity(by="market").fit(Training(TRAINING.histories, markets=LANGUAGES))
    expected = Popularity(by="language").fit(TRAINING)
    histories = asked([], [1], [0, 2, 4])
    assert np.array_equal(part.score(histories), expected.score(histories))


def test_items_without_a_market_are_a_group_and_so_are_those_added_later() -> None:
    markets = np.array(["de", "de", "at", "at", "", ""])
    training = Training(TRAINING.histories, languages=LANGUAGES, markets=markets)
    part = Popularity(by="market").fit(training)
    part.extend(np.ones((1, 2), np.float32), np.array(["de"]), np.array([""]))
    scores = part.score(Histories.from_lists([[6], [6, 1]], n_items=7))
    assert np.allclose(scores[0], [0, 0, 0, 0, 1 / 2, 1 / 2, 0])
    assert np.allclose(scores[1], [3 / 8, 1 / 8, 0, 0, 1 / 4, 1 / 4, 0])


def test_what_cannot_be_used_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        build("recommender", {"use": "popularity", "by": "country"})
    assert str(caught.value) == (
        "recommender 'popularity': by is 'country'; give one of ('all', 'language', 'market')"
    )
    for by in ("language", "market"):
        with pytest.raises(ConfigError) as caught:
            Popularity(by=by).fit(Training(TRAINING.histories))
        assert str(caught.value) == (
            f"popularity by {by} needs the items' {by}s; "
            f"give the catalog a column {by}, or set by = 'all'"
        )
