from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polyrec.core.errors import (
    ConfigError,
    EngineError,
    MissingExtraError,
    NotFittedError,
    PolyrecError,
)
from polyrec.core.types import Suggestion
from polyrec.pipeline.notes import UNTRANSLATED
from polyrec.rank.llm_rerank import UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Callable


def _problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["type"] == "about:blank"
    assert found["status"] == status
    assert found["title"]
    return found


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"k": 0}, "k: "),
        ({"k": 101}, "k: "),
        ({"k": "many"}, "k: "),
        ({"language_mode": "never"}, "language_mode: "),
        ({"language_mode": "only"}, "no languages are given"),
        ({"languages": "not a tag!"}, "is not a language tag"),
        ({"languages": "de,,en"}, "languages"),
        ({"languages": ["de"] * 21}, "languages"),
        ({"category": "none of it"}, "no item has the category"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wish_that_cannot_be_is_told_what_is_wrong(
    desk: Any, params: dict[str, Any], says: str
) -> None:
    assert says in _problem(desk.get("/recommend/ada", **params), 422)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"history": ["nothing of ours"]},
        {"history": "saw"},
        {"history": ["saw"] * 1001},
        {"history": [1]},
        {"k": "3"},
        {"explain": "yes"},
        {"text": "x" * 10_001},
        {"text": "wood", "text_language": "?"},
        {"user_id": "ada"},
        {"k": 1e400},
        [],
        None,
        "text",
    ],
)
def test_a_body_that_cannot_be_is_refused(desk: Any, body: Any) -> None:
    answer = desk.client.post(
        "/recommend",
        content=json.dumps(body),
        headers=desk.open("read") | {"Content-Type": "application/json"},
    )
    _problem(answer, 422)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b'"\xff"', 400),
        (b'{"text": "\\ud800"}', 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"text": "\\u0000"}', 200),
        (b"[" * 100_000, 400),
        (b'{"k": ' + b"9" * 5000 + b"}", 400),
    ],
)
def test_bytes_that_are_no_request_are_no_fault_of_the_service(
    desk: Any, content: bytes, status: int
) -> None:
    headers = desk.open("read") | {"Content-Type": "application/json"}
    answer = desk.client.post("/recommend", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    if status != 200:
        _problem(answer, status)


def test_what_was_sent_is_not_sent_back(desk: Any) -> None:
    answer = desk.post(text="my secret illness" * 1000)
    assert "illness" not in json.dumps(_problem(answer, 422))


def test_an_item_that_is_not_there_is_not_found(desk: Any) -> None:
    found = _problem(desk.get("/similar/none"), 404)
    assert found["detail"] == "no item has the id 'none'"


def test_other_addresses_and_methods_are_not_there(desk: Any) -> None:
    _problem(desk.get("/page"), 404)
    _problem(desk.get("/docs"), 404)
    assert _problem(desk.client.delete("/recommend/ada"), 405)["detail"]
    assert desk.client.delete("/recommend/ada").headers["allow"] == "GET"
    _problem(desk.client.options("/recommend"), 405)


def test_a_long_body_is_refused_with_and_without_its_length(
    open_desk: Callable[..., Any],
) -> None:
    desk = open_desk(max_body_bytes=1000)
    _problem(desk.post(text="x" * 1000), 413)
    parts = (b"x" * 100 for _ in range(11))
    _problem(desk.client.post("/recommend", content=parts, headers=desk.open("read")), 413)
    _problem(desk.client.post("/nowhere", content=b"x" * 1001), 413)
    assert desk.post(text="x" * 900).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (EngineError("http://10.1.2.3/secret refused"), 503),
        (NotFittedError("secret"), 409),
        (ConfigError("the variable SECRET_KEY holds no key secret"), 500),
        (MissingExtraError("part 'secret'", needs="secret", remedy="secret"), 500),
        (PolyrecError("secret"), 500),
        (ZeroDivisionError("secret"), 500),
        (OSError("/srv/secret"), 500),
    ],
)
def test_what_fails_inside_stays_inside(
    desk: Any,
    error: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(query: Any) -> None:
        raise error

    monkeypatch.setattr(desk.serving.live.model.service, "recommend", fail)
    with caplog.at_level(logging.INFO, "polyrec.api"):
        answer = desk.get("/recommend/ada")
    _problem(answer, status)
    assert "secret" not in answer.text
    assert "secret" not in caplog.text
    assert (status == 503) == ("retry-after" in answer.headers)
    if status == 500:
        assert type(error).__name__ in caplog.text


def test_an_engines_own_words_stay_inside(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    note = f"only 0 of 10; {UNTRANSLATED}: http://10.1.2.3 refused"
    answer = Suggestion((), "text", note)
    monkeypatch.setattr(desk.serving.live.model.service, "recommend", lambda _: answer)
    assert desk.post(text="wood").json()["note"] == f"only 0 of 10; {UNTRANSLATED}"


def test_a_language_models_own_words_stay_inside(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = f"only 0 of 10; {UNJUDGED}: http://10.1.2.3 refused; {UNTRANSLATED}: http://10.1.2.3 too"
    answer = Suggestion((), "text", note)
    monkeypatch.setattr(desk.serving.live.model.service, "recommend", lambda _: answer)
    assert desk.post(text="wood").json()["note"] == f"only 0 of 10; {UNJUDGED}; {UNTRANSLATED}"


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.dictionaries(
        st.sampled_from(["k", "languages", "language_mode", "category", "history", "text", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=4),
            max_leaves=5,
        ),
    )
)
def test_no_body_makes_the_service_fail(desk: Any, body: Any) -> None:
    headers = desk.open("read") | {"Content-Type": "application/json"}
    answer = desk.client.post("/recommend", content=json.dumps(body), headers=headers)
    assert answer.status_code in (200, 422)
