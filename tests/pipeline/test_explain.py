from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, UnknownIdError
from polyrec.core.types import IdMap, Query
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan

if TYPE_CHECKING:
    from polyrec.pipeline.explanation import Explanation
    from polyrec.testing.worlds import TwoCamps


CONTENT: dict[str, Any] = {
    "encoder": {"use": "hashing"},
    "debias": {"use": "language-mean"},
    "recommender": {"use": "content"},
}


def shop(catalog: Catalog) -> Dataset:
    """Two users, of whom one chose the first item and one the last."""
    item = np.array([0, len(catalog) - 1])
    users = IdMap(("ada", "bob"))
    return Dataset(catalog, Interactions(users, np.arange(2), item, np.ones(2, np.float32)))


def fitted(camps: TwoCamps, recommender: str, **settings: Any) -> Fitted:
    table = CONTENT | {"recommender": {"use": recommender, **settings}}
    return fit(camps.dataset, Plan.from_table(table))


def seen(rec: Fitted, user: str) -> set[str]:
    learned = rec.learned
    items = learned.histories.items_of(learned.users.index(user, kind="user"))
    return {learned.catalog.ids.names[item] for item in items}


def best(rec: Fitted, query: Query) -> Explanation:
    return rec.service.explain(query, rec.service.recommend(query).items[0].item_id)


# events


@pytest.mark.parametrize(
    "recommender", ["content", "ease", "item-knn", "rp3beta", "user-knn", "hybrid"]
)
def test_base_and_parts_add_up_to_the_score_of_the_recommendation(
    camps: TwoCamps, recommender: str
) -> None:
    rec = fitted(camps, recommender)
    queries = (Query(user_id="u0"), Query(history=("i1", "i3")), Query("u1", text="comet orbit"))
    for query in queries:
        for item in rec.service.recommend(query).items[:3]:
            found = rec.service.explain(query, item.item_id)
            assert found.exact
            assert (found.score, found.text, found.note) == (item.score, item.text, "")
            parts = sum(event.part for event in found.events)
            assert found.base + parts == pytest.approx(found.score, rel=1e-4)


def test_every_item_of_the_history_stands_once_what_speaks_most_first(content: Fitted) -> None:
    found = best(content, Query(user_id="u0"))
    assert {event.item_id for event in found.events} == seen(content, "u0")
    parts = [event.part for event in found.events]
    assert parts == sorted(parts, reverse=True)
    assert sum(abs(event.share) for event in found.events) == pytest.approx(1)


def test_what_speaks_for_an_item_is_of_its_camp(content: Fitted) -> None:
    found = content.service.explain(Query(history=("i0", "i2", "i1")), "i4")
    assert {event.item_id for event in found.events[:2]} == {"i0", "i2"}
    assert found.events[2].part < found.events[1].part / 10


def test_texts_are_shown_in_wished_languages() -> None:
    catalog = Catalog.from_texts(
        ["saw", "plane", "moon"],
        [{"de": "Säge Holz", "en": "saw wood"}, {"de": "Hobel Holz"}, {"en": "moon"}],
    )
    rec = fit(shop(catalog), Plan.from_table(CONTENT))
    found = rec.service.explain(Query(history=("saw",), languages=("en",)), "plane")
    assert (found.language, found.text) == ("de", "Hobel Holz")
    assert (found.events[0].language, found.events[0].text) == ("en", "saw wood")


def test_a_recommender_that_is_not_linear_says_that_parts_need_not_add_up(
    camps: TwoCamps,
) -> None:
    rec = fitted(camps, "logistic")
    found = rec.service.explain(Query(history=("i0", "i2", "i1")), "i4")
    assert not found.exact
    assert (
        found.note == "parts are what the score loses without each item, and need not add up to it"
    )
    assert found.events[-1].item_id == "i1"


@pytest.mark.parametrize("recommender", ["popularity", "latest"])
def test_where_the_history_does_not_count_that_is_said_in_place_of_parts(
    camps: TwoCamps, recommender: str
) -> None:
    rec = fitted(camps, recommender)
    found = best(rec, Query(user_id="u0"))
    assert (found.events, found.base, found.exact) == ((), found.score, True)
    assert found.note == "the score does not depend on the history"
    by_language = best(fitted(camps, "popularity", by="language"), Query(user_id="u0"))
    assert by_language.events
    assert not by_language.note


def test_what_nothing_speaks_for_says_so(ease: Fitted) -> None:
    found = ease.service.explain(Query(history=("i0",)), "i1")
    assert (found.score, found.events[0].part, found.events[0].share) == (0, 0, 0)
    assert found.note == "nothing speaks for or against it"


def test_of_nobody_known_only_popularity_can_be_told(content: Fitted) -> None:
    counts = np.bincount(content.learned.histories.items)
    found = content.service.explain(Query(), "i3")
    assert (found.score, found.mode, found.events) == (counts[3], "popular", ())
    assert found.note == f"nothing is known of who asks; {counts[3]} users chose it"


# words


def test_words_of_the_item_that_the_history_shares_come_first() -> None:
    catalog = Catalog.from_texts(
        ["saw", "oak", "mix", "moon"],
        [
            {"en": "the wood saw"},
            {"en": "wood and oak"},
            {"en": "the moon on wood 42"},
            {"en": "moon and comet"},
        ],
    )
    table = CONTENT | {"debias": {"use": "none"}}
    rec = fit(shop(catalog), Plan.from_table(table))
    found = rec.service.explain(Query(history=("saw", "oak")), "mix")
    assert found.words[0].word == "wood"
    assert {word.word for word in found.words} <= {"wood", "moon"}
    assert 0 < found.words[0].weight <= 1
    assert rec.service.explain(Query(history=("moon",)), "mix").words[0].word == "moon"
    asked = rec.service.explain(Query(text="a comet or wood", text_language="en"), "oak")
    assert asked.asked[0].word == "wood"
    assert asked.words[0].word == "wood"
    assert not found.asked


def test_without_an_encoder_no_words_and_no_neighbour_are_named(ease: Fitted) -> None:
    found = best(ease, Query(user_id="u0", text="wood"))
    assert (found.words, found.asked, found.neighbour) == ((), (), None)


def test_where_texts_are_translated_first_no_words_are_named(content: Fitted) -> None:
    plan = content.learned.plan
    translated = replace(plan, translate="off")
    translated.translate = "pivot"
    rec = Fitted(replace(content.learned, plan=translated))
    found = rec.service.explain(Query(history=("i0",)), "i2")
    assert found.words == ()
    assert found.note == "texts are translated before they are read, so no words are named"


# neighbours and people


def test_the_neighbour_is_the_reason_of_the_recommendation(content: Fitted) -> None:
    for item in content.service.recommend(Query(user_id="u1")).items:
        near = content.service.explain(Query(user_id="u1"), item.item_id).neighbour
        assert near is not None
        assert near.item_id == item.reason
        cosines = content.learned.cosines(content.learned.catalog.ids.index(item.item_id))
        assert near.cosine == pytest.approx(
            cosines[content.learned.catalog.ids.index(near.item_id)], abs=1e-5
        )


def test_an_item_of_the_history_is_not_its_own_neighbour(content: Fitted) -> None:
    found = content.service.explain(Query(history=("i0", "i2")), "i0")
    assert found.neighbour is not None
    assert found.neighbour.item_id == "i2"
    assert content.service.explain(Query(history=("i0",)), "i0").neighbour is None


def test_people_who_chose_the_item_add_up_to_its_score(camps: TwoCamps) -> None:
    rec = fitted(camps, "user-knn", n_neighbours=8)
    query = Query(user_id="u1")
    item = rec.service.recommend(query).items[0]
    found = rec.service.explain(query, item.item_id, people=True)
    assert sum(person.part for person in found.people) == pytest.approx(found.score, rel=1e-4)
    assert all(item.item_id in seen(rec, person.user_id) for person in found.people)
    parts = [person.part for person in found.people]
    assert parts == sorted(parts, reverse=True)
    assert rec.service.explain(query, item.item_id).people == ()


def test_users_without_a_history_shift_no_name(camps: TwoCamps) -> None:
    events = camps.dataset.interactions
    kept = events.user > 3  # the first four users have nothing left
    some = replace(
        events,
        user=events.user[kept],
        item=events.item[kept],
        weight=events.weight[kept],
        time=None,
    )
    rec = fit(
        replace(camps.dataset, interactions=some),
        Plan.from_table({"recommender": {"use": "user-knn"}}),
    )
    item = rec.service.recommend(Query(user_id="u5")).items[0].item_id
    people = rec.service.explain(Query(user_id="u5"), item, people=True).people
    assert people
    assert all(item in seen(rec, person.user_id) for person in people)
    assert rec.service.similar_users("u0") == ()
    for user in rec.service.similar_users("u5"):
        assert set(user.shared) == seen(rec, "u5") & seen(rec, user.user_id)


def test_only_user_knn_knows_people(content: Fitted) -> None:
    found = content.service.explain(Query(user_id="u0"), "i2", people=True)
    assert found.people == ()


# new items, faults


def test_a_new_item_is_explained_where_it_can_be_scored(
    content: Fitted, ease: Fitted, new_items: Catalog
) -> None:
    content.add_items(new_items)
    found = content.explain("u0", "new-even")
    assert sum(event.part for event in found.events) == pytest.approx(found.score, rel=1e-4)
    learned = ease.learned
    learned.plan.recommender.extend(
        np.zeros((2, 4), np.float32), np.array([""] * 2), np.array([""] * 2)
    )
    joined = learned.catalog.joined(new_items)
    wider = replace(
        learned, catalog=joined, histories=replace(learned.histories, n_items=len(joined))
    )
    with pytest.raises(DataError, match="cannot score the item 'new-odd'; fit again"):
        Fitted(wider).explain("u0", "new-odd")


def test_what_is_not_known_is_refused(content: Fitted) -> None:
    with pytest.raises(UnknownIdError, match="nosuch"):
        content.explain("u0", "nosuch")
    with pytest.raises(ConfigError, match="k is 0"):
        content.service.explain(Query(user_id="u0", k=0), "i1")
