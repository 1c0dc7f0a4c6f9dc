"""Recommendations: for a user who is known, and for anybody by what they chose or say."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request
from fastapi.responses import Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from polyrec.api import in_query, schemas
from polyrec.api.access import needs, ready, serving
from polyrec.api.ids import ANY_ID
from polyrec.api.serving import Serving
from polyrec.api.translating import translations
from polyrec.core.errors import DataError, EngineError
from polyrec.core.types import Query as Question
from polyrec.core.types import Review
from polyrec.live.live import NO_LEAVE
from polyrec.live.people import Person
from polyrec.pipeline.explanation import Explanation
from polyrec.pipeline.notes import UNTRANSLATED
from polyrec.pipeline.wording.worded import Worded
from polyrec.rank.llm_rerank import UNJUDGED

NEITHER, AGAINST = 3.0, 0.25
"""So many stars speak neither for what was reviewed nor against it, and fewer speak against it so
much less than more of them speak for it: see docs/people.md."""

ROUTER = APIRouter(tags=["recommend"], dependencies=[Depends(needs("read"))])


@ROUTER.get(
    f"/recommend/{{user_id:{ANY_ID}}}",
    response_model=schemas.Answer,
    openapi_extra=in_query.documented(schemas.Wishes),
)
async def recommend(
    request: Request, user_id: Annotated[str, Path(max_length=schemas.LONGEST_ID)]
) -> Response:
    """Recommend to a user by what they chose; one who is not known gets what is popular."""
    held = await ready(await serving(request))  # as a dependency it would take far longer
    wishes = in_query.read(request, schemas.Wishes)
    return await _answered(held, wishes, _question(wishes, user_id=user_id))


@ROUTER.post("/recommend", response_model=schemas.Answer)
async def recommend_to_anybody(
    anybody: Annotated[schemas.Anybody, Body()], held: Annotated[Serving, Depends(ready)]
) -> Response:
    """Recommend to somebody without an account, by a history, a text in any language, or both."""
    model = held.live.serving()
    model.check_items(anybody.history)
    if (anybody.text or anybody.reviews) and not model.may_read_texts:
        raise HTTPException(409, NO_LEAVE)
    question = _question(
        anybody,
        history=tuple(anybody.history),
        text=anybody.text,
        text_language=anybody.text_language,
        reviews=tuple(
            Review(each.text, (each.stars - NEITHER) / 2, each.language) for each in anybody.reviews
        ),
    )
    return await _answered(held, anybody, question)


def _weight(stars: float) -> float:
    """Say how much a review speaks for what it is about: five stars 1, one -0.25."""
    weight = (stars - NEITHER) / 2
    return weight if weight > 0 else AGAINST * weight


def _question(wishes: schemas.Wishes, **asker: Any) -> Question:
    return Question(
        **asker,
        k=wishes.k,
        languages=tuple(wishes.languages),
        language_mode=wishes.mode,
        category=wishes.category,
    )


async def _answered(held: Serving, wishes: schemas.Wishes, question: Question) -> Response:
    person = held.live.at_hand(question)
    if person is None:
        person = await run_in_threadpool(held.live.who_asks, question)
    # computing alone: it waits for no encoder, no database and no other machine
    elsewhere = (
        question.text or question.reviews or person.text or wishes.explain or wishes.translate
    )
    at_hand = not (elsewhere or held.live.waits)
    work = partial(_answer, held, wishes, question, person)
    body = await held.pace.answer(work, at_hand=at_hand)
    return Response(body, media_type="application/json")


def _answer(held: Serving, wishes: schemas.Wishes, question: Question, person: Person) -> bytes:
    """Give a `schemas.Answer` as JSON; to check it again would take as long as to find it."""
    model, found = held.live.answer(question, person)
    notes = [without_engine(found.note)] if found.note else []
    explanations: list[schemas.Because | None] = [None] * len(found.items)
    if wishes.explain and found.items:
        try:
            item_ids = [item.item_id for item in found.items]
            explained = held.live.explain(model, question, item_ids)
            learned = model.service.learned
            said = held.writer.explanations(learned, explained, question.languages)
            explanations = list(map(_because, explained, said))
        except DataError:  # an item that only fills a place
            notes.append("not all of these items can be explained")
        except EngineError:
            notes.append("these items cannot be explained now")
    shown, note = translations(held, found.items, wishes)
    notes += [note] if note else []
    held.metrics.recommended(found.mode)
    answer = {
        "model_version": model.version,
        "mode": found.mode,
        "languages": wishes.languages,
        "language_mode": wishes.mode,
        "note": "; ".join(notes),
        "items": [
            {**vars(item), "explanation": explanation, "translation": translation}
            for item, explanation, translation in zip(found.items, explanations, shown, strict=True)
        ],
    }
    return to_json(answer, inf_nan_mode="null")


def _because(explanation: Explanation, said: Worded) -> schemas.Because:
    return schemas.Because.model_validate({**asdict(explanation), "in_words": asdict(said)})


def without_engine(note: str) -> str:
    """Cut out engines' own words, which may hold an address of the operator's."""
    before, unjudged, rest = note.partition(f"{UNJUDGED}: ")
    if unjudged:
        return before + UNJUDGED + (f"; {UNTRANSLATED}" if UNTRANSLATED in rest else "")
    before, untranslated, _ = note.partition(UNTRANSLATED)
    return before + untranslated
