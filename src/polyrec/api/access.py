"""Who may ask: a key in the header `Authorization: Bearer KEY`, with the scope that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from polyrec.api.serving import Model, Serving

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from polyrec.api.keys import Scope

BEARER = HTTPBearer(auto_error=False, description="A key of this service.")
LONGEST_KEY = 200


async def serving(request: Request) -> Serving:
    """Give what the application answers with."""
    found: Serving = request.app.state.serving
    return found


async def model(held: Annotated[Serving, Depends(serving)]) -> Model:
    """Give the model that answers this request."""
    if held.model is None:
        raise HTTPException(503, "no model is loaded", {"Retry-After": "5"})
    return held.model


def needs(scope: Scope) -> Callable[..., Awaitable[None]]:
    """Make a dependency that refuses whoever has no key with a scope."""

    async def check(
        held: Annotated[Serving, Depends(serving)],
        given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    ) -> None:
        key = given.credentials[:LONGEST_KEY] if given else ""
        record = held.keys.find(key)
        if record is None:
            words = "give a key of this service: Authorization: Bearer KEY"
            raise HTTPException(401, words, {"WWW-Authenticate": "Bearer"})
        if scope not in record.scopes:
            raise HTTPException(403, f"this key does not open what needs the scope {scope!r}")
        if wait := held.throttle.wait_s(record.salt):
            raise HTTPException(429, "this key asks too often", {"Retry-After": str(wait)})

    return check
