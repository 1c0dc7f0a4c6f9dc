from __future__ import annotations

import numpy as np
import pytest

import polyrec
from polyrec.core.types import NO_ITEM, Histories, IdMap, LanguageMode, Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.models.popularity import Popularity
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.popular import Popular
from polyrec.rank.prefer_languages import PreferLanguages

# items 0 to 3 are in German, 4 to 7 in English, 8 is in French; readers of German like 7 as well
LANGUAGES = np.array(["de"] * 4 + ["en"] * 4 + ["fr"])
GERMANS = [[0, 1, 7]] * 3
ENGLISH = [[4, 5, 6]] * 9
HISTORIES = Histories.from_lists([*GERMANS, *ENGLISH, []], n_items=9)
EVERYTHING = np.ones(9, dtype=np.bool_)
NOTHING = np.empty(0, dtype=np.int64)


def first(*wished: str, k: int = 3, everybody: float = 2.0) -> list[int]:
    popular = Popular(HISTORIES, LANGUAGES, everybody=everybody)
    found = popular.ranking(wished, k, allowed=EVERYTHING, chosen=NOTHING, seed=0)
    return sorted(found.items[0].tolist())


def test_without_a_wish_what_most_chose_is_popular() -> None:
    assert first() == [4, 5, 6]


def test_what_readers_of_a_wished_language_choose_is_popular_in_whatever_language_it_is() -> None:
    assert first("de") == [0, 1, 7]
    assert first("de-AT") == [0, 1, 7]
    assert first("en") == [4, 5, 6]


def test_several_wished_languages_are_read_together() -> None:
    assert first("de", "en", k=6) == [0, 1, 4, 5, 6, 7]
    assert first("de", "en") == [4, 5, 6]


@pytest.mark.parametrize("wished", ["fr", "ja"])
def test_a_language_that_nobody_reads_has_what_everybody_likes(wished: str) -> None:
    assert first(wished) == [4, 5, 6]


def test_the_taste_of_few_readers_gives_way_to_that_of_everybody_as_it_is_weighed() -> None:
    assert first("de", everybody=0.1) == [0, 1, 7]
    assert first("de", everybody=1000.0) == [4, 5, 6]


def test_scores_say_how_many_chose_an_item_and_what_is_not_to_be_shown_is_left_out() -> None:
    allowed = EVERYTHING.copy()
    allowed[0] = False
    popular = Popular(HISTORIES, LANGUAGES, everybody=2.0)
    found = popular.ranking(("de",), 9, allowed=allowed, chosen=np.array([1]), seed=0)
    items, scores = found.items[0].tolist(), found.scores[0].tolist()
    assert items[0] == 7
    assert scores[0] == 3
    assert scores[1:4] == [9, 9, 9]
    assert sorted(items[1:4]) == [4, 5, 6]
    assert sorted(items[4:7]) == [2, 3, 8]
    assert items[7:] == [NO_ITEM] * 2


def test_newcomers_get_what_readers_of_their_language_like_unless_it_is_to_be_ignored() -> None:
    histories = Histories.from_lists([*GERMANS * 4, *ENGLISH * 4], n_items=9)
    texts = [{tag: f"item {item}"} for item, tag in enumerate(LANGUAGES.tolist())]
    catalog = Catalog.from_texts([str(item) for item in range(9)], texts)
    user = np.repeat(np.arange(len(histories)), histories.lengths)
    users = IdMap(tuple(str(name) for name in range(len(histories))))
    chosen = Interactions(users, user, histories.items, np.ones(len(user), dtype=np.float32))
    plan = Plan(Popularity(), ranker=PreferLanguages(strength=1))
    service = polyrec.fit(Dataset(catalog, chosen), plan).service

    def shown(mode: LanguageMode) -> set[str]:
        answer = service.recommend(Query(languages=("de",), language_mode=mode, k=3))
        assert answer.mode == "popular"
        return {item.item_id for item in answer.items}

    assert shown("any") == {"4", "5", "6"}
    assert shown("prefer") == {"0", "1", "7"}
    assert shown("only") >= {"0", "1"}
