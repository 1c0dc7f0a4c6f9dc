from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from polyrec.api.keys import Keys, new_key
from polyrec.api.throttle import Throttle

if TYPE_CHECKING:
    from collections.abc import Callable

CLOSED = ("/recommend/ada", "/similar/saw")


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi"])
def test_nothing_is_answered_without_a_key(desk: Any, path: str, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    answer = desk.client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_key_is_no_parameter(desk: Any) -> None:
    assert desk.client.get("/recommend/ada", params={"key": desk.keys["read"]}).status_code == 401


@pytest.mark.parametrize("path", CLOSED)
def test_a_key_opens_its_scope_alone(desk: Any, path: str) -> None:
    assert desk.client.get(path, headers=desk.open("read")).status_code == 200
    for other in ("write", "admin"):
        answer = desk.client.get(path, headers=desk.open(other))
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_bad_key_is_refused_before_the_body_is_read(desk: Any) -> None:
    answer = desk.client.post("/recommend", json={"k": "nonsense"})
    assert answer.status_code == 401


def test_a_key_that_asks_too_often_must_wait(open_desk: Callable[..., Any]) -> None:
    desk = open_desk(requests_per_s=0.1, burst=2)
    assert [desk.get("/similar/saw").status_code for _ in range(3)] == [200, 200, 429]
    answer = desk.get("/similar/saw")
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert answer.headers["content-type"] == "application/problem+json"
    assert desk.client.get("/health/live").status_code == 200


def test_a_bucket_leaks_and_keys_have_one_each() -> None:
    now = [0.0]
    throttle = Throttle(2.0, 2, clock=lambda: now[0])
    assert [throttle.wait_s("a") for _ in range(3)] == [0, 0, 1]
    assert throttle.wait_s("b") == 0
    now[0] = 0.5
    assert [throttle.wait_s("a") for _ in range(2)] == [0, 1]
    now[0] = 100.0
    assert [throttle.wait_s("a") for _ in range(3)] == [0, 0, 1]
    assert not any(Throttle(0.0, 1).wait_s("a") for _ in range(10))


def test_the_same_key_has_another_hash_in_another_file() -> None:
    _, one = new_key("a")
    _, other = new_key("a")
    assert one.salt != other.salt
    assert Keys([one]).find("") is None


@pytest.mark.parametrize("path", ["/recommend/ada", "/nowhere", "/health/live", "/openapi.json"])
def test_every_answer_has_safe_headers_and_lets_no_other_page_read_it(desk: Any, path: str) -> None:
    origin = {"Origin": "https://elsewhere.example"}
    for headers in (origin, origin | desk.open("read")):
        answer = desk.client.get(path, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert len(answer.headers["x-request-id"]) == 16
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_log_holds_no_ids_questions_or_keys(
    desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = desk.get("/recommend/nobody", category="tools")
        desk.post(text="my secret", history=["saw"])
        desk.get("/similar/unknown-thing")
        desk.get("/private/path")
    ours = [r.message for r in caplog.records if r.name == "polyrec.api"]
    rows = [json.loads(line) for line in ours]
    assert [(row["route"], row["status"]) for row in rows] == [
        ("/recommend/{user_id}", 200),
        ("/recommend", 200),
        ("/similar/{item_id}", 404),
        (None, 404),
    ]
    assert rows[0]["request"] == answer.headers["x-request-id"]
    for private in ("nobody", "tools", "secret", "saw", "unknown", "private", desk.keys["read"]):
        assert not [line for line in ours if private in line]
