"""Cursors: where the next page of a list begins, as a word that goes into any address."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import Query
from starlette.exceptions import HTTPException

from polyrec.store.limits import LARGEST_PAGE, LONGEST_ID

LONGEST_CURSOR = 6 * LONGEST_ID

Cursor = Annotated[str, Query(max_length=LONGEST_CURSOR, description="`next` of the last page.")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]


def cursor_behind(ids: list[str], limit: int) -> str | None:
    """Give the cursor of the page behind one of some ids; None behind the last page."""
    if len(ids) < limit:
        return None
    return base64.urlsafe_b64encode(ids[-1].encode("utf-8", "surrogatepass")).decode().rstrip("=")


def id_before(cursor: str) -> str:
    """Give the id behind which a page begins.

    Raises:
        HTTPException: it is no cursor of this service.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, b"-_", validate=True).decode("utf-8", "surrogatepass")
    except (UnicodeError, binascii.Error):
        raise HTTPException(422, "the cursor is none of this service") from None
