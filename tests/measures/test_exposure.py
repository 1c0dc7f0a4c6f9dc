from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.measures.exposure import (
    coverage,
    exposure_map,
    gini,
    main_languages,
    same_language,
    same_language_pool,
)

LANGUAGES = np.array(["de", "de", "fr", "en", "en", "en"])
HISTORIES = Histories.from_lists([[0, 1, 2], [2, 3], [], [3, 4, 5]], n_items=6)


def ranked(rows: list[list[int]]) -> Rankings:
    items = np.array(rows, dtype=np.int64)
    return Rankings(items, np.zeros(items.shape, dtype=np.float32))


SHOWN = ranked([[0, 3, 2], [4, NO_ITEM, NO_ITEM], [0, 1, 2], [NO_ITEM] * 3])


def test_the_main_language_is_that_of_most_items_and_ties_go_by_tag() -> None:
    assert main_languages(HISTORIES, LANGUAGES).tolist() == ["de", "en", "", "en"]


def test_main_languages_of_nobody_are_none() -> None:
    nobody = Histories.from_lists([], n_items=6)
    assert main_languages(nobody, LANGUAGES).shape == (0,)
    assert main_languages(Histories.from_lists([[]], n_items=0), LANGUAGES[:0]).tolist() == [""]


def test_empty_places_count_for_no_language() -> None:
    assert np.allclose(
        same_language(SHOWN, HISTORIES, LANGUAGES), [1 / 3, 1.0, np.nan, np.nan], equal_nan=True
    )


def test_the_pool_is_what_a_blind_draw_would_show() -> None:
    found = same_language_pool(HISTORIES, LANGUAGES)
    assert np.allclose(found, [2 / 6, 3 / 6, np.nan, 3 / 6], equal_nan=True)


def test_coverage_is_the_share_of_items_in_any_list() -> None:
    assert coverage(SHOWN, 6) == 5 / 6
    assert coverage(ranked([[NO_ITEM]]), 6) == 0
    assert coverage(ranked([[NO_ITEM]]), 0) == 0


def test_items_that_are_shown_equally_often_have_a_gini_of_zero() -> None:
    assert gini(ranked([[0, 1], [2, 3]]), 4) == 0
    assert gini(ranked([[0, 1], [1, 0]]), 2) == 0


def test_one_item_that_has_all_places_has_nearly_one() -> None:
    assert gini(ranked([[3, NO_ITEM], [3, NO_ITEM]]), 10) == pytest.approx(0.9)


def test_items_that_are_never_shown_count() -> None:
    # one half of the items has all: 1/2
    assert gini(ranked([[0, 1]]), 4) == pytest.approx(0.5)


def test_where_nothing_is_shown_there_is_no_gini() -> None:
    assert np.isnan(gini(ranked([[NO_ITEM]]), 3))
    assert np.isnan(gini(ranked([[NO_ITEM]]), 0))


@given(st.lists(st.integers(0, 6), min_size=1, max_size=30), st.integers(7, 12))
def test_gini_is_half_the_mean_difference_of_two_items_over_their_mean(
    shown: list[int], n_items: int
) -> None:
    counts = [shown.count(item) for item in range(n_items)]
    differences = [abs(a - b) for a in counts for b in counts]
    expected = np.mean(differences) / (2 * np.mean(counts))
    assert gini(ranked([[item] for item in shown]), n_items) == pytest.approx(expected)


def test_the_map_counts_who_is_shown_what() -> None:
    tags, table = exposure_map(SHOWN, HISTORIES, LANGUAGES)
    assert tags.tolist() == ["en", "de", "fr"]
    expected = [[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [np.nan] * 3]
    assert np.allclose(table, expected, equal_nan=True)


def test_a_blind_recommender_shows_each_language_as_often_as_the_pool_has_it() -> None:
    rng = np.random.default_rng(0)
    languages = rng.choice(["de", "en", "fr"], size=60, p=[0.2, 0.5, 0.3])
    histories = Histories.from_lists(rng.integers(0, 60, (400, 5)).tolist(), n_items=60)
    blind = ranked([rng.permutation(60)[:10].tolist() for _ in range(400)])
    shown = same_language(blind, histories, languages)
    assert abs(shown.mean() - same_language_pool(histories, languages).mean()) < 0.02
