"""Facts of explanations are those of the made world, and their sentences say no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from polyrec.core.types import Query
from polyrec.pipeline.explanation import Event, Explanation, Neighbour, Word
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.wording.facts import facts_of
from polyrec.pipeline.wording.tongue import first_words
from polyrec.pipeline.wording.worded import worded

if TYPE_CHECKING:
    from polyrec.testing.worlds import TwoCamps

EVENTS = (
    Event("saw", "en", "Hand saw for wood", 0.6, 0.6),
    Event("plane", "he", "מקצועה", 0.2, 0.2),
    Event("tea", "ja", "緑茶", 0.15, 0.15),
    Event("moon", "de", "Mond", -0.05, -0.05),
)
AXE: dict[str, Any] = {"item_id": "axe", "language": "pt", "text": "Machado", "score": 0.9}
WHOLE = Explanation(
    **AXE,
    base=0.0,
    mode="personal",
    events=EVENTS,
    words=(Word("madeira", 0.9),),
    asked=(Word("wood", 0.8), Word("oak", 0.7)),
    neighbour=Neighbour("saw", "en", "Hand saw for wood", 0.9),
)

SAID = {
    "en": "Because you chose “Hand saw for wood” (60%) and “\u2068מקצועה\u2069” (20%). 3 of your 4 "
    "choices speak for it. Your words that lie nearest to it: “wood” and “oak”. The word of its "
    "text that fits best: “madeira”. Language of its text: Portuguese; you wished for: German or "
    "Japanese.",
    "ru": "Потому что вы выбрали «Hand saw for wood» (60\xa0%) и «\u2068מקצועה\u2069» (20\xa0%). "
    "За это говорят 3 ваших выбора из 4. Ваши самые близкие слова: «wood» и «oak». Слово из "
    "текста, которое подходит лучше всего: «madeira». Язык текста: португальский; вы просили: "
    "немецкий или японский.",
    "ja": "「Hand saw for wood」（60%）、「\u2068מקצועה\u2069」（20%）を選んだためです。選んだ4件の"
    "うち3件がこれを支持しています。入力した言葉のうち最も近いもの：「wood」、「oak」。本文のうち"
    "最もよく合う言葉：「madeira」。本文の言語：ポルトガル語。ご希望の言語：ドイツ語または日本語。",
    "he": 'כי בחרת את "\u2068Hand saw for wood\u2069" (60%) ו"\u2068מקצועה\u2069" (20%). 3 מ־4 '
    'הבחירות שלך תומכות בזה. המילים שלך הקרובות ביותר לזה: "\u2068wood\u2069" ו"\u2068oak\u2069". '
    'המילה המתאימה ביותר בטקסט: "\u2068madeira\u2069". שפת הטקסט: פורטוגזית; ביקשת: גרמנית או '
    "יפנית.",
    "ar": "لأنك اخترت «\u2068Hand saw for wood\u2069» (60%) و«\u2068מקצועה\u2069» (20%). تدعمه 3 "
    "اختيارات من اختياراتك (4). كلمتاك الأقرب إليه: «\u2068wood\u2069» و«\u2068oak\u2069». "
    "أنسب كلمة في نصه: «\u2068madeira\u2069». لغة نصه: البرتغالية؛ واللغة التي طلبتها: الألمانية "
    "أو اليابانية.",
}


def kinds(explanation: Explanation, *wished: str) -> list[str]:
    return [fact.kind for fact in facts_of(explanation, wished)]


@pytest.mark.parametrize("tag", SAID)
def test_the_whole_of_an_explanation_is_told(tag: str) -> None:
    found = worded(WHOLE, [tag], wished=["de", "ja"])
    assert found.text == SAID[tag]
    assert (found.language, found.worded_by, found.error) == (tag, "template", "")


def test_facts_name_their_items_and_their_figures() -> None:
    chosen, choices, asked, words = facts_of(WHOLE)
    assert [(cause.item_id, cause.share) for cause in chosen.items] == [
        ("saw", 0.6),
        ("plane", 0.2),
    ]
    assert (choices.count, choices.of) == (3, 4)
    assert (asked.words, words.words) == (("wood", "oak"), ("madeira",))


def test_a_language_without_templates_gets_english_and_is_told_so() -> None:
    found = worded(WHOLE, ["sw", "yo"])
    assert found.language == "en"
    assert found.text.startswith("Because you chose")
    assert found.error == "there are no templates in sw or yo"


def test_shares_are_told_only_where_parts_add_up() -> None:
    inexact = Explanation(**AXE, base=0.0, mode="personal", events=EVENTS, exact=False)
    with_text = Explanation(**AXE, base=0.3, mode="personal", events=EVENTS)
    for each in (inexact, with_text):
        assert facts_of(each)[0].items[0].share is None
        assert "%" not in worded(each).text


@pytest.mark.parametrize(
    ("explanation", "told"),
    [
        (Explanation(**AXE, base=0, mode="personal"), ["everyone"]),
        (Explanation(**AXE, base=0, mode="text"), ["near-text"]),
        (Explanation(**AXE, base=0, mode="personal", events=EVENTS[3:]), ["against"]),
        (Explanation(**AXE, base=0, mode="fold-in", events=EVENTS[:1]), ["chosen"]),
        (
            Explanation(
                **AXE, base=0, mode="personal", neighbour=Neighbour("saw", "en", "Saw", 0.5)
            ),
            ["everyone", "nearest"],
        ),
        (Explanation(**{**AXE, "score": 3.0}, base=3, mode="popular"), ["unknown", "popular"]),
        (Explanation(**{**AXE, "score": 0.0}, base=0, mode="popular"), ["unknown", "unchosen"]),
        (Explanation(**{**AXE, "score": 0.0}, base=0, mode="personal", events=EVENTS), ["nothing"]),
        (
            Explanation(
                **AXE, base=0, mode="personal", events=(Event("axe", "pt", "Machado", 1, 1),)
            ),
            ["own"],
        ),
    ],
)
def test_what_is_told_is_what_is_so(explanation: Explanation, told: list[str]) -> None:
    assert kinds(explanation) == told


def test_the_language_of_a_text_is_told_only_where_it_was_not_wished() -> None:
    one = Explanation(**AXE, base=0, mode="text")
    assert kinds(one, "pt-BR") == kinds(one) == ["near-text"]
    assert kinds(one, "es") == ["near-text", "language"]
    unknown = Explanation(**{**AXE, "language": "und"}, base=0, mode="text")
    assert kinds(unknown, "es") == ["near-text"]


def test_facts_of_a_real_model_are_of_its_catalog(content: Fitted) -> None:
    query = Query(user_id="u0", languages=("fr",))
    item = content.service.recommend(query).items[0].item_id
    found = content.service.explain(query, item)
    facts = facts_of(found)
    assert facts[0].kind == "chosen"
    catalog = content.learned.catalog
    for cause in facts[0].items:
        assert cause.text == catalog.text[catalog.ids.index(cause.item_id)]
        assert f"«\xa0{first_words(cause.text)}\xa0»" in worded(found, ["fr"]).text


def test_people_are_never_named(camps: TwoCamps) -> None:
    table = {"recommender": {"use": "user-knn"}}
    rec = fit(camps.dataset, Plan.from_table(table))
    query = Query(user_id="u0")
    item = rec.service.recommend(query).items[0].item_id
    found = rec.service.explain(query, item, people=True)
    assert found.people
    said = worded(found)
    assert "u0" not in str(said)
    assert not [each for each in found.people if f"'{each.user_id}'" in str(said)]
