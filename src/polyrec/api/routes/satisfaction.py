"""Satisfaction: what users say of their recommendations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from polyrec.api import stored
from polyrec.api.access import needs, serving
from polyrec.api.serving import Serving
from polyrec.store.satisfaction import Opinion

ROUTER = APIRouter(tags=["satisfaction"], dependencies=[Depends(needs("write"))])


@ROUTER.post("/satisfaction", status_code=201)
def rate(sent: stored.Opinion, held: Annotated[Serving, Depends(serving)]) -> stored.Kept:
    """Keep how satisfied a user is, beside what they said before."""
    model = held.live.model
    version = "" if model is None else model.version
    held.live.rate(Opinion(sent.user_id, sent.score, sent.comment, version))
    return stored.Kept(stored=1)
