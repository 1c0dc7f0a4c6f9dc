"""Translation services on this machine, each with its protocol, that can be told to fail."""

from __future__ import annotations

import hashlib
import json
import urllib.parse
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from polyrec.testing.json_server import JsonHandler, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from polyrec.testing.json_server import Answer

KEY, APP_ID = "key-of-the-tests:fx", "20201125000000001"
"""What these services want to see."""


@dataclass
class TranslationServer:
    """What a client needs to know of the service, and what it was asked.

    Attributes:
        url: the endpoint.
        script: the answers of the next requests; after them all answers are right.
        requests: body and headers of each request, header names in small letters.
    """

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    requests: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)


@contextmanager
def translation_server(engine: str, script: Sequence[Answer] = ()) -> Iterator[TranslationServer]:
    """Speak one service's protocol on a free port: `casa` into English is `<en> casa`.

    Args:
        engine: `libretranslate`, `deepl`, `google` or `baidu`.
        script: answers that come before the right ones.
    """
    known = TranslationServer(script=list(script))

    class Handler(_Handler):
        server_ = known
        respond = staticmethod(PROTOCOLS[engine])

    with serving(Handler) as address:
        known.url = f"{address}/translate"
        yield known


Reply = tuple[int, Any]


def _deepl(body: dict[str, Any], headers: dict[str, str], size: int) -> Reply:
    if headers.get("authorization") != f"DeepL-Auth-Key {KEY}":
        return 403, ""
    if len(body["text"]) > 50:
        return 400, {"message": "Too many texts"}
    if size > 128 * 1024:
        return 413, ""
    if body["target_lang"] in ("EN", "PT", "ZH") or "-" in body["source_lang"]:
        return 400, {"message": "Value for 'target_lang' not supported."}
    made = [f"<{body['target_lang']}> {text}" for text in body["text"]]
    source = {"detected_source_language": body["source_lang"]}
    return 200, {"translations": [{**source, "text": text} for text in made]}


def _google(body: dict[str, Any], headers: dict[str, str], size: int) -> Reply:
    del size
    if headers.get("x-goog-api-key") != KEY:
        said = "API key not valid. Please pass a valid API key."
        return 400, {"error": {"code": 400, "message": said, "status": "INVALID_ARGUMENT"}}
    if len(body["q"]) > 128:
        return 400, {"error": {"code": 400, "message": "Too many text segments"}}
    texts = (
        body["q"] if body["format"] == "text" else [each.replace("<", "&lt;") for each in body["q"]]
    )
    made = [{"translatedText": f"<{body['target']}> {text}"} for text in texts]
    return 200, {"data": {"translations": made}}


def _libretranslate(body: dict[str, Any], headers: dict[str, str], size: int) -> Reply:
    del headers, size
    if body.get("api_key") != KEY:
        return 403, {"error": "Invalid API key"}
    if len(body["q"]) > 50:
        return 400, {"error": "Invalid request: request (51) exceeds text limit (50)"}
    made = [f"<{body['target']}> {text}" for text in body["q"]]
    return 200, {"translatedText": made}


def _baidu(body: dict[str, Any], headers: dict[str, str], size: int) -> Reply:
    del size
    signed = f"{body['appid']}{body['q']}{body['salt']}{KEY}".encode()
    if headers.get("content-type") != "application/x-www-form-urlencoded":
        return 200, {"error_code": "54000", "error_msg": "PARAM_FROM_TO_OR_Q_EMPTY"}
    if body["appid"] != APP_ID:
        return 200, {"error_code": "52003", "error_msg": "UNAUTHORIZED USER"}
    if body["sign"] != hashlib.md5(signed, usedforsecurity=False).hexdigest():
        return 200, {"error_code": "54001", "error_msg": "Invalid Sign"}
    if len(body["q"].encode()) > 6000:
        return 200, {"error_code": "54009", "error_msg": "Too long"}
    lines = [line.strip() for line in body["q"].split("\n") if line.strip()]
    made = [{"src": line, "dst": f"<{body['to']}> {line}"} for line in lines]
    return 200, {"from": body["from"], "to": body["to"], "trans_result": made}


PROTOCOLS: dict[str, Callable[[dict[str, Any], dict[str, str], int], Reply]] = {
    "deepl": _deepl,
    "google": _google,
    "libretranslate": _libretranslate,
    "baidu": _baidu,
}


class _Handler(JsonHandler):
    server_: TranslationServer
    respond: Callable[[dict[str, Any], dict[str, str], int], Reply]

    def do_POST(self) -> None:  # noqa: N802 (the library's name)
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if headers.get("content-type") == "application/json":
            body = json.loads(raw)
        else:
            body = dict(urllib.parse.parse_qsl(raw.decode(), keep_blank_values=True))
        self.server_.requests.append((body, headers))
        status, right = type(self).respond(body, headers, len(raw))
        if self.server_.script:
            answer = self.server_.script.pop(0)
            if answer.status != 200 or answer.body is not None:
                status = answer.status
            if answer.body is not None:
                right = answer.body(right) if callable(answer.body) else answer.body
            self.send(status, right, answer.headers)
        else:
            self.send(status, right, {})
