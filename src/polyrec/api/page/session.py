"""Who is at the page: a signed cookie that says by which key they came in, and who they are."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from itsdangerous import BadData, URLSafeTimedSerializer

from polyrec.core.types import LanguageMode

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from polyrec.api.keys import KeyRecord, Keys

COOKIE = "__Host-polyrec"
"""Browsers take a cookie of this name only if it is `Secure`, for one host and for all paths."""

LONGEST_S = 30 * 24 * 3600
VISITOR = "visitor-"


@dataclass(frozen=True)
class Session:
    """What the cookie holds; signed, so that nobody else can have written it, but not secret.

    Attributes:
        csrf: what each form of this session carries.
        key: the salt of the key that opened it, so that it ends with the key; empty before.
        own: the visitor's own id; empty before a key has opened the session.
        person: whose recommendations are shown.
        tongue: the language chosen for the page; empty where the browser's counts.
        languages: wished languages of items.
        mode: what is done about them.
        translate: whether texts in other languages are to be translated.
        said: what the next page is to tell first, such as `liked`, and a number that belongs to it.
    """

    csrf: str
    key: str = ""
    own: str = ""
    person: str = ""
    tongue: str = ""
    languages: tuple[str, ...] = ()
    mode: LanguageMode = "prefer"
    translate: bool = False
    said: tuple[str, int] = ("", 0)

    @property
    def is_own(self) -> bool:
        """Whether the visitor sees their own recommendations, not a picked person's."""
        return self.person == self.own

    def telling(self, what: str, number: int = 0) -> Session:
        """Have the next page tell something."""
        return replace(self, said=(what, number))

    def entered(self, record: KeyRecord) -> Session:
        """Come in with a key: with another token, and an id of the visitor's own."""
        own = self.own or new_visitor()
        return replace(self, csrf=_new_token(), key=record.salt, own=own, person=own)

    def carries(self, token: str) -> bool:
        """Whether a form's token is this session's."""
        given, own = token.encode("utf-8", "replace"), self.csrf.encode()
        return hmac.compare_digest(given, own)

    def record(self, keys: Keys) -> KeyRecord | None:
        """Give what is kept of the key that opened this session; None if it is gone."""
        return keys.with_salt(self.key)


def new_session(tongue: str = "") -> Session:
    """Begin a session that no key has opened yet."""
    return Session(csrf=_new_token(), tongue=tongue)


def new_visitor() -> str:
    """Make an id for somebody of whom nothing is known."""
    return VISITOR + secrets.token_urlsafe(16)


def can_hold(person: str) -> bool:
    """Whether the cookie can hold an id: not with half of a surrogate pair."""
    return not any("\ud800" <= each <= "\udfff" for each in person)


def _new_token() -> str:
    return secrets.token_urlsafe(32)


class Cookies:
    """Reads sessions from requests and writes them into answers.

    Args:
        secret: what signs them.
    """

    def __init__(self, secret: bytes) -> None:
        # unescaped, as ids of any characters must fit into the 4,096 bytes that browsers keep
        self._signed = URLSafeTimedSerializer(
            secret, salt="polyrec.page", serializer_kwargs={"ensure_ascii": False}
        )

    def read(self, request: Request) -> Session | None:
        """Give a request's session; None where there is none, or one that we did not sign."""
        try:
            held: dict[str, Any] = self._signed.loads(
                request.cookies.get(COOKIE, ""), max_age=LONGEST_S
            )
            held["languages"], held["said"] = tuple(held["languages"]), tuple(held["said"])
            return Session(**held)
        except (BadData, KeyError, TypeError):  # the last two: of another polyrec
            return None

    def write(self, response: Response, session: Session) -> None:
        """Give the browser a session to keep, from now on for as long as any may last."""
        response.set_cookie(
            COOKIE,
            str(self._signed.dumps(asdict(session))),
            max_age=LONGEST_S,
            path="/",
            secure=True,
            httponly=True,
            # not `strict`: a link from elsewhere would come without the cookie, get a new one, and
            # so take from visitors the way to what is stored about them; what changes anything is
            # posted, with a token
            samesite="lax",
        )
