from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.api.serving import Serving


@dataclass
class Browser:
    """A browser without scripts: keeps cookies, follows forms, remembers the last screen."""

    serving: Serving
    client: TestClient
    keys: dict[str, str]
    answer: Any = field(init=False, default=None)

    def get(self, path: str = "/", **headers: str) -> str:
        self.answer = self.client.get(path, headers=headers)
        return self.text

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> str:
        fields.setdefault("csrf", self.token)
        self.answer = self.client.post(path, data=fields, headers=headers)
        return self.text

    def enter(self, *scopes: str) -> str:
        """Come in with a key that opens these scopes alone."""
        self.get()
        return self.post("/page/enter", key=self.keys["+".join(scopes) or "all"])

    def like(self, item: str, mark: str = "like") -> str:
        return self.post("/page/event", item=quote(item, safe=""), mark=mark)

    @property
    def text(self) -> str:
        return str(self.answer.text)

    @property
    def status(self) -> int:
        return int(self.answer.status_code)

    @property
    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        return found[1] if found else ""

    @property
    def told(self) -> str:
        """What the screen says of what has just been done."""
        (found,) = re.findall(r'<p id="status" role="status">(.*?)</p>', self.text, re.DOTALL)
        return html.unescape(found)

    @property
    def shown(self) -> list[str]:
        """The heads of the items that are recommended."""
        return [html.unescape(each) for each in re.findall(r"<h3[^>]*>(.*?)</h3>", self.text)]


@pytest.fixture
def open_browser(open_desk: Callable[..., Any]) -> Callable[..., Browser]:
    """Open a browser at a service with other settings; `https`, as cookies are secure."""

    def make(**settings: Any) -> Browser:
        desk = open_desk(**settings)
        client = TestClient(
            desk.client.app, base_url="https://testserver", raise_server_exceptions=False
        )
        return Browser(desk.serving, client, desk.keys)

    return make


@pytest.fixture
def browser(open_browser: Callable[..., Browser]) -> Browser:
    return open_browser()
