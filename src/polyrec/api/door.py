"""What every request passes: a body of bounded size, safe headers; it is logged and counted."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from polyrec.api.log import REQUEST, log, place_of
from polyrec.api.problems import Problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from polyrec.api.metrics import Metrics
    from polyrec.api.settings import Settings

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Answers are personal, and no page of others is to hold or read them."""


class Door:
    """Wraps the application.

    Args:
        app: what answers.
        settings: limits of the body.
        metrics: counts requests.
    """

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self.settings = settings
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever fails inside becomes a 500 that tells nothing."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passage = _Passage(send)
        before = REQUEST.set(passage.id)
        start = time.perf_counter()
        try:
            await self._answer(scope, receive, passage.send)
        except Exception as error:  # noqa: BLE001 (the last one who can answer)
            log("failed", error=type(error).__name__, at=place_of(error))
            if not passage.status:
                await Problem(500, "the service has failed")(scope, receive, passage.send)
        finally:
            seconds = time.perf_counter() - start
            method = scope["method"] if scope["method"] in METHODS else "other"
            # the address with names in place of ids
            route = getattr(scope.get("route"), "path_format", None)
            self.metrics.answered(route, method, passage.status, seconds)
            log(
                "answered",
                method=method,
                route=route,
                status=passage.status,
                ms=round(1000 * seconds, 1),
            )
            REQUEST.reset(before)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = self.settings.max_body_bytes
        refusal: Problem | None = None
        body = b""
        try:
            async with asyncio.timeout(self.settings.body_timeout_s):
                body = await _read(scope, receive, most)
        except TimeoutError:
            refusal = Problem(408, "the body took too long to arrive", {"Connection": "close"})
        except _TooLongError:
            words = f"a body may have {most:,} bytes at most"
            refusal = Problem(413, words, {"Connection": "close"})
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, again, send)


METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}


class _TooLongError(Exception):
    """A body is longer than it may be."""


class _Passage:
    """One answer on its way out: adds the headers, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self.id = secrets.token_hex(8)
        self.status = 0
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers["X-Request-Id"] = self.id
        await self._send(message)


async def _read(scope: Scope, receive: Receive, most: int) -> bytes:
    """Read a whole body; raises as soon as it is clear that it is too long."""
    stated = Headers(scope=scope).get("content-length", "0")
    if stated.isdecimal() and int(stated[:20]) > most:
        raise _TooLongError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":  # whoever asked is gone
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooLongError
        if not message.get("more_body", False):
            return bytes(body)
