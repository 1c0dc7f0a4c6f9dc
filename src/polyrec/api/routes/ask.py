"""A wish in plain words: what was understood, and the answer to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from starlette.exceptions import HTTPException

from polyrec.api import schemas, wishes
from polyrec.api.access import needs, ready
from polyrec.api.routes.recommend import without_engine
from polyrec.api.serving import Serving
from polyrec.api.translating import translations
from polyrec.core.types import Query
from polyrec.live.live import NO_LEAVE
from polyrec.pipeline.wish.wish import Wish

ROUTER = APIRouter(tags=["ask"], dependencies=[Depends(needs("read"))])


@ROUTER.post("/ask")
def ask(
    asking: Annotated[wishes.Asking, Body()], held: Annotated[Serving, Depends(ready)]
) -> wishes.Asked:
    """Answer a wish in any language; it says what was understood, which can be changed."""
    words = asking.wish if asking.understood is None else asking.understood.text
    if words and not held.live.serving().may_read_texts:
        raise HTTPException(409, NO_LEAVE)
    given = asking.wish if asking.understood is None else _wish(asking.understood)
    assert given is not None
    model, asked = held.live.ask(given, Query(user_id=asking.user_id), held.writer.model)
    held.metrics.recommended(asked.suggestion.mode)
    wish, found = asked.understood.wish, asked.suggestion
    read = schemas.Reading(languages=list(wish.languages), translate=asking.translate)
    shown, note = translations(held, found.items, read)
    items = [
        schemas.Item(**asdict(item), translation=translation)
        for item, translation in zip(found.items, shown, strict=True)
    ]
    told = asdict(asked.understood)
    return wishes.Asked(
        model_version=model.version,
        mode=found.mode,
        languages=list(wish.languages),
        language_mode=wish.language_mode,
        note="; ".join(filter(None, [without_engine(found.note), note])),
        items=items,
        understood=wishes.Wish.model_validate(_listed(told.pop("wish"))),
        said=[wishes.Said(**each) for each in told.pop("said")],
        **told,
    )


def _wish(given: wishes.Wish) -> Wish:
    held = given.model_dump()
    for name in ("languages", "without"):
        held[name] = tuple(held[name])
    return Wish(**held)


def _listed(wish: dict[str, object]) -> dict[str, object]:
    """Give the fields of a wish as JSON has them: a strict schema takes lists alone."""
    return {name: list(each) if isinstance(each, tuple) else each for name, each in wish.items()}
