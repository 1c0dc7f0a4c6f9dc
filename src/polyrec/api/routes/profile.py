"""A profile: what a user likes, for them to read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from polyrec.api import profiles, schemas
from polyrec.api.access import needs, ready
from polyrec.api.ids import ANY_ID
from polyrec.api.keys import KeyRecord
from polyrec.api.serving import Serving
from polyrec.core.types import Query as Question

ROUTER = APIRouter(tags=["users"])


@ROUTER.get(f"/users/{{user_id:{ANY_ID}}}/profile")
def profile(
    user_id: Annotated[str, Path(min_length=1, max_length=schemas.LONGEST_ID)],
    wishes: Annotated[schemas.Listing, Query()],
    held: Annotated[Serving, Depends(ready)],
    key: Annotated[KeyRecord, Depends(needs("admin"))],
) -> profiles.Profile:
    """Say what a user likes: interests, keywords, languages; who asked is noted."""
    question = Question(user_id=user_id, languages=tuple(wishes.languages))
    model, found = held.live.profile(question, most=wishes.k, actor=key.name)
    said = None
    if wishes.languages:
        learned = model.service.learned
        worded = held.writer.profile(learned, found, wishes.languages[0])
        said = schemas.InWords.model_validate(asdict(worded))
    return profiles.Profile(
        model_version=model.version, user_id=user_id, in_words=said, **asdict(found)
    )
