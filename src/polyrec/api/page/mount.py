"""Puts the page into the application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

from polyrec.api.page import asking
from polyrec.api.page.routes import ROUTER
from polyrec.api.page.session import Cookies
from polyrec.api.page.state import PageState
from polyrec.api.page.visit import StopError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from starlette.responses import Response

STATIC = Path(__file__).parent / "static"


class Static(StaticFiles):
    """The page's style and script, which browsers may keep if they ask whether they still hold."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        """Give a file."""
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_page(app: FastAPI, secret: bytes) -> None:
    """Let an application answer at `/` and below `/page/`.

    Args:
        app: the application.
        secret: what signs sessions.
    """
    app.state.page = PageState(Cookies(secret))
    app.include_router(asking.ROUTER)
    app.include_router(ROUTER)
    app.mount("/page/static", Static(directory=STATIC))

    async def stop(request: Request, error: Exception) -> Response:
        del request
        assert isinstance(error, StopError)
        return error.response

    app.add_exception_handler(StopError, stop)
