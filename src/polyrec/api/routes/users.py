"""Users: what they say about themselves, all that is stored about one, forgetting."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException

from polyrec.api import stored
from polyrec.api.access import needs, serving
from polyrec.api.cursor import Cursor, Limit, cursor_behind, id_before
from polyrec.api.ids import ANY_ID
from polyrec.api.keys import KeyRecord
from polyrec.api.serving import Serving
from polyrec.core.errors import UnknownIdError
from polyrec.store.limits import LONGEST_ID
from polyrec.store.users import User

ROUTER = APIRouter(tags=["users"])
Held = Annotated[Serving, Depends(serving)]
UserId = Annotated[str, Path(min_length=1, max_length=LONGEST_ID)]

OUT_OF_REACH = (
    "backups that were made before; what a model has learned of all users together, until the next "
    "fit"
)


@ROUTER.put("/users", dependencies=[Depends(needs("write"))])
def put_users(sent: stored.SentUsers, held: Held) -> stored.Kept:
    """Keep what users say about themselves, all or none; it counts in their next list."""
    users = [User(each.user_id, each.text, each.language) for each in sent.users]
    held.live.put_users(users)
    return stored.Kept(stored=len(users))


@ROUTER.get("/users", dependencies=[Depends(needs("admin"))])
def list_users(held: Held, cursor: Cursor = "", limit: Limit = 100) -> stored.UserPage:
    """List users who said something about themselves, in the order of their ids."""
    page = held.live.users.page(after=id_before(cursor), limit=limit)
    behind = cursor_behind([user.id for user in page], limit)
    users = [
        stored.Profile.model_construct(user_id=user.id, text=user.text, language=user.language)
        for user in page
    ]
    return stored.UserPage(users=users, next=behind)


@ROUTER.get(f"/users/{{user_id:{ANY_ID}}}/export")
def export_user(
    user_id: UserId, held: Held, key: Annotated[KeyRecord, Depends(needs("admin"))]
) -> dict[str, Any]:
    """Give all that is stored about a user."""
    try:
        return held.live.export_user(user_id, actor=key.name)
    except UnknownIdError:  # its words hold the id
        raise HTTPException(404, "nothing is stored about this user") from None


@ROUTER.delete(f"/users/{{user_id:{ANY_ID}}}")
def delete_user(
    user_id: UserId, held: Held, key: Annotated[KeyRecord, Depends(needs("admin"))]
) -> stored.DeletedUser:
    """Delete a user: their rows, and what the model that answers knows of them alone."""
    counts = held.live.delete_user(user_id, actor=key.name)
    return stored.DeletedUser(deleted=counts, out_of_reach=OUT_OF_REACH)
