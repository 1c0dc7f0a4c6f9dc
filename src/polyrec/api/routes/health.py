"""Whether the service lives, and whether it can answer; without a key, for whoever starts it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from polyrec.api import schemas
from polyrec.api.access import ready as ready_one
from polyrec.api.serving import Serving

ROUTER = APIRouter(prefix="/health", tags=["health"])


@ROUTER.get("/live")
async def live() -> schemas.Health:
    """Say that the process answers."""
    return schemas.Health(status="live")


@ROUTER.get("/ready")
async def ready(held: Annotated[Serving, Depends(ready_one)]) -> schemas.Ready:
    """Say which model answers, and what went wrong behind it; 503 while there is none."""
    model = held.live.serving()
    last = None if held.watch is None else held.watch.last_retrain
    return schemas.Ready(
        status="ready",
        model_version=model.version,
        fault=held.live.fault,
        last_retrain=None if last is None else schemas.LastRetrain(**asdict(last)),
    )
