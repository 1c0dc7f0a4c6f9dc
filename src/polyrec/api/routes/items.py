"""Items: put many at once, list them page by page, look one up, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException

from polyrec.api import stored
from polyrec.api.access import needs, serving
from polyrec.api.cursor import Cursor, Limit, cursor_behind, id_before
from polyrec.api.ids import ANY_ID
from polyrec.api.serving import Serving
from polyrec.store.items import Item
from polyrec.store.limits import LONGEST_ID

ROUTER = APIRouter(tags=["items"])
READS, WRITES = [Depends(needs("read"))], [Depends(needs("write"))]
Held = Annotated[Serving, Depends(serving)]

SOON, LATER = "within seconds", "with the next fit: this model reads no texts"


@ROUTER.put("/items", status_code=202, dependencies=WRITES)
def put_items(sent: stored.SentItems, held: Held) -> stored.KeptItems:
    """Keep items, all or none; new ones can be recommended within seconds."""
    items = [
        Item(each.item_id, each.texts, each.language or "", each.category, dict(each.attributes))
        for each in sent.items
    ]
    held.live.put_items(items)
    model = held.live.model
    reads = model is None or model.service.learned.plan.encoder is not None
    return stored.KeptItems(stored=len(items), shown=SOON if reads else LATER)


@ROUTER.get("/items", dependencies=READS)
def list_items(held: Held, cursor: Cursor = "", limit: Limit = 100) -> stored.ItemPage:
    """List items in the order of their ids."""
    page = held.live.items.page(after=id_before(cursor), limit=limit)
    behind = cursor_behind([item.id for item in page], limit)
    return stored.ItemPage(items=[_stored(item) for item in page], next=behind)


@ROUTER.post("/items/delete", dependencies=WRITES)
def delete_items(sent: stored.ItemIds, held: Held) -> stored.Deleted:
    """Delete items, all or none; they are recommended no more."""
    return stored.Deleted(deleted=held.live.delete_items(sent.item_ids))


@ROUTER.get(f"/items/{{item_id:{ANY_ID}}}", dependencies=READS)
def get_item(
    item_id: Annotated[str, Path(min_length=1, max_length=LONGEST_ID)], held: Held
) -> stored.StoredItem:
    """Give an item."""
    found = held.live.items.get([item_id])
    if not found:
        raise HTTPException(404, "there is no such item")
    return _stored(found[item_id])


@ROUTER.delete(f"/items/{{item_id:{ANY_ID}}}", dependencies=WRITES)
def delete_item(
    item_id: Annotated[str, Path(min_length=1, max_length=LONGEST_ID)], held: Held
) -> stored.Deleted:
    """Delete an item; one that is not there is deleted already."""
    return stored.Deleted(deleted=held.live.delete_items([item_id]))


def _stored(item: Item) -> stored.StoredItem:
    return stored.StoredItem.model_construct(
        item_id=item.id,
        texts=dict(item.texts),
        language=item.language,
        category=item.category,
        attributes=dict(item.attributes),
    )
