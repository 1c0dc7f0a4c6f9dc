from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query, Request
from fastapi.testclient import TestClient

from polyrec.api import in_query
from polyrec.api.schemas import Wishes


@pytest.fixture(scope="module")
def client() -> TestClient:
    """Two addresses: one read by the framework, one by us."""
    app = FastAPI()

    @app.get("/theirs")
    async def theirs(wishes: Annotated[Wishes, Query()]) -> Wishes:
        return wishes

    @app.get("/ours", openapi_extra=in_query.documented(Wishes))
    async def ours(request: Request) -> Wishes:
        return in_query.read(request, Wishes)

    return TestClient(app)


@pytest.mark.parametrize(
    "asked",
    [
        *("", "k=3", "k=3&k=4", "languages=de,en", "languages=de&languages=en&language_mode=only"),
        *("category=a%20b", "explain=true&translate=1", "k=", "k=0", "k=x", "languages="),
        *("language_mode=all", "language_mode=prefer", "categories=a", "category=", "k=1;k=2"),
        "&".join(["languages=de"] * 30),
    ],
)
def test_an_address_is_read_as_the_framework_reads_it(client: TestClient, asked: str) -> None:
    theirs, ours = (client.get(f"/{name}?{asked}") for name in ("theirs", "ours"))
    assert ours.status_code == theirs.status_code

    def told(answer: Any) -> Any:
        if answer.status_code == 200:
            return answer.json()
        return [(each["loc"], each["msg"]) for each in answer.json()["detail"]]

    assert told(ours) == told(theirs)


def test_it_is_documented_as_the_framework_documents_it(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    theirs, ours = (paths[name]["get"]["parameters"] for name in ("/theirs", "/ours"))
    assert ours == theirs
