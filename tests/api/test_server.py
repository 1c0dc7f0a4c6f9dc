"""What only a real process shows: addresses as they are sent, signals, what is printed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from polyrec.api.key_file import add_key, revoke_key

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
POLYREC = str(Path(sys.executable).with_name("polyrec"))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _ask(port: int, path: str, key: str = "", method: str = "GET") -> tuple[int, Any]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(1200):
        assert process.poll() is None
        try:
            if _ask(port, "/health/ready")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError


@contextmanager
def _served(model: Path, keys: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = _free_port()
    command = [POLYREC, "serve", str(model), "--port", str(port), "--keys", str(keys)]
    environment = os.environ | {"POLYREC_DATABASE": str(keys.with_suffix(".sqlite"))}
    with log.open("wb") as errors, log.with_suffix(".out").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=errors, env=environment)
    try:
        _wait_until_ready(process, port)
        yield process, port
    finally:
        process.kill()
        process.wait()


def _printed(log: Path) -> str:
    return log.with_suffix(".out").read_text("utf-8")


def _first_key(log: Path) -> str:
    (key,) = re.findall(r"shown only now: (\S+)", _printed(log))
    return str(key)


def _path(name: str) -> str:
    """Encode an id as a client must; dots too, which some clients take for folders."""
    return quote(name, safe="").replace(".", "%2E")


@pytest.fixture(scope="module")
def started(
    model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[bytes], int, str, Path]]:
    """A service that has just made its first key: process, port, key, what it printed."""
    folder = tmp_path_factory.mktemp("operator")
    log = folder / "log"
    with _served(model_folder, folder / "keys.json", log) as (process, port):
        yield process, port, _first_key(log), log


def test_ids_of_any_characters_work(started: Any, odd_id: str) -> None:
    _, port, key, _ = started
    status, answer = _ask(port, f"/similar/{_path(odd_id)}?k=1", key)
    assert (status, answer["item_id"]) == (200, odd_id)
    status, answer = _ask(port, f"/recommend/{_path(odd_id)}", key)
    assert (status, answer["mode"]) == (200, "personal")


@pytest.mark.parametrize("path", ["/recommend/%ff%fe", "/recommend/%zz", "/recommend/%00", "/%"])
def test_addresses_that_mean_nothing_are_no_fault_of_the_service(started: Any, path: str) -> None:
    _, port, key, _ = started
    assert _ask(port, path, key)[0] in (200, 404)


def test_it_listens_on_this_machine_alone(started: Any) -> None:
    _, port, _, _ = started
    with socket.socket() as other:  # another address of the same machine
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_the_log_holds_no_ids_and_no_key(started: Any) -> None:
    _, port, key, log = started
    assert _ask(port, "/recommend/nobody?category=tools", key)[0] == 200
    assert _ask(port, "/similar/unheard?k=1", key)[0] == 404
    printed = log.read_text("utf-8")
    assert '"route": "/recommend/{user_id}", "status": 200' in printed
    for private in ("nobody", "unheard", "tools", "?", key):
        assert private not in printed


def test_it_answers_what_has_begun_before_it_ends_and_starts_again_with_the_same_key(
    model_folder: Path, tmp_path: Path
) -> None:
    keys, logs = tmp_path / "keys.json", (tmp_path / "first", tmp_path / "second")
    with _served(model_folder, keys, logs[0]) as (process, port):
        key = _first_key(logs[0])
        body = b'{"text": "hobel", "k": 1}'
        begun = HTTPConnection("127.0.0.1", port, timeout=30)
        begun.putrequest("POST", "/recommend")
        begun.putheader("Authorization", f"Bearer {key}")
        begun.putheader("Content-Type", "application/json")
        begun.putheader("Content-Length", str(len(body)))
        begun.endheaders(body[:5])
        assert _ask(port, "/recommend/ada", key)[0] == 200  # behind the first in the queue
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        begun.send(body[5:])
        assert begun.getresponse().status == 200
        begun.close()
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    with _served(model_folder, keys, logs[1]) as (process, port):
        assert _ask(port, "/recommend/ada", key)[0] == 200
        assert _ask(port, "/recommend/ada", key[:-1])[0] == 401
    assert "polyrec_" not in logs[1].read_text("utf-8") + _printed(logs[1])


def test_keys_come_and_go_while_it_runs(model_folder: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    with _served(model_folder, keys, tmp_path / "log") as (_, port):
        key = add_key(keys, "shop", ["read"])
        assert _asked_until(port, key, 200)
        revoke_key(keys, "shop")
        assert _asked_until(port, key, 401)


def _asked_until(port: int, key: str, status: int) -> bool:
    return any(_ask(port, "/similar/saw", key)[0] == status or time.sleep(0.1) for _ in range(100))


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        ([], 2, "no model is given"),
        (["--demo", "model"], 2, "--demo goes with neither"),
        (["no-such-folder"], 3, "is not a model"),
        (["model", "--port", "0"], 2, "--port"),
    ],
)
def test_what_cannot_be_served_is_told(options: list[str], code: int, says: str) -> None:
    done = subprocess.run([POLYREC, "serve", *options], capture_output=True, check=False, text=True)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_commands_of_the_page_can_be_typed(started: Any) -> None:
    _, port, key, _ = started
    page = (ROOT / "docs" / "service.md").read_text("utf-8")
    shown = re.findall(r"^\$ (curl .*?[^\\])$", page, re.MULTILINE | re.DOTALL)
    assert len(shown) >= 5
    for command in shown:
        here = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        done = subprocess.run(
            ["/bin/sh", "-c", here.replace("curl", "curl -sS --fail-with-body", 1)],
            capture_output=True,
            check=False,
            env={"KEY": key, "PATH": os.environ["PATH"]},
        )
        assert done.returncode == 0, (command, done.stdout)
        if "/metrics" in here:
            assert b"polyrec_requests_total" in done.stdout
            continue
        answer = json.loads(done.stdout)
        assert answer.get("items", True), command
