"""One request to the page: who asks, in which language, and whether their form is ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from polyrec.api.keys import KeyRecord, Scope
from polyrec.api.page.screen import HEADERS, render
from polyrec.api.page.session import Session, new_session
from polyrec.api.page.state import PageState
from polyrec.api.page.words import TONGUES, Words, negotiated, words_in
from polyrec.api.serving import Serving
from polyrec.core.errors import DataError, EngineError, PolyrecError

MOST_FIELDS = 100


class StopError(Exception):
    """Ends a request with another answer than the one that was being made.

    Args:
        response: that answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass
class Visit:
    """Who asks.

    Attributes:
        session: what their cookie holds.
        record: what is kept of the key that opened it; None before.
        words: the language of the page.
        held: what answers.
        page: what all requests to the page share.
        is_foreign: whether a page of another site has sent this. Browsers leave the cookie out
            then, and must get no other one in its place.
    """

    session: Session
    record: KeyRecord | None
    words: Words
    held: Serving
    page: PageState
    is_foreign: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether the key opens a scope."""
        return self.record is not None and scope in self.record.scopes

    @property
    def may_manage(self) -> bool:
        """Whether who asks may see and delete what is stored: their own, or all by `admin`."""
        return self.session.is_own or self.may("admin")

    def shows(self, template: str, status: int = 200, **values: Any) -> Response:
        """Show a screen; what was to be told has then been told."""
        html = render(
            template,
            self.words,
            session=self.session,
            said=self.session.said,
            inside=self.record is not None,
            may_write=self.may("write"),
            may_manage=self.may_manage,
            **values,
        )
        response = HTMLResponse(html, status, HEADERS)
        if not self.is_foreign:
            self.page.cookies.write(response, replace(self.session, said=("", 0)))
        return response

    def goes(self, path: str, session: Session) -> Response:
        """Lead the browser to a screen, with a session that has changed."""
        response = RedirectResponse(path, 303)
        self.page.cookies.write(response, session)
        return response

    def problem(self, problem: str, status: int, **values: Any) -> StopError:
        """Make what ends a request with words on what went wrong."""
        wait_s = values.get("wait_s", 0)
        response = self.shows("problem.html", status, problem=problem, here="/", **values)
        if wait_s:
            response.headers["Retry-After"] = str(wait_s)
        return StopError(response)

    @contextmanager
    def telling_problems(self, *, but_engines: bool = False) -> Iterator[None]:
        """Turn what the service cannot do into a screen that says so.

        Args:
            but_engines: leave faults of engines to whoever asks for this.
        """
        try:
            yield
        except EngineError as error:
            if but_engines:
                raise
            raise self.problem("engine", 503) from error
        except PolyrecError as error:
            raise self.problem("unusable", 422) from error


async def anybody(request: Request) -> Visit:
    """Say who asks, and refuse forms of other sites; a link may choose a language: `?tongue=`."""
    held: Serving = request.app.state.serving
    page: PageState = request.app.state.page
    session = page.cookies.read(request) or new_session()
    if (chosen := request.query_params.get("tongue", "")) in TONGUES:
        session = replace(session, tongue=chosen)
    record = session.record(held.keys)
    if session.key and record is None:
        session = replace(session, key="").telling("gone")  # another key leads to the same id
    tongue = session.tongue or negotiated(request.headers.get("accept-language", ""))
    visit = Visit(session, record, words_in(tongue), held, page, _is_foreign(request))
    if visit.is_foreign:
        raise visit.problem("form", 403)
    return visit


async def guest(visit: Annotated[Visit, Depends(anybody)]) -> Visit:
    """Say who asks, if the key that opened the session does not ask too often."""
    if visit.record and (wait_s := visit.held.throttle.wait_s(visit.record.salt)):
        raise visit.problem("often", 429, wait_s=wait_s)
    return visit


async def visitor(visit: Annotated[Visit, Depends(guest)]) -> Visit:
    """Say who asks; whoever has no key is led to where one is asked for."""
    if visit.record is None:
        raise StopError(visit.goes("/", visit.session))
    return visit


class Posted:
    """A form that is ours.

    Args:
        form: what was sent.
    """

    def __init__(self, form: FormData) -> None:
        self._form = form

    def text(self, name: str) -> str:
        """Give a field; empty where it is missing."""
        return str(self._form.get(name, ""))

    def texts(self, name: str) -> list[str]:
        """Give all values of a field."""
        return [str(value) for value in self._form.getlist(name)]

    def id(self, name: str) -> str:
        """Give an id, which is sent percent-encoded: browsers change line breaks in forms.

        Raises:
            DataError: it is no text.
        """
        try:
            return unquote(self.text(name), errors="surrogatepass")
        except UnicodeDecodeError:
            raise DataError("an id that was sent is no text") from None


async def posted(request: Request, visit: Annotated[Visit, Depends(anybody)]) -> Posted:
    """Read a form, and refuse one that does not carry its session's token."""
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    if not visit.session.carries(str(form.get("csrf", ""))):
        raise visit.problem("form", 403)
    return Posted(form)


def _is_foreign(request: Request) -> bool:
    """Whether a browser says that a page of another site has posted this."""
    if request.method != "POST":
        return False
    if site := request.headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")
