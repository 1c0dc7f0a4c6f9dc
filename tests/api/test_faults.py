"""What callers see while something fails under a service that runs."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING

from polyrec.store.database import Database
from polyrec.store.events import Events
from polyrec.testing.served import Served, reply_of, served

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NO_LIMIT = ("--requests-per-second", "0")


def _post_events(service: Served, numbers: Iterable[int], *, kill_after: int = 0) -> dict[int, int]:
    """Post one event per number from several threads, each with a key; say how many each added.

    Those that were not answered are left out.
    """
    answered: dict[int, int] = {}

    def post(some: Sequence[int]) -> None:
        with closing(HTTPConnection("127.0.0.1", service.port, timeout=30)) as connection:
            for number in some:
                event = {"user_id": f"user {number % 50}", "item_id": f"{number}", "kind": "view"}
                headers = service.headers | {"Idempotency-Key": f"post {number}"}
                body = json.dumps({"events": [event]})
                try:
                    connection.request("POST", "/events", body, headers)
                    reply = reply_of(connection)
                except (OSError, HTTPException):
                    return  # the service is gone
                assert reply.status == 202, reply
                answered[number] = reply.body["added"]

    mine = list(numbers)
    threads = [threading.Thread(target=post, args=(mine[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    while kill_after and len(answered) < kill_after:
        time.sleep(0.001)
    if kill_after:
        service.process.kill()
    for thread in threads:
        thread.join()
    return answered


def test_events_that_were_acknowledged_outlive_kill_9_and_count_once(
    model_folder: Path, tmp_path: Path, database_url: str
) -> None:
    environment = {"POLYREC_DATABASE": database_url}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        acknowledged = _post_events(service, range(1000), kill_after=400)
    assert 400 <= len(acknowledged) < 1000
    assert set(acknowledged.values()) == {1}
    with served(model_folder, tmp_path, options=NO_LIMIT, environment=environment) as service:
        again = _post_events(service, list(acknowledged)[:200])
        assert set(again.values()) == {0}
        rest = _post_events(service, set(range(1000)) - set(acknowledged))
        assert len(rest) == 1000 - len(acknowledged)
        exported = service.ask("/users/user%207/export").body
        assert len(exported["events"]) == 20
    kept = Counter(event.item for block in Events(Database()).blocks() for event in block)
    assert kept == {str(number): 1 for number in range(1000)}
