"""The addresses of the page; forms lead on to a screen, so that a reload sends nothing again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from polyrec.api.access import LONGEST_KEY
from polyrec.api.log import log, place_of
from polyrec.api.page.answers import answer_of
from polyrec.api.page.likes import Likes, likes_of
from polyrec.api.page.offers import Offers, chips
from polyrec.api.page.session import can_hold, new_session, new_visitor
from polyrec.api.page.stored import MOST_EVENTS, Stored, marks_of, stored_of
from polyrec.api.page.visit import Posted, Visit, anybody, guest, posted, visitor
from polyrec.api.page.why import whys
from polyrec.api.schemas import MOST_LANGUAGES
from polyrec.core.errors import DataError, EngineError, UnknownIdError
from polyrec.core.language import matches, standard_tag
from polyrec.core.types import LanguageMode, Query, Suggestion
from polyrec.live.translated import Translated
from polyrec.store.event import DISLIKE, HIGHEST, RATING, Event
from polyrec.store.limits import LONGEST_ID, LONGEST_NOTE
from polyrec.store.satisfaction import Opinion
from polyrec.store.users import User

ROUTER = APIRouter(include_in_schema=False)
K = 10
LONGEST_TEXT = 2_000
MODES: dict[str, LanguageMode] = {"any": "any", "prefer": "prefer", "only": "only"}

Anybody = Annotated[Visit, Depends(anybody)]
Guest = Annotated[Visit, Depends(guest)]
Visitor = Annotated[Visit, Depends(visitor)]
Form = Annotated[Posted, Depends(posted)]


@ROUTER.get("/")
def home(visit: Guest) -> Response:
    """Show recommendations; whoever has no key yet is asked for one."""
    return _entrance(visit) if visit.record is None else _home(visit)


@ROUTER.post("/page/enter")
async def enter(request: Request, visit: Anybody, form: Form) -> Response:
    """Open a session with a key; whoever tries many must wait, and keeps nobody else out."""
    record = visit.held.keys.find(form.text("key").strip()[:LONGEST_KEY])
    if record is None:
        if wait_s := visit.page.tries.wait_s(request.client.host if request.client else ""):
            return _entrance(visit, "often", 429, wait_s=wait_s)
        return _entrance(visit, "unknown", 403)
    if "read" not in record.scopes:
        return _entrance(visit, "scope", 403)
    return visit.goes("/", visit.session.entered(record))


@ROUTER.post("/page/leave")
def leave(visit: Anybody, form: Form) -> Response:
    """Forget the key, and whose recommendations were shown."""
    del form
    return visit.goes("/", new_session(visit.session.tongue).telling("left"))


@ROUTER.post("/page/person")
def pick(visit: Visitor, form: Form) -> Response:
    """Show another person's recommendations, or the visitor's own again."""
    session = visit.session
    with visit.telling_problems():
        person = form.text("typed").strip() or form.id("pick") or session.own
    if len(person) > LONGEST_ID or not can_hold(person):
        raise visit.problem("unusable", 422)
    said = "back" if person == session.own else "picked"
    return visit.goes("/", replace(session, person=person).telling(said))


@ROUTER.post("/page/wishes")
def wish(visit: Visitor, form: Form) -> Response:
    """Take wishes; a visitor's own words are kept with what is stored about them."""
    text = form.text("text").strip()
    with visit.telling_problems():
        languages = tuple(dict.fromkeys(map(standard_tag, form.texts("languages"))))
    if len(text) > LONGEST_TEXT or len(languages) > MOST_LANGUAGES:
        raise visit.problem("unusable", 422)
    mode = MODES.get(form.text("mode"), visit.session.mode)
    session = replace(visit.session, languages=languages, mode=mode)
    visit.session = replace(session, translate=form.text("translate") == "yes").telling("wished")
    if not (visit.session.is_own and visit.may("write")):
        return _home(visit, asked=text)
    live, person = visit.held.live, visit.session.person
    with visit.telling_problems():
        known = live.users.get(person)
        if text != (known.text if known else ""):
            live.put_users([User(person, text)])
    return visit.goes("/#status", visit.session)


@ROUTER.post("/page/event")
def mark(visit: Visitor, form: Form) -> Response:
    """Keep that somebody likes or dislikes an item, or how many stars they give."""
    _needs_write(visit)
    value, person = form.text("mark"), visit.session.person
    with visit.telling_problems():
        item = form.id("item")
        visit.held.live.serving().check_items([item])
        if value == "dislike":
            said, stars, event = "disliked", 0, Event(person, item, DISLIKE)
        elif value == "like":
            said, stars, event = "liked", 0, Event(person, item, RATING, float(HIGHEST))
        else:
            stars = _whole(value)
            said, event = "rated", Event(person, item, RATING, float(stars))
        kept = visit.held.live.record([event])
    visit.held.metrics.took(kept.n_added, kept.n_repeated)
    return visit.goes("/#status", visit.session.telling(said, stars))


@ROUTER.post("/page/satisfaction")
def rate(visit: Visitor, form: Form) -> Response:
    """Keep how satisfied somebody is."""
    _needs_write(visit)
    with visit.telling_problems():
        score, comment = _whole(form.text("score")), form.text("comment").strip()
        visit.held.live.rate(
            Opinion(visit.session.person, score, comment, version=form.text("version"))
        )
    return visit.goes("/#status", visit.session.telling("satisfied"))


@ROUTER.get("/page/data")
def data(visit: Visitor) -> Response:
    """Show what is stored about the person whose recommendations are shown."""
    stored = Stored()
    if visit.may_manage:
        with visit.telling_problems():
            document = _document(visit, noted=not visit.session.is_own)
        model = visit.held.live.model
        catalog = model.service.learned.catalog if model else None
        if document is not None:
            stored = stored_of(document, catalog, visit.session.languages, visit.words)
        stored = replace(stored, n_learned=len(visit.held.live.learned_of(visit.session.person)))
    return visit.shows("data.html", here="/page/data", stored=stored, likes=_likes(visit))


@ROUTER.get("/page/export")
def export(visit: Visitor) -> Response:
    """Give a file with all that is stored about the person."""
    _needs_managing(visit)
    with visit.telling_problems():
        document = _document(visit, noted=True) or {"user_id": visit.session.person}
    written = json.dumps(document, ensure_ascii=False, indent=2)
    return Response(
        written.encode("utf-8", "replace"),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="polyrec-data.json"'},
    )


@ROUTER.post("/page/delete")
def delete(visit: Visitor, form: Form) -> Response:
    """Delete all that is stored about the person; a visitor is somebody new after that."""
    _needs_managing(visit)
    session = visit.session
    if form.text("sure") != "yes":
        return visit.goes("/page/data", session.telling("unconfirmed"))
    assert visit.record is not None
    n_learned = len(visit.held.live.learned_of(session.person))
    with visit.telling_problems():
        counts = visit.held.live.delete_user(session.person, actor=visit.record.name)
    own = new_visitor() if session.is_own else session.own
    after = replace(session, own=own, person=own)
    return visit.goes("/page/data", after.telling("deleted", sum(counts.values()) + n_learned))


@ROUTER.get("/page/{form}")
def start(visit: Guest) -> Response:
    """Lead whoever reloads the address of a form to the start."""
    return visit.goes("/", visit.session)


def _entrance(visit: Visit, refused: str = "", status: int = 200, *, wait_s: int = 0) -> Response:
    response = visit.shows("enter.html", status, here="/", refused=refused, wait_s=wait_s)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _home(visit: Visit, asked: str | None = None) -> Response:
    """Show a list; `asked` are words that count for this list alone."""
    live, session, answer, marks = visit.held.live, visit.session, None, []
    known = live.people.of(session.person)
    text = known.text if visit.may_manage and asked is None else asked or ""
    query = Query(
        user_id=session.person,
        text=asked,
        k=K,
        languages=session.languages,
        language_mode=session.mode if session.languages else "any",
    )
    offered = Offers((), ())
    try:
        model, found = live.answer(query)
        shown = translated(visit, found)
        said = whys(live, model, query, found, visit.words) if session.is_own else {}
        asked_for = replace(query, text=text)
        answer = answer_of(model, asked_for, found, shown, words=visit.words, whys=said)
        visit.held.metrics.recommended(found.mode)
        offered = visit.page.offers(model)
        if visit.may_manage and known.is_whole:
            events = live.events.of(session.person, newest=MOST_EVENTS)
            marks = marks_of(events, model.service.learned.catalog, session.languages)
    except EngineError as error:
        log("engine failed", at=place_of(error))
    return visit.shows(
        "home.html",
        200 if answer else 503,
        here="/",
        text=text,
        answer=answer,
        marks=marks,
        languages=chips(offered, session.languages, visit.words),
        may_translate=visit.held.interpreter.translator is not None,
        people=offered.people if visit.may("admin") else (),  # as the list of users
        longest_text=LONGEST_TEXT,
        longest_id=LONGEST_ID,
        longest_comment=LONGEST_NOTE,
    )


def translated(
    visit: Visit, found: Suggestion, languages: tuple[str, ...] | None = None
) -> Translated:
    """Translate texts where that is wished, into the page's language if it is among those read."""
    if not visit.session.translate:
        return Translated((None,) * len(found.items))
    tongue = visit.words.tongue
    read = (visit.session.languages if languages is None else languages) or (tongue,)
    wished = sorted(read, key=lambda tag: not matches(tongue, tag))
    made = visit.held.interpreter.translate(found.items, wished)
    visit.held.metrics.translated(made.outcomes)
    return made


def _likes(visit: Visit) -> Likes:
    """Say what visitors seem to like, to themselves alone."""
    if visit.held.live.model is None or not visit.session.is_own:
        return Likes()
    languages = visit.session.languages or (visit.words.tongue,)
    with visit.telling_problems():
        model, found = visit.held.live.profile(Query(visit.session.person, languages=languages))
        learned, writer = model.service.learned, visit.held.writer
        said = writer.profile(learned, found, visit.words.tongue) if writer.model else None
    return likes_of(found, learned.catalog, languages, visit.words, said)


def _document(visit: Visit, *, noted: bool) -> dict[str, Any] | None:
    """Give all that is stored about the person; what is told of others is noted in the audit."""
    live, person = visit.held.live, visit.session.person
    assert visit.record is not None
    try:
        if noted:
            return live.export_user(person, actor=visit.record.name)
        return live.users.export(person)
    except UnknownIdError:
        return None


def _needs_write(visit: Visit) -> None:
    if not visit.may("write"):
        raise visit.problem("scope", 403, scope="write")


def _needs_managing(visit: Visit) -> None:
    if not visit.may_manage:
        raise visit.problem("scope", 403, scope="admin")


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise DataError("what was sent is no whole number")
    return int(text)
