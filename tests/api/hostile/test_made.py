"""Requests that are nearly right, and what becomes of them: other bytes, types, addresses, keys."""

from __future__ import annotations

import asyncio
import json
import random
import re
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from hypothesis import strategies as st

from polyrec.api.page.session import COOKIE, new_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

N_EXAMPLES = 1_600

CANARY = "canary7Zq"
"""Stands in all that is sent, and is looked for where it must not be."""


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


ODD = (
    *("", " ", "\0", "\ud800", "\udfff\ud800", "\x1b[2J", "\r\n\r\nGET / HTTP/1.1", "\u202e"),
    *("\ufeff", "'; DROP TABLE events; --", "<script>", "{{7*7}}", "${jndi:ldap://x}", "../../etc"),
    *("%00", "%n%s", "🜁" * 50, "a" * 247, "a" * 248, "x" * 5000, "ﷺ" * 200, "e\u0301" * 99, "0"),
)
TEXTS = (st.text(st.characters(codec=None), max_size=12) | st.sampled_from(ODD)).map(
    lambda text: CANARY + text
)
NUMBERS = (
    st.integers()
    | st.sampled_from([0, -1, 2**31, 2**63, -(2**63) - 1, 10**400, 1e308, -0.0, 1e-320])
    | st.floats()
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.sampled_from(["de", "und", "saw", "view"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MOMENTS = st.sampled_from(
    ["2026-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "-1", 1e18]
)
TAGS = st.sampled_from(["de", "en", "ja", "und", "zh-Hant-TW", "x-private", "DE_at", "i-klingon"])
ITEMS = st.sampled_from(["saw", "säge", "flute", "a/b", "."]) | TEXTS
QUOTED = ITEMS.map(lambda item: quote(as_bytes(item)))
EVENT = {
    "user_id": TEXTS,
    "item_id": ITEMS,
    "kind": st.sampled_from(["view", "click", "purchase", "dislike"]),
    "at": st.none() | MOMENTS,
    "key": st.none() | TEXTS,
}
ITEM = {
    "item_id": ITEMS,
    "texts": st.dictionaries(TAGS, TEXTS, min_size=1, max_size=2),
    "category": TEXTS,
    "attributes": st.dictionaries(TEXTS, VALUES, max_size=2),
}
WISHES = {
    "k": st.integers(1, 100),
    "languages": st.lists(TAGS, max_size=3),
    "language_mode": st.sampled_from(["any", "prefer", "only"]),
    "category": st.sampled_from(["tools", "music"]) | TEXTS,
    "explain": st.booleans(),
    "translate": st.booleans(),
}
ASKER = WISHES | {"history": st.lists(ITEMS, max_size=3), "text": TEXTS, "text_language": TAGS}

Fields = dict[str, st.SearchStrategy[Any]]
ROUTES: dict[tuple[str, str], Fields] = {
    ("POST", "/recommend"): ASKER,
    ("POST", "/events"): EVENT,
    ("PUT", "/items"): ITEM,
    ("PUT", "/users"): {"user_id": TEXTS, "text": TEXTS, "language": TAGS},
    ("POST", "/items/delete"): {"item_ids": st.lists(ITEMS, min_size=1, max_size=3)},
    ("POST", "/satisfaction"): {"user_id": TEXTS, "score": st.integers(1, 5), "comment": TEXTS},
    ("GET", "/recommend/{}"): WISHES,
    ("GET", "/similar/{}"): {"k": NUMBERS, "languages": TAGS, "translate": st.booleans()},
    ("GET", "/items"): {"limit": NUMBERS, "cursor": TEXTS},
    ("GET", "/items/{}"): {},
    ("DELETE", "/items/{}"): {},
    ("GET", "/users"): {"limit": st.integers(1, 9), "cursor": st.just("YQ")},
    ("GET", "/users/{}/export"): {},
    ("DELETE", "/users/{}"): {},
    ("GET", "/metrics"): {},
    ("GET", "/health/ready"): {},
    ("GET", "/openapi.json"): {},
    ("GET", "/{}"): {},
    ("GET", "/"): {"tongue": st.sampled_from(["ar", "zh"]) | TEXTS},
    ("GET", "/page/data"): {},
    ("GET", "/page/export"): {},
    ("GET", "/page/static/{}"): {},
    ("POST", "/page/enter"): {"key": TEXTS},
    ("POST", "/page/leave"): {},
    ("POST", "/page/person"): {"typed": TEXTS | st.just(""), "pick": QUOTED},
    ("POST", "/page/wishes"): {"text": TEXTS, "languages": TAGS, "mode": st.just("only")},
    ("POST", "/page/event"): {"mark": st.sampled_from(["like", "3", "99", "٣"]), "item": QUOTED},
    ("POST", "/page/satisfaction"): {"score": st.sampled_from(["1", "6"]), "comment": TEXTS},
    ("POST", "/page/delete"): {"sure": st.sampled_from(["yes", "no"])},
}
IN_LISTS = {"/events": "events", "/items": "items", "/users": "users"}

ODD_TYPES = (
    *(b"application/json; charset=utf-16", b"text/plain", b"application/xml", b"\xff\xfe", b""),
    *(b"multipart/form-data", b"multipart/form-data; boundary=a", b"application/vnd.api+json"),
    *(b"application/x-www-form-urlencoded", b"application/json", b"application/json;;" * 99),
)
ODD_METHODS = ("PATCH", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "DELETE", "PUT", "POST", "GET")
ODD_NAMES = (b"idempotency-key", b"accept-language", b"x-request-id", b"host", b"origin", b"cookie")
ODD_LENGTHS = (b"-1", b"9" * 30, b"0", b"1e3", "٣".encode(), b"300000", b"")


@dataclass(frozen=True)
class Request:
    """What comes over the wire; `body` in the parts in which it arrives."""

    method: str
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: tuple[bytes, ...]


def as_form(fields: dict[str, Any]) -> bytes:
    pairs = (f"{quote(as_bytes(name))}={quote(as_bytes(str(fields[name])))}" for name in fields)
    return "&".join(pairs).encode()


@dataclass
class Sender:
    """Makes requests of what was drawn: one that is nearly right, and others that are not.

    Attributes:
        key: opens everything.
        cookie: of a session at the page.
        token: what its forms carry.
    """

    key: str
    cookie: str
    token: str

    def requests(
        self, route: tuple[str, str], drawn: dict[str, Any], text: str, odd: Any, seed: int
    ) -> Iterator[Request]:
        method, template = route
        chance = random.Random(seed)  # noqa: S311 (no secret)
        right = self._right(method, template, drawn, text)
        yield right
        if drawn:
            wrong = drawn | {chance.choice([*drawn, text]): odd}
            wrong.pop(chance.choice([*drawn, ""]), None)
            yield self._right(method, template, wrong, text)
        if right.body[0]:
            yield replace(right, body=self._mangled(right.body[0], chance))
        yield replace(right, method=chance.choice(ODD_METHODS))
        yield replace(right, target=self._odd_target(right.target, chance))
        yield replace(right, headers=self._odd_headers(right.headers, text, chance))

    def _right(self, method: str, template: str, drawn: dict[str, Any], text: str) -> Request:
        target = template.replace("{}", quote(as_bytes(text), safe="")).encode()
        headers, body = [(b"authorization", as_bytes(f"Bearer {self.key}"))], b""
        if template == "/" or template.startswith("/page"):
            headers.append((b"cookie", as_bytes(f"{COOKIE}={self.cookie}")))
        if method == "GET":
            target += b"?" + as_form(drawn) if drawn else b""
        elif template.startswith("/page"):
            body = as_form(drawn | {"csrf": self.token})
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        elif drawn:
            content = {IN_LISTS[template]: [drawn]} if template in IN_LISTS else drawn
            body = as_bytes(json.dumps(content, ensure_ascii=len(text) % 2 == 0))
            headers.append((b"content-type", b"application/json"))
        return Request(method, target, tuple(headers), (body,))

    def _mangled(self, body: bytes, chance: random.Random) -> tuple[bytes, ...]:
        at = chance.randrange(len(body))
        return chance.choice(
            (
                (body[:at],),
                (body[:at] + b"\xff\0\x80" + body[at:],),
                (body[:at] + bytes(chance.randrange(256) for _ in range(9)) + body[at + 9 :],),
                (b"\xef\xbb\xbf" + body,),
                (body + body,),
                (body[:at], body[at:]),
                (body.decode("utf-8", "replace").encode("utf-16"),),
                (b"[" * 60_000,),
                (b'{"a":' * 30_000,),
                (b"9" * 6_000,),
                (b"NaN",),
                (b"x" * 300_000,),
            )
        )

    def _odd_target(self, target: bytes, chance: random.Random) -> bytes:
        path, _, query = target.partition(b"?")
        path = chance.choice(
            (
                *(path[:-1] or b"/", path + b"/", path + b"%zz%ff%00", b"/%2e%2e" + path, b"*"),
                *(b"//" + path, path + b"/../" * 9, path.replace(b"%", b"%25"), b"http://x" + path),
                *(path + b"%f0%9f" * 900, path + b"%0d%0aSet-Cookie:%20a=b"),
            )
        )
        query = chance.choice(
            (
                *(query, query + b"&&=&" + query, query + b"%", b"k=" + b"1" * 5_000),
                *(b"\xff=\xfe", b"languages=de" + b",de" * 900, b"k[]=1&k.x=2"),
            )
        )
        return path + b"?" + query

    def _odd_headers(
        self, headers: tuple[tuple[bytes, bytes], ...], text: str, chance: random.Random
    ) -> tuple[tuple[bytes, bytes], ...]:
        said = re.sub(rb"[\0\r\n]", b"", as_bytes(text))
        odd = chance.choice(
            (
                (b"content-type", chance.choice(ODD_TYPES)),
                (b"content-length", chance.choice(ODD_LENGTHS)),
                (b"authorization", said),
                (b"authorization", b"Bearer " + said),
                (b"authorization", b"Basic " + self.key.encode()),
                (b"cookie", as_bytes(f"{COOKIE}={self.cookie[:-9]}") + said),
                (chance.choice(ODD_NAMES), said),
                (said or b"x", said),
            )
        )
        return (*(each for each in headers if each[0] != odd[0]), odd)


def drawings(route: tuple[str, str]) -> st.SearchStrategy[Any]:
    """Draw what requests for a route are made of."""
    fields = st.fixed_dictionaries(ROUTES[route])
    return st.tuples(st.just(route), fields, TEXTS, VALUES, st.integers(0, 2**20))


async def sent(app: Any, request: Request) -> tuple[int, dict[str, str], bytes]:
    """Send a request as uvicorn would hand it on, and give status, headers and body."""
    raw_path, _, query = request.target.partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": list(request.headers),
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8000),
    }
    parts = list(request.body)
    got: list[Any] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: Any) -> None:
        got.append(message)

    await app(scope, receive, send)
    start, *rest = got
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return start["status"], headers, b"".join(message.get("body", b"") for message in rest)


def test_nothing_that_is_sent_makes_a_fault_or_comes_into_the_log(
    asked: Any, least: dict[str, int], capfd: pytest.CaptureFixture[str]
) -> None:
    app, keys = asked.desk.client.app, asked.desk.serving.keys
    session = new_session().entered(keys.find(asked.desk.keys["all"]))
    cookie = app.state.page.cookies._signed.dumps(asdict(session))
    sender = Sender(asked.desk.keys["all"], cookie, session.csrf)
    with asyncio.Runner() as runner:

        def ask(drawn: tuple[tuple[str, str], dict[str, Any], str, Any, int]) -> None:
            for request in sender.requests(*drawn):
                asked.check(*runner.run(sent(app, request)))

        asked.run(ask, st.sampled_from([*ROUTES]).flatmap(drawings), N_EXAMPLES)
    assert asked.n_asked >= least["made"]
    assert {200, 201, 202, 303, 400, 401, 403, 404, 405, 409, 413, 422} - {409} <= set(
        asked.statuses
    )
    assert sum(asked.statuses[status] for status in (200, 201, 202, 303)) > asked.n_asked / 5
    figures = asked.desk.get("/metrics").text
    assert CANARY not in figures
    assert CANARY not in "".join(capfd.readouterr())
