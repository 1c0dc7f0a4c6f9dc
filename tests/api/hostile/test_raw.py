"""Bytes on the wire that are no http, or only nearly."""

from __future__ import annotations

import json
import random
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from polyrec.testing.served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CANARY = "canary7Zq"


def lines_of(key: str) -> Iterator[bytes]:
    """Give what is no http, or only nearly."""
    said = CANARY.encode()
    good = b"GET /similar/saw?k=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key.encode()
    post = b"POST /events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
    chunked = post + b"Transfer-Encoding: chunked\r\n"
    yield from (
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + said,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + said,
        b"\0" * 99 + said,
        said + b"\r\n\r\n",
        b"GET /" + said + b"\r\n\r\n",
        b"GET /" + said + b" HTTP/9.9\r\n\r\n",
        b"GET /" + said + b" HTTP/1.0\r\n\r\n",
        b"GET /\xff\xfe" + said + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a b" + said + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://" + said + b"/recommend/ada HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT " + said + b":443 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: " + said + b"\r\n\r\n",
        good + b"\r\n" + said + b"\r\n\r\n",
        good + b"\r\nX: \0" + said + b"\r\n\r\n",
        good + b"\r\nX: a\r\n " + said + b"\r\n\r\n",
        good + b"\r\nX: " + said * 20_000 + b"\r\n\r\n",
        good + (b"\r\nX: " + said) * 9_000 + b"\r\n\r\n",
        good + b"\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nX: " + said + b"\r\n\r\n",
        good + b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\n\r\n",
        good + b"\r\n\r\n" + good + b"\r\n\r\n" + said + b"\r\n\r\n",
        post + b"Content-Length: -1\r\n\r\n" + said,
        post + b"Content-Length: 99\r\nContent-Length: 3\r\n\r\n" + said,
        post + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + said,
        post + b"Expect: 100-continue\r\nContent-Length: 17\r\n\r\n" + said,
        chunked + b"\r\nzz\r\n" + said,
        chunked + b"\r\nffffffffffffffff\r\n" + said,
        chunked + b"\r\n-3\r\n" + said,
    )


def heard(port: int, sent: bytes) -> bytes:
    """Send bytes, and give what comes before the other side is done, or long silent."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.settimeout(0.2)
        with suppress(OSError):
            connection.sendall(sent)
            while part := connection.recv(65_536):
                got += part
    return got


UVICORNS = ("Invalid HTTP request", "Unsupported upgrade request", "No supported WebSocket library")


def test_what_is_no_http_harms_nobody(
    model_folder: Path,
    tmp_path: Path,
    least: dict[str, int],
    check_logged: Callable[[str, set[str | None]], str],
) -> None:
    chance = random.Random(0)  # noqa: S311 (no secret)
    with served(model_folder, tmp_path, options=["--requests-per-second", "0"]) as service:
        sent = [*lines_of(service.key)]
        while len(sent) < least["raw"]:
            sent += [line[: chance.randrange(len(line))] for line in lines_of(service.key)]
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(partial(heard, service.port), sent))
        found = Counter(answer[9:12] for answer in answers)
        assert found[b"200"]
        assert found[b"400"] > 9
        assert not [status for status in found if status.startswith(b"5")]
        assert service.ask("/similar/saw").status == 200
        assert CANARY not in service.log
        routes = {None, "/similar/{item_id}", "/events", "/recommend/{user_id}", "/health/ready"}
        _, *lines = service.log.splitlines()  # behind the one that says where it listens
        for line in lines:
            if (event := json.loads(line))["event"] == "said":
                assert event["words"].startswith(UVICORNS), line
            elif event.get("status"):  # else whoever asked was gone
                check_logged(line, routes)
