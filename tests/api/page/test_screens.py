"""What the screens say, and what the forms do, as a browser without scripts sees it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.api.page.words import TONGUES, words_in
from polyrec.core.errors import EngineError
from polyrec.live.live import UNREAD
from polyrec.pipeline.notes import TAKEN_FOR, UNTRANSLATED
from polyrec.pipeline.service import Service
from polyrec.rank.llm_rerank import JUDGED, UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Query, Suggestion
    from polyrec.live.model import Model

POPULAR = "These are popular with everybody."


def _notes(browser: Any) -> list[str]:
    found = re.search(r'<ul class="notes">(.*?)</ul>', browser.text, re.DOTALL)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def _lead(browser: Any) -> str:
    found = re.search(r'<p class="lead">(.*?)</p>', browser.text, re.DOTALL)
    assert found
    return found[1]


def test_a_list_changes_with_what_somebody_writes_likes_and_dislikes(browser: Any) -> None:
    browser.enter()
    assert POPULAR in _lead(browser)
    browser.post("/page/wishes", text="hobel für holz", mode="prefer")
    assert browser.told == "The list follows your wishes."
    assert _lead(browser) == "It rests on what you wrote."
    assert browser.shown[0] == "hobel für holz"
    browser.like("hobel")
    assert browser.told == "Liked. The list has changed."
    assert _lead(browser) == "It rests on what you did just now, and on what you wrote."
    assert "hobel für holz" not in browser.shown
    assert browser.shown[0] == "säge für holz"
    assert 'Because you liked <bdi lang="de">hobel für holz</bdi>' in browser.text
    assert "<p>Because you chose “hobel für holz”.</p>" in browser.text
    assert browser.get("/?tongue=ar")
    assert "<p>لأنك اخترت «\u2068hobel für holz\u2069».</p>" in browser.text
    browser.get("/?tongue=en")
    browser.like("saege", "dislike")
    assert browser.told == "Disliked. You will not see it again."
    assert "säge für holz" not in browser.shown
    browser.like("flute", "4")
    assert browser.told == "You gave 4 stars. The list has changed."
    browser.like("plane", "1")
    assert browser.told == "You gave 1 star. The list has changed."
    assert browser.get()
    assert browser.told == ""
    browser.post("/page/wishes", text="", mode="prefer")
    assert _lead(browser) == "It rests on what you did just now."


def test_what_was_said_last_of_an_item_stands_and_can_be_taken_back(browser: Any) -> None:
    browser.enter()
    for item, mark in (("saw", "like"), ("tea", "dislike"), ("plane", "3"), ("saw", "2")):
        browser.like(item, mark)
    (marks,) = re.findall(r'<ul class="marks">(.*?)</ul>', browser.text, re.DOTALL)
    said = re.findall(r"(\d) star|>(Not liked)<", marks)
    assert said == [("2", ""), ("3", ""), ("", "Not liked")]
    assert re.findall(r'value="(like|dislike)"', marks) == ["like", "dislike", "like"]
    assert "hand saw for wood" not in browser.shown
    browser.like("saw")
    assert "Because you liked" in browser.text


def test_languages_and_mode_are_kept_and_followed(browser: Any) -> None:
    browser.enter()
    browser.post("/page/wishes", languages=["ja"], mode="only")
    assert browser.shown == ["緑茶 日本"]
    assert 'value="ja" checked' in browser.get()
    assert _notes(browser) == ["There is only 1 that may be shown."]
    browser.like("tea", "dislike")
    assert browser.shown == []
    assert _notes(browser)[-1].startswith("Nothing can be shown with these wishes.")
    browser.post("/page/wishes", mode="only")
    assert "No language is chosen, so all are shown." in _notes(browser)
    assert len(browser.shown) == 10


def test_a_language_that_is_wished_stays_on_offer_where_no_item_has_it(browser: Any) -> None:
    browser.enter()
    browser.post("/page/wishes", languages=["tlh"], mode="prefer")
    assert 'value="tlh" checked><span>Klingon' in browser.text


def test_the_pages_own_language_is_offered_first(browser: Any) -> None:
    browser.enter()
    browser.get("/?tongue=ar")
    assert re.findall(r'name="languages" value="(\w+)"', browser.text)[0] == "en"
    live = browser.serving.live
    learned = live.model.service.learned
    texts = ({"ar": "شاي"}, *learned.catalog.texts[1:])
    catalog = replace(learned.catalog, texts=texts)
    live.current.model = replace(live.model, service=Service(replace(learned, catalog=catalog)))
    browser.get()
    assert re.findall(r'name="languages" value="(\w+)"', browser.text)[:2] == ["ar", "en"]


@pytest.mark.parametrize(
    ("tongue", "direction", "says"),
    [
        *(("en", "ltr", "popular with everybody"), ("zh", "ltr", "大家都喜欢")),
        *(("es", "ltr", "más popular"), ("ar", "rtl", "لدى الجميع")),
    ],
)
def test_the_page_speaks_the_browsers_language_until_another_is_chosen(
    browser: Any, tongue: str, direction: str, says: str
) -> None:
    browser.client.headers["Accept-Language"] = f"{tongue}-XX, de;q=0.9"
    browser.enter()
    assert f'dir="{direction}"' in browser.text
    assert says in _lead(browser)
    browser.get("/?tongue=es")
    assert '<html lang="es" dir="ltr">' in browser.get("/page/data")
    assert '<html lang="es"' in browser.get("/?tongue=nonsense")


def test_somebody_else_can_be_picked_and_left_again(browser: Any) -> None:
    browser.enter()
    assert "ada · 2 items · English" in browser.text
    browser.post("/page/person", pick="ada")
    assert browser.told == "You now see another person's recommendations."
    assert "You see what is recommended to <b><bdi>ada</bdi></b>." in browser.text
    assert _lead(browser) == "It rests on all that this person chose."
    assert "Because this person chose" in browser.text
    assert "Why this?" not in browser.text  # sentences speak to whoever has chosen
    browser.like("flute", "dislike")
    assert [event.item for event in browser.serving.live.events.of("ada")] == ["flute"]
    shown = browser.post("/page/wishes", text="tea", languages=["ja"], mode="prefer")
    assert ">\ntea</textarea>" in shown
    assert not browser.serving.live.users.page()
    browser.post("/page/person", pick="")
    assert browser.told == "You see your own recommendations again."
    browser.post("/page/person", typed="<b>nobody</b>")
    assert "<bdi>&lt;b&gt;nobody&lt;/b&gt;</bdi>" in browser.text
    assert "nothing is known of this person that helps" in _lead(browser)
    browser.like("tea")
    assert _lead(browser) == "It rests on what this person did just now."


def test_satisfaction_is_kept_with_the_version_that_it_is_about(browser: Any) -> None:
    browser.enter()
    (version,) = re.findall(r'name="version" value="(\w+)"', browser.text)
    browser.post("/page/satisfaction", score="4", comment=" more tea ", version=version)
    assert browser.told == "Thank you. Your answer is kept."
    (kept,) = browser.serving.live.satisfaction.page()
    assert (kept.score, kept.comment) == (4, "more tea")
    assert kept.version == browser.serving.live.model.version


def test_what_is_stored_is_shown_exported_and_deleted(browser: Any) -> None:
    browser.enter()
    assert "Nothing is stored." in browser.get("/page/data")
    browser.get("/page/export")
    assert json.loads(browser.text).keys() == {"user_id"}
    browser.get()
    browser.post("/page/wishes", text="tea & cake", mode="any")
    browser.like("tea")
    browser.like("saw", "dislike")
    browser.post("/page/satisfaction", score="2", comment="<i>more</i>")
    page = browser.get("/page/data")
    for told in ("tea &amp; cake", "5 stars", "Not liked", "緑茶 日本", "2 of 5", "&lt;i&gt;more"):
        assert told in page
    (own,) = set(re.findall(r"visitor-[\w-]{22}", page))
    browser.get("/page/export")
    assert browser.answer.headers["content-disposition"].startswith("attachment")
    document = json.loads(browser.text)
    assert document["user_id"] == own
    assert [event["item_id"] for event in document["events"]] == ["tea", "saw"]
    browser.get("/page/data")
    browser.post("/page/delete")
    assert browser.told == "Nothing was deleted: tick the box first."
    browser.post("/page/delete", sure="yes")
    assert browser.told == "4 entries were deleted."
    assert "Nothing is stored." in browser.text
    assert own not in browser.text
    live = browser.serving.live
    assert (live.users.page(), live.satisfaction.page(), live.events.count()) == ([], [], 0)
    assert POPULAR in (browser.get() and _lead(browser))


def test_admin_deletes_somebody_who_was_picked_and_stays_who_they_are(browser: Any) -> None:
    browser.enter()
    own = re.findall(r"visitor-[\w-]{22}", browser.get("/page/data"))[0]
    browser.post("/page/person", typed="guest")
    browser.like("tea")
    assert "緑茶 日本" in browser.get("/page/data")
    browser.post("/page/delete", sure="yes")
    assert browser.told == "1 entry was deleted."
    assert own in browser.text
    assert not browser.serving.live.events.of("guest")


def test_visitors_alone_see_what_they_seem_to_like(browser: Any) -> None:
    browser.enter()
    assert "What you seem to like" not in browser.get("/page/data")
    browser.like("flute")
    page = browser.get("/page/data")
    section = page.partition('id="likes-title"')[2].partition("</section>")[0]
    assert "<b>100%</b>" in section
    assert "flute" in section
    assert [entry.action for entry in browser.serving.live.audit.page()] == []
    browser.post("/page/person", typed="ada")
    assert "What you seem to like" not in browser.get("/page/data")


def test_somebody_whom_the_model_alone_knows_is_shown_and_taken_out_of_it(browser: Any) -> None:
    browser.enter()
    browser.post("/page/person", typed="ada")
    browser.get("/page/export")
    assert json.loads(browser.text)["learned"] == ["saw", "plane"]
    assert "The model has learned from 2 choices." in browser.get("/page/data")
    browser.post("/page/delete", sure="yes")
    assert browser.told == "2 entries were deleted."
    browser.post("/page/person", typed="ada")
    assert "nothing is known of this person that helps" in _lead(browser)
    assert "Nothing is stored." in browser.get("/page/data")


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("event", {"item": "no such item", "mark": "like"}),
        ("event", {"item": "tea", "mark": "6"}),
        ("event", {"item": "tea", "mark": ""}),
        ("event", {"item": "tea", "mark": "²"}),
        ("event", {}),
        ("satisfaction", {"score": "0"}),
        ("satisfaction", {"score": "999"}),
        ("satisfaction", {"score": "3", "comment": "x" * 2001}),
        ("satisfaction", {"score": "3", "version": "x" * 2001}),
        ("wishes", {"text": "x" * 2001}),
        ("wishes", {"languages": ["not a tag!"]}),
        ("wishes", {"languages": [f"de-x-{n}" for n in range(21)]}),
        ("person", {"typed": "x" * 257}),
        ("person", {"pick": "%ED%A0%80"}),
    ],
    ids=str,
)
def test_what_cannot_be_is_told_and_nothing_is_kept(browser: Any, form: str, fields: Any) -> None:
    browser.enter()
    browser.post(f"/page/{form}", **fields)
    assert browser.status == 422
    assert "This cannot be used" in browser.text
    live = browser.serving.live
    assert (live.users.page(), live.satisfaction.page(), live.events.count()) == ([], [], 0)


def test_too_many_fields_are_refused(browser: Any) -> None:
    browser.enter()
    browser.post("/page/wishes", languages=["de"] * 200)
    assert browser.status == 400


@pytest.mark.parametrize("tongue", TONGUES)
@pytest.mark.parametrize(
    ("note", "message"),
    [
        (
            f"{UNJUDGED}: http://secret.example refused",
            "The language model that puts the list in order does not answer, "
            "so the order is the recommender's own.",
        ),
        (
            f"{JUDGED} 1 of 20 candidates",
            "The language model that puts the list in order has judged only a part of it in time.",
        ),
    ],
)
def test_a_language_model_that_puts_no_list_in_order_is_told_of(
    browser: Any, monkeypatch: Any, tongue: str, note: str, message: str
) -> None:
    answer = Service.recommend

    def noted(self: Service, query: Query) -> Suggestion:
        return replace(answer(self, query), note=note)

    browser.enter()
    monkeypatch.setattr(Service, "recommend", noted)
    told = words_in(tongue).translations.gettext(message)
    for screen in (
        browser.get("/", **{"Accept-Language": tongue}),
        browser.post("/page/ask", wish="wood", headers={"Accept-Language": tongue}),
    ):
        assert told in html.unescape(screen)
        assert "secret.example" not in screen


def test_an_engine_that_fails_is_told_and_the_page_stays(browser: Any, monkeypatch: Any) -> None:
    browser.enter()

    def fails(*_: object, **__: object) -> None:
        raise EngineError("http://secret.example does not answer", retryable=True)

    with monkeypatch.context() as patched:
        patched.setattr(browser.serving.live, "answer", fails)
        browser.get()
        assert browser.status == 503
        assert "The service cannot answer just now. Try again in a moment." in browser.text
        assert 'id="ask"' in browser.text
        patched.setattr(browser.serving.live, "record", fails)
        browser.like("tea")
        assert (browser.status, "Nothing is lost." in browser.text) == (503, True)
        assert "secret.example" not in browser.text
    browser.get()
    assert browser.status == 200


def test_the_data_can_be_seen_and_deleted_while_there_is_no_model(browser: Any) -> None:
    browser.enter()
    browser.like("tea")
    model, browser.serving.live.current.model = browser.serving.live.model, None
    browser.get()
    assert browser.status == 503
    assert '<bdi lang="">tea</bdi>' in browser.get("/page/data")
    browser.post("/page/delete", sure="yes")
    assert browser.told == "1 entry was deleted."
    browser.serving.live.current.model = model


def _answering(model: Model, note: str) -> Callable[..., Any]:
    def answer(query: Any) -> Any:
        return model, replace(model.service.recommend(replace(query, text="tea")), note=note)

    return answer


def test_notes_of_the_service_are_told_in_the_pages_language(
    browser: Any, monkeypatch: Any
) -> None:
    browser.enter()
    live = browser.serving.live
    note = f"{UNREAD}; {TAKEN_FOR} 'zh-Hant'; {UNTRANSLATED}: http://secret.example failed"
    monkeypatch.setattr(live, "answer", _answering(live.model, note))
    browser.get("/?tongue=es")
    assert _notes(browser)[:3] == [
        "Idioma reconocido en el texto: chino tradicional.",
        "Ahora mismo no se puede leer lo que se hizo últimamente, "
        "así que la lista prescinde de ello.",
        "El motor de traducción no responde, así que el texto se ha leído tal cual.",
    ]
    assert "secret.example" not in browser.text


def test_texts_of_others_are_shown_and_never_run(browser: Any) -> None:
    browser.enter()
    evil = '"><script>alert(1)</script>\u202e{{ 7 * 19048 + 1 }}'
    browser.post("/page/wishes", text=evil, mode="any")
    browser.post("/page/satisfaction", score="3", comment=evil)
    for page in (browser.get(), browser.get("/page/data")):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "133337" not in page


def test_an_id_that_is_no_text_is_told(browser: Any) -> None:
    browser.enter()
    browser.post("/page/event", item="%ff", mark="like")
    assert browser.answer.status_code == 422
    browser.post("/page/person", pick="%ff")
    assert browser.answer.status_code == 422
    assert browser.answer.headers["content-type"].startswith("text/html")
