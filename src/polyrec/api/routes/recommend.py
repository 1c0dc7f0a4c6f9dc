"""Recommendations: for a user who is known, and for anybody by what they chose or say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query

from polyrec.api import schemas
from polyrec.api.access import needs, ready
from polyrec.api.ids import ANY_ID
from polyrec.api.serving import Serving
from polyrec.api.translating import translations
from polyrec.core.errors import DataError
from polyrec.core.types import Query as Question
from polyrec.pipeline.explanation import Explanation
from polyrec.pipeline.service import UNTRANSLATED

ROUTER = APIRouter(tags=["recommend"], dependencies=[Depends(needs("read"))])


@ROUTER.get(f"/recommend/{{user_id:{ANY_ID}}}")
def recommend(
    user_id: Annotated[str, Path(max_length=schemas.LONGEST_ID)],
    wishes: Annotated[schemas.Wishes, Query()],
    held: Annotated[Serving, Depends(ready)],
) -> schemas.Answer:
    """Recommend to a user by what they chose; one who is not known gets what is popular."""
    return _answer(held, wishes, user_id=user_id)


@ROUTER.post("/recommend")
def recommend_to_anybody(
    anybody: Annotated[schemas.Anybody, Body()], held: Annotated[Serving, Depends(ready)]
) -> schemas.Answer:
    """Recommend to somebody without an account, by a history, a text in any language, or both."""
    held.live.serving().check_items(anybody.history)
    return _answer(
        held,
        anybody,
        history=tuple(anybody.history),
        text=anybody.text,
        text_language=anybody.text_language,
    )


def _answer(
    held: Serving,
    wishes: schemas.Wishes,
    *,
    user_id: str | None = None,
    history: tuple[str, ...] = (),
    text: str | None = None,
    text_language: str = "und",
) -> schemas.Answer:
    question = Question(
        user_id=user_id,
        history=history,
        text=text,
        text_language=text_language,
        k=wishes.k,
        languages=tuple(wishes.languages),
        language_mode=wishes.mode,
        category=wishes.category,
    )
    model, found = held.live.answer(question)
    notes = [_without_engine(found.note)] if found.note else []
    explanations: list[schemas.Because | None] = [None] * len(found.items)
    if wishes.explain and found.items:
        try:
            item_ids = [item.item_id for item in found.items]
            explanations = [*map(_because, held.live.explain(model, question, item_ids))]
        except DataError:  # an item that only fills a place
            notes.append("not all of these items can be explained")
    shown, note = translations(held, found.items, wishes)
    notes += [note] if note else []
    items = [
        schemas.Item(**asdict(item), explanation=explanation, translation=translation)
        for item, explanation, translation in zip(found.items, explanations, shown, strict=True)
    ]
    held.metrics.recommended(found.mode)
    return schemas.Answer(
        model_version=model.version,
        mode=found.mode,
        languages=wishes.languages,
        language_mode=wishes.mode,
        note="; ".join(notes),
        items=items,
    )


def _because(explanation: Explanation) -> schemas.Because:
    return schemas.Because.model_validate(asdict(explanation))


def _without_engine(note: str) -> str:
    """Cut out an engine's own words, which may hold an address of the operator's."""
    before, found, _ = note.partition(UNTRANSLATED)
    return before + found
