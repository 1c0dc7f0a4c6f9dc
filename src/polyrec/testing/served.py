"""A service in a process of its own, as an operator starts it, for tests."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

POLYREC = str(Path(sys.executable).with_name("polyrec"))
READY_S = 120.0


@dataclass(frozen=True)
class Reply:
    """What a service answered.

    Attributes:
        status: the code.
        headers: by names in lower case.
        body: read as JSON where it is JSON, else text.
    """

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Served:
    """A service that runs, and all that a client needs to know.

    Attributes:
        process: the service.
        port: where it listens, on 127.0.0.1.
        folder: what it keeps: keys, database, what it printed.
        key: opens everything; empty where another start made it.
    """

    process: subprocess.Popen[bytes]
    port: int
    folder: Path
    key: str = ""

    @property
    def keys(self) -> Path:
        """The file with the hashes of keys."""
        return self.folder / "keys.json"

    @property
    def database(self) -> Path:
        """Its database, where no other is named."""
        return self.folder / "database.sqlite"

    @property
    def headers(self) -> dict[str, str]:
        """Headers of a request with JSON, and with the key of everything."""
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    @property
    def log(self) -> str:
        """What it wrote on standard error."""
        return (self.folder / "log").read_text("utf-8")

    @property
    def printed(self) -> str:
        """What it wrote on standard output."""
        return (self.folder / "out").read_text("utf-8")

    def ask(
        self,
        path: str,
        *,
        key: str | None = None,
        method: str = "GET",
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
    ) -> Reply:
        """Send one request on a connection of its own.

        Args:
            path: the address, with ids as `path_of` writes them.
            key: what opens it; None for the key of everything.
            method: the method.
            body: becomes JSON; None sends no body.
            headers: more headers.
            timeout_s: how long to wait.

        Raises:
            OSError: there is no answer.
        """
        sent = {**self.headers, **(headers or {})}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        content = None if body is None else json.dumps(body).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        try:
            connection.request(method, path, body=content, headers=sent)
            return reply_of(connection)
        finally:
            connection.close()


def reply_of(connection: HTTPConnection) -> Reply:
    """Read the answer of a connection to which a request was sent."""
    answer = connection.getresponse()
    raw = answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    is_json = "json" in headers.get("content-type", "")
    return Reply(answer.status, headers, json.loads(raw) if is_json else raw.decode())


def path_of(name: str) -> str:
    """Encode an id as a client must; dots too, which some clients take for folders."""
    return quote(name, safe="").replace(".", "%2E")


@contextmanager
def served(
    model: Path,
    folder: Path,
    *,
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Start a service, and end it at once when the block is done.

    Args:
        model: the folder of the model.
        folder: for keys, database and what is printed; a second start there goes on with them.
        options: more options of `polyrec serve`.
        environment: more variables; `POLYREC_DATABASE` names another database.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [POLYREC, "serve", str(model), "--port", str(port)]
    command += ["--keys", str(folder / "keys.json"), *options]
    own = {"POLYREC_DATABASE": str(folder / "database.sqlite"), "XDG_DATA_HOME": str(folder)}
    with (folder / "log").open("wb") as log, (folder / "out").open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            command, stdout=out, stderr=log, env=os.environ | own | dict(environment or {})
        )
    one = Served(process, port, folder)
    try:
        _wait_until_ready(one)
        one.key = _first_key(one)
        yield one
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _first_key(one: Served) -> str:
    """Find the key that it printed, or that an earlier start in the same folder did."""
    kept = one.folder / "first_key"
    if found := re.findall(r"shown only now: (\S+)", one.printed):
        kept.write_text(found[0], "utf-8")
    return kept.read_text("utf-8") if kept.exists() else ""


def _wait_until_ready(one: Served) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        assert one.process.poll() is None, one.log
        try:
            if one.ask("/health/ready").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(one.log)
