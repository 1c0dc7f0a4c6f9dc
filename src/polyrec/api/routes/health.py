"""Whether the service lives, and whether it can answer; without a key, for whoever starts it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from polyrec.api import schemas
from polyrec.api.access import model
from polyrec.api.serving import Model

ROUTER = APIRouter(prefix="/health", tags=["health"])


@ROUTER.get("/live")
async def live() -> schemas.Health:
    """Say that the process answers."""
    return schemas.Health(status="live")


@ROUTER.get("/ready")
async def ready(asked: Annotated[Model, Depends(model)]) -> schemas.Health:
    """Say that a model is loaded; 503 while there is none."""
    del asked
    return schemas.Health(status="ready")
