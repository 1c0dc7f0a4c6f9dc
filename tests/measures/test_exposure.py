from __future__ import annotations

import numpy as np

from polyrec.core.types import NO_ITEM, Histories, Rankings
from polyrec.measures.exposure import (
    coverage,
    exposure_map,
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
