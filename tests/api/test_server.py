"""What only a real process shows: addresses as they are sent, signals, what is printed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polyrec.api.key_file import add_key, revoke_key
from polyrec.testing.served import POLYREC, Served, path_of, reply_of, served

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def started(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that has just made its first key."""
    with served(model_folder, tmp_path_factory.mktemp("operator")) as service:
        yield service


def test_ids_of_any_characters_work(started: Served, odd_id: str) -> None:
    similar = started.ask(f"/similar/{path_of(odd_id)}?k=1")
    assert (similar.status, similar.body["item_id"]) == (200, odd_id)
    recommended = started.ask(f"/recommend/{path_of(odd_id)}")
    assert (recommended.status, recommended.body["mode"]) == (200, "personal")


@pytest.mark.parametrize("path", ["/recommend/%ff%fe", "/recommend/%zz", "/recommend/%00", "/%"])
def test_addresses_that_mean_nothing_are_no_fault_of_the_service(
    started: Served, path: str
) -> None:
    assert started.ask(path).status in (200, 404)


def test_it_listens_on_this_machine_alone(started: Served) -> None:
    with socket.socket() as other:  # another address of the same machine
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", started.port)) != 0


def test_the_log_holds_no_ids_and_no_key(started: Served) -> None:
    assert started.ask("/recommend/nobody?category=tools").status == 200
    assert started.ask("/similar/unheard?k=1").status == 404
    printed = started.log
    first, *_ = lines = [json.loads(line) for line in printed.splitlines()]
    assert first["event"] == "started"
    assert all(line["time"] for line in lines)
    assert '"route": "/recommend/{user_id}", "status": 200' in printed
    for private in ("nobody", "unheard", "tools", "?", started.key):
        assert private not in printed


def test_it_answers_what_has_begun_before_it_ends_and_starts_again_with_the_same_key(
    model_folder: Path, tmp_path: Path
) -> None:
    with served(model_folder, tmp_path) as service:
        body = b'{"text": "hobel", "k": 1}'
        begun = HTTPConnection("127.0.0.1", service.port, timeout=30)
        begun.putrequest("POST", "/recommend")
        begun.putheader("Authorization", f"Bearer {service.key}")
        begun.putheader("Content-Type", "application/json")
        begun.putheader("Content-Length", str(len(body)))
        begun.endheaders(body[:5])
        assert service.ask("/recommend/ada").status == 200  # behind the first in the queue
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        begun.send(body[5:])
        assert reply_of(begun).status == 200
        begun.close()
        assert service.process.wait(timeout=60) == 0
    with served(model_folder, tmp_path) as service:
        assert service.ask("/recommend/ada").status == 200
        assert service.ask("/recommend/ada", key=service.key[:-1]).status == 401
        assert "polyrec_" not in service.log + service.printed


def test_keys_come_and_go_while_it_runs(model_folder: Path, tmp_path: Path) -> None:
    with served(model_folder, tmp_path) as service:
        key = add_key(service.keys, "shop", ["read"])
        assert _asked_until(service, key, 200)
        revoke_key(service.keys, "shop")
        assert _asked_until(service, key, 401)


def _asked_until(service: Served, key: str, status: int) -> bool:
    return any(
        service.ask("/similar/saw", key=key).status == status or time.sleep(0.1) for _ in range(100)
    )


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


def _shown() -> list[str]:
    page = (ROOT / "docs" / "service.md").read_text("utf-8")
    return re.findall(r"^\$ (curl .*?[^\\])$", page, re.MULTILINE | re.DOTALL)


def test_every_address_is_shown_as_a_command(started: Served) -> None:
    shown = set()
    for command in _shown():
        (path,) = re.findall(r"127.0.0.1:8000([^\s?\"]*)", command)
        named = re.findall(r"-X (\S+)", command)
        shown.add((named[0] if named else "POST" if "--json" in command else "GET", path))
    for template, methods in started.ask("/openapi.json").body["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        for method in methods:
            there = [path for name, path in shown if name == method.upper()]
            assert [path for path in there if re.fullmatch(pattern, path)], (method, template)


def test_the_commands_of_the_page_can_be_typed(started: Served) -> None:
    for command in _shown():
        here = command.replace("127.0.0.1:8000", f"127.0.0.1:{started.port}")
        done = subprocess.run(
            ["/bin/sh", "-c", here.replace("curl", "curl -sS --fail-with-body", 1)],
            capture_output=True,
            check=False,
            env={"KEY": started.key, "PATH": os.environ["PATH"]},
        )
        assert done.returncode == 0, (command, done.stdout)
        if "/metrics" in here:
            assert b"polyrec_requests_total" in done.stdout
            continue
        answer = json.loads(done.stdout)
        assert answer.get("items", True), command
