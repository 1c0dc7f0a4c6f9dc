"""Figures of the service, for Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from polyrec.api.access import needs, serving
from polyrec.api.serving import Serving

ROUTER = APIRouter(tags=["metrics"], dependencies=[Depends(needs("read"))])


@ROUTER.get("/metrics", response_class=PlainTextResponse)
def metrics(held: Annotated[Serving, Depends(serving)]) -> PlainTextResponse:
    """Give counts and times since the service began, in Prometheus's text format."""
    return PlainTextResponse(held.metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
