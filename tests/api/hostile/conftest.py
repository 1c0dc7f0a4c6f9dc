"""Ten thousand requests that nobody in their right mind sends; the files say how many each."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings

from polyrec.api.log import Lines
from polyrec.api.page.routes import ROUTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis import strategies as st

LEAST = {"by schema": 1_300, "against schema": 450, "made": 8_000, "raw": 250}
assert sum(LEAST.values()) == 10_000

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "other")


def check_line(line: str, routes: set[str | None]) -> str:
    """Check that a line of the log holds words and numbers of our own alone; give the request."""
    found = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", found.pop("time"))
    event = found.pop("event")
    if event == "said" and found["by"] == "python_multipart.multipart":
        assert re.fullmatch(r"\w+:\d+", found.pop("at"))
        assert set(found) == {"by", "level", "request"}
        return ""
    assert event == "answered", line
    assert found.pop("method") in METHODS, line
    assert found.pop("route") in routes, line
    assert 200 <= found.pop("status") < 500, line
    assert found.pop("ms") >= 0
    request = str(found.pop("request"))
    assert re.fullmatch("[0-9a-f]{16}", request)
    assert not found
    return request


class Log(logging.Handler):
    """Checks what is logged, line by line."""

    def __init__(self, routes: set[str | None]) -> None:
        super().__init__()
        self.setFormatter(Lines())
        self.routes = routes
        self.requests: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if request := check_line(self.format(record), self.routes):
            self.requests.append(request)


@dataclass
class Asked:
    """A service that is asked, and what was logged of it."""

    desk: Any
    log: Log
    n_asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def run(
        self, ask: Callable[..., None], strategy: st.SearchStrategy[Any], n_examples: int
    ) -> None:
        """Ask examples of a strategy, the same in every run."""
        settings(
            max_examples=n_examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )(given(strategy)(ask))()

    def check(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Check an answer, whatever was asked."""
        self.n_asked += 1
        self.statuses[status] += 1
        assert self.log.requests.pop() == headers["x-request-id"]
        assert not self.log.requests
        assert headers["x-content-type-options"] == "nosniff"
        assert status < 500
        if status >= 400 and not headers["content-type"].startswith("text/html"):
            assert headers["content-type"] == "application/problem+json"
            problem = json.loads(body)
            assert problem["status"] == status
            assert problem["title"]
            assert problem["detail"]


@pytest.fixture
def asked(open_desk: Callable[..., Any]) -> Iterator[Asked]:
    desk = open_desk(requests_per_s=0)
    engine = desk.serving.live.database._connections.engine
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
    routes = {None, *desk.client.app.openapi()["paths"]}
    routes |= {route.path_format for route in ROUTER.routes}
    routes |= {getattr(route, "path_format", None) for route in desk.client.app.routes}
    log = Log(routes)
    own = logging.getLogger("polyrec")
    level = own.level
    logging.root.addHandler(log)
    own.setLevel(logging.INFO)
    yield Asked(desk, log)
    own.setLevel(level)
    logging.root.removeHandler(log)


@pytest.fixture
def check_logged() -> Callable[[str, set[str | None]], str]:
    """Check a line of a log."""
    return check_line


@pytest.fixture
def least() -> dict[str, int]:
    """How many requests there must be."""
    return LEAST
