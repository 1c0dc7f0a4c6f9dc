"""The screen at which people ask in plain words, and change what was understood."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from polyrec.api.log import log, place_of
from polyrec.api.page.answers import answer_of
from polyrec.api.page.offers import Offers, chips
from polyrec.api.page.routes import MODES, translated
from polyrec.api.page.visit import Posted, Visit, posted, visitor
from polyrec.api.schemas import LONGEST_TEXT, MOST_ITEMS, MOST_LANGUAGES
from polyrec.api.wishes import LONGEST_AVOIDED, MOST_AVOIDED
from polyrec.core.errors import DataError, EngineError
from polyrec.core.language import standard_tag
from polyrec.core.types import LanguageMode, Query
from polyrec.pipeline.wish.answer import LEFT_OUT, query_of
from polyrec.pipeline.wish.ask import LONGEST_WISH
from polyrec.pipeline.wish.offered import MOST_CATEGORIES, Offered
from polyrec.pipeline.wish.wish import GIVEN, RULES, Understood, Wish

ROUTER = APIRouter(include_in_schema=False)
HERE = "/page/ask"

Visitor = Annotated[Visit, Depends(visitor)]
Form = Annotated[Posted, Depends(posted)]


@dataclass(frozen=True)
class Controls:
    """What was understood, as the controls of the screen show it.

    Attributes:
        understood: what was understood.
        helps: whether there is a language model to read wishes.
    """

    understood: Understood
    helps: bool = False

    def __getattr__(self, name: str) -> object:
        """Give a field of the wish."""
        return getattr(self.understood.wish, name)

    @property
    def mode(self) -> LanguageMode:
        """What is done about other languages; `prefer` is offered where none are named."""
        wish = self.understood.wish
        return wish.language_mode if wish.languages else "prefer"

    @property
    def unmet(self) -> tuple[str, ...]:
        """Languages that were named, and in which nothing is there."""
        return self.understood.unmet

    @property
    def reader(self) -> str:
        """The language model that read the wish, or empty."""
        by = self.understood.worked_by
        return "" if by in (RULES, GIVEN) else by

    @property
    def unhelped(self) -> bool:
        """Whether a language model was to read the wish, and rules did."""
        return self.helps and self.understood.worked_by == RULES

    def words_of(self, field: str) -> str:
        """Give the words that a field came from."""
        said = [each.words for each in self.understood.said if each.field == field]
        return " · ".join(dict.fromkeys(said))


@ROUTER.get(HERE)
def begin(visit: Visitor) -> Response:
    """Show where to ask."""
    return _shows(visit)


@ROUTER.post(HERE)
def ask(visit: Visitor, form: Form) -> Response:
    """Answer a wish, or what was understood of one and then changed; nothing of it is kept."""
    words = form.text("wish").strip()
    if not (words or form.text("edited")):
        visit.session = visit.session.telling("no-wish")
        return _shows(visit, 422)
    with visit.telling_problems():
        given = _edited(form) if form.text("edited") else words
        if isinstance(given, str) and len(given) > LONGEST_WISH:
            raise DataError("the wish is too long")
    live, query = visit.held.live, Query(user_id=visit.session.person)
    try:
        with visit.telling_problems(but_engines=True):
            model, asked = live.ask(given, query, visit.held.writer.model)
    except EngineError as error:
        log("engine failed", at=place_of(error))
        return _shows(visit, 503, wish=words, failed=True)
    wish = asked.understood.wish
    found = asked.suggestion
    shown = translated(visit, found, wish.languages)
    answer = answer_of(model, query_of(wish, query), found, shown, words=visit.words, whys={})
    visit.held.metrics.recommended(found.mode)
    left_out = re.search(rf"(\d+) items? {LEFT_OUT}", found.note)
    visit.session = visit.session.telling("wished")
    offers, offered = visit.page.offers(model), Offered.of(model.service.learned)
    return _shows(
        visit,
        wish=words,
        asked=Controls(asked.understood, visit.held.writer.model is not None),
        answer=answer,
        text=wish.text,
        languages=chips(offers, wish.languages, visit.words),
        categories=sorted(offered.categories[:MOST_CATEGORIES]),
        n_left_out=int(left_out[1]) if left_out else 0,
    )


def _shows(visit: Visit, status: int = 200, **values: object) -> Response:
    nothing: dict[str, object] = {
        "wish": "",
        "asked": None,
        "answer": None,
        "text": "",
        "categories": (),
    }
    nothing |= {"languages": chips(Offers((), ()), (), visit.words), "n_left_out": 0}
    return visit.shows(
        "ask.html",
        status,
        here=HERE,
        longest_wish=LONGEST_WISH,
        longest_text=LONGEST_TEXT,
        longest_avoided=LONGEST_AVOIDED,
        most_items=MOST_ITEMS,
        **{**nothing, "failed": False, **values},
    )


def _edited(form: Posted) -> Wish:
    """Read what was understood, as it is after changes."""
    languages = tuple(dict.fromkeys(map(standard_tag, form.texts("languages"))))
    without = tuple(dict.fromkeys(filter(None, map(str.strip, form.texts("without")))))
    text, k = form.text("text").strip(), form.text("k")
    too_much = len(text) > LONGEST_TEXT or len(languages) > MOST_LANGUAGES
    if too_much or len(without) > MOST_AVOIDED or any(len(x) > LONGEST_AVOIDED for x in without):
        raise DataError("more was sent than a wish may hold")
    if not (k.isascii() and k.isdigit() and len(k) < 4 and 1 <= int(k) <= MOST_ITEMS):
        raise DataError("k is no number of items")
    wish = Wish(text, standard_tag(form.text("text_language")), without=without, k=int(k))
    mode = MODES.get(form.text("mode"), "prefer")
    category = form.text("category") or None
    return replace(
        wish, languages=languages, language_mode=mode if languages else "any", category=category
    )
