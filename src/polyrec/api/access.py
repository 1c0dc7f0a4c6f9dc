"""Who may ask: a key in the header `Authorization: Bearer KEY`, with the scope that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from polyrec.api.keys import KeyRecord
from polyrec.api.serving import Serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyrec.api.keys import Scope

BEARER = HTTPBearer(auto_error=False, description="A key of this service.")
LONGEST_KEY = 200


async def serving(request: Request) -> Serving:
    """Give what the application answers with."""
    found: Serving = request.app.state.serving
    return found


async def ready(held: Annotated[Serving, Depends(serving)]) -> Serving:
    """Give the same; 503 while there is no model to answer with."""
    if held.live.model is None:
        raise HTTPException(503, "no model is loaded", {"Retry-After": "5"})
    return held


def needs(scope: Scope) -> Callable[..., Awaitable[KeyRecord]]:
    """Make a dependency that refuses whoever has no key with a scope, and gives its record."""

    async def check(
        held: Annotated[Serving, Depends(serving)],
        given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> KeyRecord:
        key = given.credentials[:LONGEST_KEY] if given else ""
        record = held.keys.find(key)
        if record is None:
            words = "give a key of this service: Authorization: Bearer KEY"
            raise HTTPException(401, words, {"WWW-Authenticate": "Bearer"})
        if scope not in record.scopes:
            raise HTTPException(403, f"this key does not open what needs the scope {scope!r}")
        if wait := held.throttle.wait_s(record.salt):
            raise HTTPException(429, "this key asks too often", {"Retry-After": str(wait)})
        return record

    return check
