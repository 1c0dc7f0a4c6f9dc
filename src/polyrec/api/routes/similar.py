"""Items that are like another, in whatever language."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from polyrec.api import schemas
from polyrec.api.access import needs, ready
from polyrec.api.ids import ANY_ID
from polyrec.api.serving import Serving
from polyrec.api.translating import translations

ROUTER = APIRouter(tags=["similar"], dependencies=[Depends(needs("read"))])


@ROUTER.get(f"/similar/{{item_id:{ANY_ID}}}")
def similar(
    item_id: Annotated[str, Path(max_length=schemas.LONGEST_ID)],
    wishes: Annotated[schemas.Reading, Query()],
    held: Annotated[Serving, Depends(ready)],
) -> schemas.Alike:
    """Give the items nearest to an item."""
    model = held.live.serving()
    model.check_items([item_id])
    found = model.service.similar(item_id, k=wishes.k, languages=tuple(wishes.languages))
    shown, note = translations(held, found, wishes)
    items = [
        schemas.Item(**asdict(item), translation=translation)
        for item, translation in zip(found, shown, strict=True)
    ]
    return schemas.Alike(
        model_version=model.version,
        item_id=item_id,
        mode="fold-in" if model.service.learned.vectors is None else "text",
        languages=wishes.languages,
        note=note,
        items=items,
    )
