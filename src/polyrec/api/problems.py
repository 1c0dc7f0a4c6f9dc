"""Every fault as a problem of RFC 9457, which says what to do and nothing of the inside."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from polyrec.api.log import log, place_of
from polyrec.core.errors import (
    DataError,
    EngineError,
    NotFittedError,
    PolyrecError,
    UnknownIdError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPE = "application/problem+json"
RETRY_S = 5
"""After so long a failed engine may be asked again, where it does not say."""

SHOWN_ERRORS = 20

OWN_WORDS = {  # of faults that the framework finds, not we
    400: "the body cannot be read",
    404: "nothing is answered at this address",
    405: "this address does not know the method",
}


class Problem(Response):
    """An answer that says what went wrong.

    Args:
        status: the code.
        detail: what was wrong with this request, and what to do.
        headers: further headers.
        more: further members, such as `errors`.
    """

    media_type = MEDIA_TYPE

    def __init__(
        self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        title = HTTPStatus(status).phrase
        content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        # ASCII alone: what is quoted of a request may hold what UTF-8 cannot
        super().__init__(json.dumps(content | more), status, headers=headers)


def answer_with_problems(app: FastAPI) -> None:
    """Let an application answer all that goes wrong with problems."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(PolyrecError, _of_polyrec)


async def _of_http(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)
    is_bare = error.detail == HTTPStatus(error.status_code).phrase
    words = OWN_WORDS.get(error.status_code, error.detail) if is_bare else error.detail
    return Problem(error.status_code, words, error.headers)


async def _of_validation(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, RequestValidationError)
    # without the input, which may be long or personal
    errors = [
        {"where": ".".join(map(str, each["loc"]))[:100], "problem": each["msg"]}
        for each in error.errors()[:SHOWN_ERRORS]
    ]
    detail = "; ".join(f"{each['where']}: {each['problem']}" for each in errors[:3])
    return Problem(422, detail, errors=errors)


async def _of_polyrec(request: Request, error: Exception) -> Response:
    assert isinstance(error, PolyrecError)
    match error:
        case EngineError():  # its words may hold an address of the operator's
            log("engine failed", at=place_of(error))
            wait = str(round(error.wait_s) or RETRY_S)
            words = "an engine that this answer needs has failed; ask again later"
            return Problem(503, words, {"Retry-After": wait})
        case UnknownIdError() if request.path_params:
            return Problem(404, str(error))
        case NotFittedError():
            return Problem(409, "the model has not been fitted")
        case DataError():
            return Problem(422, str(error))
    # the rest is the plan's or the installation's: requests' own settings are checked before
    raise error
