"""A small embeddings service on this machine that can be told to fail, for tests of clients."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from polyrec.encode.hashing import Hashing
from polyrec.testing.json_server import Answer, JsonServer, json_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Answer", "EmbeddingServer", "embedding_server"]

EmbeddingServer = JsonServer


@contextmanager
def embedding_server(script: Sequence[Answer] = (), *, dim: int = 64) -> Iterator[EmbeddingServer]:
    """Serve embeddings of the encoder `hashing` as OpenAI does, on a free port of this machine."""
    encoder = Hashing(size=dim)

    def right(body: dict[str, Any]) -> dict[str, Any]:
        data = [
            {"object": "embedding", "index": row, "embedding": vector.tolist()}
            for row, vector in enumerate(encoder.encode(body["input"]))
        ]
        return {"object": "list", "data": data, "model": body["model"]}

    with json_server(right, "/v1/embeddings", script) as server:
        yield server
