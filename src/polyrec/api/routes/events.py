"""Events: what users did, kept before the answer is sent, counted in their next list."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from polyrec.api import stored
from polyrec.api.access import needs, serving
from polyrec.api.serving import Serving
from polyrec.store.event import Event
from polyrec.store.limits import LONGEST_ID

ROUTER = APIRouter(tags=["events"], dependencies=[Depends(needs("write"))])


@ROUTER.post("/events", status_code=202)
def add_events(
    sent: stored.SentEvents,
    held: Annotated[Serving, Depends(serving)],
    idempotency_key: Annotated[
        str, Header(max_length=LONGEST_ID, description="A name for all, so that they count once.")
    ] = "",
) -> stored.KeptEvents:
    """Keep events; they are on disk when this answers, and count in the next recommendation."""
    events = [
        Event(each.user_id, each.item_id, each.kind, each.rating, each.at, each.key or "")
        for each in sent.events
    ]
    kept = held.live.record(events, key=idempotency_key)
    held.metrics.took(kept.n_added, kept.n_repeated)
    unknown = 0
    if (model := held.live.model) is not None:
        known = model.service.learned.catalog.ids
        unknown = sum(event.item not in known for event in events)
    return stored.KeptEvents(added=kept.n_added, repeated=kept.n_repeated, unknown_items=unknown)
