from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, DataError, LanguageError, UnknownIdError
from polyrec.core.registry import build
from polyrec.core.types import Histories, Query, Suggestion
from polyrec.data.catalog import Catalog
from polyrec.data.dataset import Dataset
from polyrec.data.interactions import Interactions
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.service import Service
from polyrec.rank.llm_rerank import UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.pipeline.learned import Learned
    from polyrec.testing.worlds import TwoCamps, TwoLanguages


def ids(answer: Suggestion) -> list[str]:
    return [item.item_id for item in answer.items]


def camp_of(answer: Suggestion) -> set[str]:
    return {"even" if int(name[1:]) % 2 == 0 else "odd" for name in ids(answer)}


def languages_of(answer: Suggestion) -> list[str]:
    return [item.language for item in answer.items]


def seen(rec: Fitted, user: str) -> set[str]:
    learned = rec.learned
    items = learned.histories.items_of(learned.users.index(user, kind="user"))
    return {learned.catalog.ids.names[item] for item in items}


@pytest.fixture(params=["content", "ease"])
def rec(request: pytest.FixtureRequest) -> Fitted:
    found: Fitted = request.getfixturevalue(request.param)
    return found


# what the answer rests on


def test_a_known_user_gets_unseen_items_of_their_camp(rec: Fitted) -> None:
    for user, camp in (("u0", "even"), ("u7", "odd")):
        answer = rec.service.recommend(Query(user_id=user, k=4))
        assert (answer.mode, answer.note) == ("personal", "")
        assert camp_of(answer) == {camp}
        assert not seen(rec, user) & set(ids(answer))


def test_scores_fall_and_each_item_stands_once(rec: Fitted) -> None:
    answer = rec.service.recommend(Query(user_id="u0", k=20))
    scores = [item.score for item in answer.items]
    assert scores == sorted(scores, reverse=True)
    assert len(set(ids(answer))) == 20


def test_a_history_of_nobody_known_is_folded_in(rec: Fitted) -> None:
    answer = rec.service.recommend(Query(history=("i1", "i3", "i5"), k=4))
    assert (answer.mode, answer.note) == ("fold-in", "")
    assert camp_of(answer) == {"odd"}
    assert not {"i1", "i3", "i5"} & set(ids(answer))


def test_an_unknown_user_with_a_history_is_folded_in(rec: Fitted) -> None:
    answer = rec.service.recommend(Query(user_id="stranger", history=("i1", "i3")))
    assert answer.items == rec.service.recommend(Query(history=("i1", "i3"))).items
    assert (answer.mode, answer.note) == ("fold-in", "user 'stranger' is not known")


def test_an_unknown_user_with_a_text_is_told_that_they_are_unknown(content: Fitted) -> None:
    answer = content.service.recommend(Query(user_id="stranger", text="comet", k=3))
    assert (answer.mode, answer.note) == ("text", "user 'stranger' is not known")


def test_an_unknown_user_whose_history_says_nothing_is_told_both(ease: Fitted) -> None:
    query = Query(user_id="stranger", history=("i0",), allow=("i1",), k=1)
    assert ease.service.recommend(query).note == (
        "user 'stranger' is not known; what is known of who asks says nothing of what may be "
        "shown: these are popular items"
    )


def test_the_history_of_a_query_joins_that_of_the_user(rec: Fitted) -> None:
    new = next(f"i{i}" for i in range(0, 40, 2) if f"i{i}" not in seen(rec, "u0"))
    answer = rec.service.recommend(Query(user_id="u0", history=(new,), k=40))
    assert answer.mode == "personal"
    assert len(answer.items) == 40 - len(seen(rec, "u0")) - 1
    assert new not in ids(answer)


def test_a_history_that_is_known_already_changes_nothing(rec: Fitted) -> None:
    again = tuple(sorted(seen(rec, "u0")))[:3]
    expected = rec.service.recommend(Query(user_id="u0"))
    assert rec.service.recommend(Query(user_id="u0", history=again)) == expected


def test_the_users_own_weights_count_beside_the_history_of_a_query(
    camps: TwoCamps, plan: Callable[..., Plan]
) -> None:
    events = camps.dataset.interactions
    weights = np.where(events.item == events.item[0], 50, 1).astype(np.float32)
    learned = fit(replace(camps.dataset, interactions=replace(events, weight=weights)), plan())
    recommender = learned.learned.plan.recommender
    given: list[Histories] = []
    kept = recommender.top

    def top(histories: Histories, *args: Any, **kwargs: Any) -> Any:
        given.append(histories)
        return kept(histories, *args, **kwargs)

    recommender.top = top  # type: ignore[method-assign]
    user = events.users.names[events.user[0]]
    new = next(f"i{i}" for i in range(40) if f"i{i}" not in seen(learned, user))
    learned.service.recommend(Query(user_id=user, history=(new,)))
    assert sorted(given[0].weights.tolist())[-1] == 50
    assert len(given[0].items) == len(seen(learned, user)) + 1


def test_a_text_is_answered_by_what_it_describes(content: Fitted) -> None:
    answer = content.service.recommend(Query(text="comet and galaxy, a star", k=4))
    assert (answer.mode, answer.note) == ("text", "")
    assert camp_of(answer) == {"odd"}
    assert all(item.reason is None for item in answer.items)


def test_a_text_turns_the_answer_that_a_history_gives(content: Fitted) -> None:
    history = Query(history=("i0",), k=10)
    both = content.service.recommend(replace(history, text="comet galaxy star orbit"))
    assert both.mode == "fold-in"
    assert camp_of(content.service.recommend(replace(history, k=3))) == {"even"}
    assert "odd" in camp_of(both)
    assert "i0" not in ids(both)


def test_a_recommender_that_cannot_read_texts_says_so(ease: Fitted) -> None:
    answer = ease.service.recommend(Query(text="star", k=3))
    assert answer.mode == "popular"
    assert answer.note == (
        "this recommender cannot read texts; nothing is known of who asks: these are popular items"
    )
    answer = ease.service.recommend(Query(user_id="u0", text="star", k=3))
    assert (answer.mode, answer.note) == ("personal", "this recommender cannot read texts")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (Query(k=3), "nothing is known of who asks"),
        (Query(k=3, text="  "), "nothing is known of who asks"),
        (Query(k=3, user_id="stranger"), "user 'stranger' is not known"),
    ],
)
def test_who_is_not_known_gets_what_is_popular(rec: Fitted, query: Query, why: str) -> None:
    answer = rec.service.recommend(query)
    assert (answer.mode, answer.note) == ("popular", f"{why}: these are popular items")
    counts = np.bincount(rec.learned.histories.items)
    assert [item.score for item in answer.items] == sorted(counts.tolist())[:-4:-1]


def _learned(rec: Fitted, lists: list[list[int]]) -> Service:
    """Let other users be known than the model was fitted on."""
    learned: Learned = rec.learned
    histories = Histories.from_lists(lists, n_items=len(learned.catalog))
    return Service(replace(learned, histories=histories))


def test_a_user_without_a_history_gets_what_is_popular(rec: Fitted) -> None:
    service = _learned(rec, [[], [5], [5, 6], *[[]] * 37])
    answer = service.recommend(Query(user_id="u0", k=2))
    assert (answer.mode, answer.note) == (
        "popular",
        "user 'u0' has no history: these are popular items",
    )
    assert ids(answer) == ["i5", "i6"]


def test_a_history_that_says_nothing_gives_way_to_what_is_popular(
    camps: TwoCamps, plan: Callable[..., Plan]
) -> None:
    alone = Catalog.from_texts(["alone"], [{"de": "nobody chose it"}])
    data = Dataset(
        replace(camps.dataset.catalog, category=("",) * 40).joined(alone),
        camps.dataset.interactions,
    )
    rec = fit(data, plan("ease"))
    answer = rec.service.recommend(Query(history=("alone",), k=3))
    assert (answer.mode, answer.note) == (
        "popular",
        "what is known of who asks says nothing of what may be shown: these are popular items",
    )
    assert all(item.reason is None for item in answer.items)
    assert ids(answer) == ids(rec.service.recommend(Query(k=3)))


def test_items_of_the_history_are_left_out_of_what_is_popular(ease: Fitted) -> None:
    service = _learned(ease, [[], [5], [5, 6], *[[]] * 37])
    answer = service.recommend(Query(user_id="u0", k=2, deny=("i5",)))
    assert ids(answer)[0] == "i6"


# why and how it is shown


def test_the_reason_is_the_nearest_item_of_the_history(content: Fitted) -> None:
    answer = content.service.recommend(Query(history=("i0", "i1"), k=4))
    vectors = content.learned.vectors
    assert vectors is not None
    for item in answer.items:
        row = vectors[int(item.item_id[1:])]
        nearest = "i0" if row @ vectors[0] > row @ vectors[1] else "i1"
        assert item.reason == nearest


def test_without_vectors_there_is_no_reason(ease: Fitted) -> None:
    answer = ease.service.recommend(Query(user_id="u0"))
    assert {item.reason for item in answer.items} == {None}


def test_an_item_is_shown_in_a_wished_language_where_it_has_one(
    content: Fitted, new_items: Catalog
) -> None:
    content.add_items(new_items)
    query = Query(text="wood saw plane oak", allow=("new-even",), languages=("pt",), k=1)
    (item,) = content.service.recommend(query).items
    assert (item.language, item.text) == ("pt-BR", "glue bench")
    (item,) = content.service.recommend(replace(query, languages=("ja",))).items
    assert (item.language, item.text) == ("de", "wood saw plane oak")


# items that nothing speaks for


@pytest.fixture
def few(plan: Callable[..., Plan]) -> Fitted:
    """Five items of which only `b` and `c` go with `a`; nobody chose `d` and `e`."""
    texts = [{"en": "a"}, {"en": "b"}, {"en": "c"}, {"fr": "d"}, {"fr": "e"}]
    catalog = Catalog.from_texts(list("abcde"), texts)
    pairs = [("u", 0), ("u", 1), ("v", 0), ("v", 2), ("w", 0), ("w", 1)]
    return fit(Dataset(catalog, Interactions.from_pairs(pairs)), plan("ease"))


def test_items_that_nothing_speaks_for_are_counted_in_the_note(few: Fitted) -> None:
    answer = few.service.recommend(Query(history=("a",), k=4))
    assert ids(answer)[:2] == ["b", "c"]
    assert {item.score for item in answer.items[2:]} == {0}
    assert (answer.mode, answer.note) == (
        "fold-in",
        "nothing speaks for or against 2 of them (score 0)",
    )
    assert few.service.recommend(Query(history=("a",), k=2)).note == ""


def test_a_wished_language_moves_no_item_that_nothing_speaks_for_before_others(few: Fitted) -> None:
    query = Query(history=("a",), k=3, languages=("fr",), language_mode="prefer")
    answer = few.service.recommend(query)
    assert ids(answer)[:2] == ["b", "c"]
    assert languages_of(answer) == ["en", "en", "fr"]
    assert answer.note == "nothing speaks for or against 1 of them (score 0)"


def test_what_nobody_chose_is_not_called_popular_in_silence(few: Fitted) -> None:
    query = Query(k=4, languages=("fr",), language_mode="prefer")
    answer = few.service.recommend(query)
    assert ids(answer)[:3] == ["a", "b", "c"]
    assert answer.note == (
        "nothing is known of who asks: these are popular items; "
        "nobody has chosen 1 of them (score 0)"
    )


def test_an_item_that_nothing_speaks_for_has_no_reason() -> None:
    catalog = Catalog.from_texts(list("abcd"), [{"en": "wood"}, {"en": "wood"}, {"en": "x"}, {}])
    data = Dataset(catalog, Interactions.from_pairs([("u", 0), ("u", 1), ("v", 2)]))
    recommender = {"use": "content", "n_neighbours": 1}
    rec = fit(data, Plan.from_table({"encoder": "hashing", "recommender": recommender}))
    answer = rec.service.recommend(Query(history=("a",), k=3))
    reasons = {item.item_id: item.reason for item in answer.items}
    assert reasons["b"] == "a"
    assert [item.reason for item in answer.items if item.score == 0] == [None] * 2


# filters


def test_a_history_may_say_nothing_of_what_may_be_shown(ease: Fitted) -> None:
    answer = ease.service.recommend(Query(user_id="u0", k=3, allow=("i1", "i3", "i5")))
    assert answer.mode == "popular"
    assert answer.note == (
        "the history of user 'u0' says nothing of what may be shown: these are popular items"
    )


def test_fewer_items_than_places_are_said(rec: Fitted) -> None:
    unseen = sorted({f"i{i}" for i in range(0, 40, 2)} - seen(rec, "u0"))[:2]
    answer = rec.service.recommend(Query(user_id="u0", k=3, allow=tuple(unseen)))
    assert set(ids(answer)) == set(unseen)
    assert answer.note == "only 2 of 3: no further item may be shown"
    answer = rec.service.recommend(Query(user_id="u0", k=3, allow=()))
    assert (answer.items, answer.mode) == ((), "personal")
    assert answer.note == "only 0 of 3: no further item may be shown"


def test_a_list_longer_than_the_catalog_holds_all_that_is_unseen(rec: Fitted) -> None:
    answer = rec.service.recommend(Query(user_id="u0", k=100))
    assert len(answer.items) == 40 - len(seen(rec, "u0"))


def test_a_list_of_any_length_takes_no_more_places_than_there_are_items(rec: Fitted) -> None:
    for query in (Query(user_id="u0"), Query(), Query(languages=("de",), language_mode="prefer")):
        answer = rec.service.recommend(replace(query, k=10**12))
        assert len(answer.items) <= 40
        assert f"only {len(answer.items)} of 1000000000000" in answer.note
    assert len(rec.service.similar("i0", k=10**12)) == 39


def test_languages_are_ignored_preferred_or_the_only_ones(rec: Fitted) -> None:
    query = Query(user_id="u0", k=6, languages=("fr",))
    anyhow = rec.service.recommend(query)
    preferred = rec.service.recommend(replace(query, language_mode="prefer"))
    only = rec.service.recommend(replace(query, language_mode="only"))
    plain = rec.service.recommend(Query(user_id="u0", k=6))
    assert ids(anyhow) == ids(plain)
    assert languages_of(only) == ["fr"] * 6
    french = languages_of(anyhow).count("fr")
    assert french < languages_of(preferred).count("fr") <= 6


def test_an_item_that_has_a_text_in_a_wished_language_is_preferred_whatever_its_own(
    plan: Callable[..., Plan],
) -> None:
    texts = [{"en": "wood"}, {"en": "wood"}, {"en": "wood", "de": "Holz"}, {"en": "wood"}]
    catalog = Catalog.from_texts(["a", "b", "c", "d"], texts)
    pairs = [("u", 0), ("v", 1), ("v", 0), ("w", 0), ("w", 1), ("w", 3), ("x", 0), ("x", 2)]
    rec = fit(Dataset(catalog, Interactions.from_pairs(pairs)), plan("ease"))
    query = Query(user_id="u", k=3, languages=("de",), language_mode="prefer")
    assert ids(rec.service.recommend(replace(query, language_mode="any")))[0] == "b"
    assert ids(rec.service.recommend(query))[0] == "c"
    only = rec.service.recommend(replace(query, language_mode="only"))
    assert (ids(only), languages_of(only)) == (["c"], ["de"])


def test_regions_are_matched_by_language(camps: TwoCamps, rec: Fitted) -> None:
    del camps
    query = Query(user_id="u0", k=3, languages=("de-AT",), language_mode="only")
    assert languages_of(rec.service.recommend(query)) == ["de"] * 3


def test_a_category_leaves_out_the_others(rec: Fitted) -> None:
    answer = rec.service.recommend(Query(user_id="u0", k=5, category="odd"))
    assert camp_of(answer) == {"odd"}


def test_allowed_and_denied_items_are_kept_to(rec: Fitted) -> None:
    query = Query(history=("i0",), allow=("i2", "i4", "i6"), deny=("i4",))
    assert set(ids(rec.service.recommend(query))) == {"i2", "i6"}


def test_filters_hold_for_what_is_popular_too(rec: Fitted) -> None:
    query = Query(k=5, category="even", languages=("de",), language_mode="only", deny=("i0",))
    answer = rec.service.recommend(query)
    assert camp_of(answer) == {"even"}
    assert set(languages_of(answer)) == {"de"}
    assert "i0" not in ids(answer)


def test_a_german_reader_gets_the_french_twin(
    twins: TwoLanguages, plan: Callable[..., Plan]
) -> None:
    rec = fit(twins.dataset, plan())
    for content_id in range(5):
        german = (f"i{2 * content_id}",)
        query = Query(history=german, k=1)
        assert ids(rec.service.recommend(query)) == [f"i{2 * content_id + 1}"]
        (item,) = rec.service.recommend(
            replace(query, languages=("fr",), language_mode="only")
        ).items
        assert (item.language, item.reason) == ("fr", german[0])


def test_without_debias_readers_stay_in_their_language(twins: TwoLanguages) -> None:
    plan = Plan.from_table({"encoder": "hashing", "recommender": "content"})
    rec = fit(twins.dataset, plan)
    answer = rec.service.recommend(Query(history=("i0",), k=10))
    assert languages_of(answer).count("de") >= 9


# similar


def test_the_most_similar_item_across_languages_is_the_twin(
    twins: TwoLanguages, plan: Callable[..., Plan]
) -> None:
    rec = fit(twins.dataset, plan())
    (item,) = rec.service.similar("i6", k=1)
    assert (item.item_id, item.language) == ("i7", "fr")


def test_similar_items_are_of_the_same_camp_and_never_the_item_itself(rec: Fitted) -> None:
    found = rec.service.similar("i3", k=5)
    assert {int(item.item_id[1:]) % 2 for item in found} == {1}
    assert "i3" not in {item.item_id for item in rec.service.similar("i3", k=100)}
    assert len(rec.service.similar("i3", k=100)) == 39


# refusals


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        (Query(k=0), ConfigError, "k is 0; give at least 1"),
        (Query(k=-2), ConfigError, "k is -2; give at least 1"),
        (
            Query(language_mode="strict"),  # type: ignore[arg-type]
            ConfigError,
            "language_mode is 'strict'; give any, prefer, only",
        ),
        (
            Query(language_mode="only"),
            ConfigError,
            "language_mode is 'only' but no languages are given;"
            " name the languages, or use the mode 'any'",
        ),
        (
            Query(languages=("german",)),
            LanguageError,
            "'german' is not a language tag; use BCP 47, such as 'de', 'pt-BR' or 'und'",
        ),
        (
            Query(text="x", text_language="??"),
            LanguageError,
            "'??' is not a language tag; use BCP 47, such as 'de', 'pt-BR' or 'und'",
        ),
        (
            Query(history=("i0", "i99")),
            UnknownIdError,
            "no item has the id 'i99'; did you mean 'i9' or 'i39' or 'i29'?",
        ),
        (Query(allow=("z9999",)), UnknownIdError, "no item has the id 'z9999'"),
        (Query(deny=("z9999",)), UnknownIdError, "no item has the id 'z9999'"),
        (
            Query(category="rare"),
            DataError,
            "no item has the category 'rare'; most items are in: even, odd",
        ),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(
    ease: Fitted, query: Query, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        ease.service.recommend(query)
    assert str(caught.value) == message


def test_similar_refuses_what_it_does_not_know(rec: Fitted) -> None:
    with pytest.raises(UnknownIdError, match=r"^no item has the id 'z9999'$"):
        rec.service.similar("z9999")
    with pytest.raises(ConfigError, match=r"^k is 0; give at least 1$"):
        rec.service.similar("i0", k=0)


def test_the_same_query_has_the_same_answer_in_any_company(rec: Fitted) -> None:
    queries = [Query(user_id="u3"), Query(), Query(history=("i8",)), Query(user_id="u3")]
    answers = rec.service.recommend_many(queries)
    assert answers[0] == answers[3]
    assert answers == [rec.service.recommend(query) for query in queries]
    assert rec.service.recommend_many([]) == []


# one per work


@pytest.fixture
def twin_service(twins: TwoLanguages) -> Fitted:
    """Twins are one work; i0 is German, i1 its French version, and so on."""
    catalog = twins.dataset.catalog
    works = tuple(f"w{item // 2}" for item in range(len(catalog)))
    data = replace(twins.dataset, catalog=replace(catalog, attributes={"work": works}))
    table = {"recommender": {"use": "ease"}, "ranker": {"use": "one-per-work"}}
    return fit(data, Plan.from_table(table))


def works_of(answer: Suggestion) -> list[int]:
    return [int(item.item_id[1:]) // 2 for item in answer.items]


def test_each_work_is_shown_once_and_none_that_one_has(twin_service: Fitted) -> None:
    answer = twin_service.service.recommend(Query(history=("i0", "i4", "i7"), k=40))
    assert sorted(works_of(answer)) == sorted(set(range(20)) - {0, 2, 3})
    assert "only 17 of 40" in answer.note


def test_works_are_shown_in_the_language_of_the_history_or_the_wish(twin_service: Fitted) -> None:
    service = twin_service.service
    for history, tag in ((("i0", "i4", "i6"), "de"), (("i1", "i5", "i7"), "fr")):
        answer = service.recommend(Query(history=history, k=8))
        assert set(languages_of(answer)) == {tag}
        other = "fr" if tag == "de" else "de"
        wished = service.recommend(Query(history=history, k=8, languages=(other,)))
        assert set(languages_of(wished)) == {other}
        assert works_of(wished) == works_of(answer)


def test_no_version_is_shown_that_the_query_bars(twin_service: Fitted) -> None:
    deny = tuple(f"i{item}" for item in range(0, 40, 2))
    answer = twin_service.service.recommend(Query(history=("i0", "i4"), k=10, deny=deny))
    assert set(languages_of(answer)) == {"fr"}
    assert len(answer.items) == 10


def test_popular_works_are_shown_once_too(twin_service: Fitted) -> None:
    answer = twin_service.service.recommend(Query(k=10))
    assert answer.mode == "popular"
    assert len(set(works_of(answer))) == 10


def test_items_without_evidence_are_no_versions_of_those_above(twins: TwoLanguages) -> None:
    matrix = twins.dataset.histories.matrix().toarray()
    matrix[:, 1::2] = 0  # nobody has chosen the French ones
    pairs = [(f"u{user}", int(item)) for user, item in np.argwhere(matrix).tolist()]
    catalog = twins.dataset.catalog
    works = tuple(f"w{item // 2}" for item in range(len(catalog)))
    catalog = replace(catalog, attributes={"work": works})
    data = Dataset(catalog, Interactions.from_pairs(pairs))
    table = {"recommender": {"use": "item-knn"}, "ranker": {"use": "one-per-work"}}
    answer = fit(data, Plan.from_table(table)).service.recommend(Query(history=("i0",), k=40))
    assert sorted(works_of(answer)) == list(range(1, 20))


# a ranker that asks a language model


def with_judge(rec: Fitted, *answers: str, **settings: Any) -> tuple[Service, Any]:
    """Have a scripted model judge the answers of a fitted pipeline."""
    table = {"use": "scripted", "answers": list(answers), "repeat": True}
    ranker = build("ranker", {"use": "llm-rerank", "model": table, "weight": 1.0, **settings})
    plan = replace(rec.learned.plan, ranker=ranker)
    return Service(replace(rec.learned, plan=plan)), ranker.model


def test_a_language_model_orders_what_is_recommended(rec: Fitted) -> None:
    query = Query(history=("i1", "i3", "i5"), k=4, languages=("en",))
    before = ids(rec.service.recommend(query))
    service, model = with_judge(rec, "No", "No", "No", "Yes", n_candidates=4)
    answer = service.recommend(query)
    assert ids(answer) == [before[3], *before[:3]]
    assert (answer.mode, answer.note) == ("fold-in", "")
    texts = rec.learned.catalog.text
    said = model.asked[0].data
    assert all(texts[item][:20] in said for item in (1, 3, 5))
    assert texts[rec.learned.catalog.ids.index(before[0])][:20] in said.rpartition("||")[2]


def test_an_answer_that_the_language_model_did_not_judge_says_so(rec: Fitted) -> None:
    query = Query(history=("i1", "i3", "i5"), k=4)
    service, _ = with_judge(rec, "!timeout")
    answer = service.recommend(query)
    assert ids(answer) == ids(rec.service.recommend(query))
    why = "language-model 'scripted' did not answer in time"
    assert (answer.mode, answer.note) == ("fold-in", f"{UNJUDGED}: {why}")


def test_who_is_not_known_is_not_judged(rec: Fitted) -> None:
    service, model = with_judge(rec, "Yes")
    assert service.recommend(Query(k=4)).mode == "popular"
    assert not model.asked


def test_the_language_model_reads_the_wish_and_answers_in_a_wished_language(
    content: Fitted,
) -> None:
    service, model = with_judge(content, "Oui", min_history=0)
    answer = service.recommend(Query(text="wood saw", k=4, languages=("fr",)))
    assert answer.mode == "text"
    assert model.asked[0].data.startswith("Souhaité: wood saw || Proposé: ")
