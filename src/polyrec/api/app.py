"""Puts the application together."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

import polyrec
from polyrec.api.door import Door
from polyrec.api.page.mount import add_page
from polyrec.api.problems import MEDIA_TYPE, answer_with_problems
from polyrec.api.routes import (
    ask,
    events,
    health,
    items,
    metrics,
    profile,
    recommend,
    satisfaction,
    similar,
    users,
)
from polyrec.api.schemas import ProblemBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from polyrec.api.serving import Serving

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem, after RFC 9457",
        "content": {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}},
    },
    # in place of FastAPI's own, which is not what is sent
    422: {
        "description": "The request says what cannot be",
        "content": {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}},
    },
}


def create_app(serving: Serving) -> FastAPI:
    """Make the application that answers with a model.

    Pages of documentation are left out: they would load scripts from elsewhere.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        beside = [each for each in (serving.watch, serving.schedule) if each is not None]
        for each in beside:
            each.start()
        yield
        for each in beside:
            each.stop()
        serving.live.close()

    app = FastAPI(
        title="polyrec",
        summary="Recommend across languages.",
        version=polyrec.__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # a slash at the end belongs to an id
        responses=PROBLEMS,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.serving = serving
    answer_with_problems(app)
    app.add_middleware(Door, settings=serving.settings, metrics=serving.metrics)
    for routes in (
        recommend,
        ask,
        similar,
        events,
        items,
        profile,
        users,
        satisfaction,
        health,
        metrics,
    ):
        app.include_router(routes.ROUTER)
    add_page(app, serving.secret)
    return app
