"""A small chat service that speaks the OpenAI protocol and can be told to fail, for tests."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from polyrec.llm.scripted import REFUSED, smallest
from polyrec.testing.json_server import Answer, JsonServer, json_server

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TOKENS = 10
"""What each answer costs, read and written alike."""

NEXT = [{"token": token, "logprob": log} for token, log in (("Yes", -0.5), (" No", -1.0))]
"""What it says would come next, where it is asked for that."""

FAULTS = {
    "timeout": Answer(after_s=30),
    "429": Answer(429, {"error": {"message": "too many requests"}}),
    "500": Answer(500, {"error": {"message": "internal error"}}),
    "garbage": Answer(body="\x00}{]["),
    "truncated": Answer(body=lambda right: changed(right, '{"answer": "on', reason="length")),
    "refusal": Answer(body=lambda right: changed(right, REFUSED)),
    "echo": Answer(body=lambda right: changed(right, "<data>as it was asked</data>")),
    "no-choices": Answer(body={"object": "chat.completion", "choices": []}),
}
"""What goes wrong over the wire, by name."""


def changed(right: dict[str, Any], text: str, *, reason: str = "stop") -> dict[str, Any]:
    """Put another text into a right answer."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return right | {"choices": [choice]}


@contextmanager
def chat_server(script: Sequence[Answer] = ()) -> Iterator[JsonServer]:
    """Serve answers that say the data back, or the smallest JSON that keeps to a wished schema.

    Where likelihoods are asked for, Yes is likelier than No.
    """
    with json_server(_right, "/v1/chat/completions", script) as server:
        yield server


def _right(body: dict[str, Any]) -> dict[str, Any]:
    said = body["messages"][-1]["content"].removeprefix("<data>").removesuffix("</data>")
    form = body.get("response_format")
    if form:
        said = json.dumps(smallest(form["json_schema"]["schema"]))
    usage = {"prompt_tokens": TOKENS, "completion_tokens": TOKENS}
    whole = {"object": "chat.completion", "model": body["model"], "usage": usage}
    right = changed(whole, said)
    if body.get("logprobs"):
        right["choices"][0]["logprobs"] = {"content": [{"top_logprobs": NEXT}]}
    return right
