"""A small service on this machine that takes and gives JSON and can be told to fail, for tests."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True)
class Answer:
    """One answer of the script, in place of the right one.

    Attributes:
        status: the code.
        body: what is sent, text as it is and anything else as JSON; a function changes the right
            answer's table; None sends the right answer.
        headers: more headers.
        after_s: how long to wait before.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0


@dataclass
class JsonServer:
    """What a client needs to know of the service, and what it was asked.

    Attributes:
        url: the endpoint.
        script: the answers of the next requests; after them all answers are right.
        requests: body and headers of each request.
        times: when each came, as `time.monotonic` says it.
        busiest: the most requests that were under way at the same time.
    """

    url: str = ""
    script: list[Answer] = field(default_factory=list)
    requests: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    busiest: int = 0


@contextmanager
def json_server(
    right: Callable[[dict[str, Any]], dict[str, Any]], path: str, script: Sequence[Answer] = ()
) -> Iterator[JsonServer]:
    """Serve on a free port of this machine; `right` gives a request's right answer."""
    known = JsonServer(script=list(script))
    stopping = threading.Event()

    class Handler(_Handler):
        server_ = known
        right_ = staticmethod(right)
        wait = stopping.wait

    with serving(Handler) as address:
        known.url = address + path
        try:
            yield known
        finally:
            stopping.set()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve on a free port of this machine, and give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class JsonHandler(BaseHTTPRequestHandler):
    """Sends JSON, and text as it is; writes no log."""

    protocol_version = "HTTP/1.1"

    def send(self, status: int, body: Any, headers: dict[str, str]) -> None:
        """Send an answer, unless whoever asked has gone."""
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        try:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Write nothing."""
        del format, args


class _Handler(JsonHandler):
    server_: JsonServer
    right_: Callable[[dict[str, Any]], dict[str, Any]]
    wait: Callable[[float], bool]
    lock = threading.Lock()
    busy = 0

    def do_POST(self) -> None:
        known, cls = self.server_, type(self)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        with self.lock:
            known.times.append(time.monotonic())
            known.requests.append((body, dict(self.headers)))
            answer = known.script.pop(0) if known.script else Answer()
            cls.busy += 1
            known.busiest = max(known.busiest, cls.busy)
        if answer.after_s:
            cls.wait(answer.after_s)
        right = cls.right_(body)
        with self.lock:
            cls.busy -= 1
        body = right if answer.body is None else answer.body
        self.send(answer.status, body(right) if callable(body) else body, answer.headers)
