from __future__ import annotations

import pytest

from polyrec.core.errors import ConfigError
from polyrec.llm.scripted import GARBAGE, REFUSED, smallest
from polyrec.llm.usable import check_schema, why_not

SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "rank": {"type": "integer", "minimum": 1}},
    "required": ["id", "rank"],
}
INSTRUCTION = "Order these items by how well they fit."


def fault(text: str, *, data: str = "a chair", schema: object = None) -> str:
    return why_not(text, data=data, instruction=INSTRUCTION, schema=schema)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the answer is empty"),
        (" \n", "the answer is empty"),
        (GARBAGE, "the answer holds what is no text"),
        (f"Sure! {INSTRUCTION} Chair", "the answer says the question back"),
        ("<data>a chair</data>", "the answer says the question back"),
        (REFUSED, "the model refused"),
        ("As an AI language model, I have no taste.", "the model refused"),
        ("I can’t assist with that request.", "the model refused"),
        ("a fine chair", ""),
        ("I'm sorry to hear that you can't sit.", ""),
    ],
)
def test_free_text_is_judged(text: str, why: str) -> None:
    assert fault(text) == why


def test_a_text_that_itself_refuses_may_be_translated() -> None:
    assert fault(REFUSED, data="I'm sorry, but I cannot come.") == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"id": "m1", "rank": 1}', ""),
        ('{"id": "m1", "ra', "the answer is no JSON"),
        ("[" * 100_000, "the answer is no JSON"),
        (REFUSED, "the model refused"),
        ('{"id": "m1", "rank": 0}', "the answer breaks the schema at rank (minimum)"),
        ('{"id": "m1"}', "the answer breaks the schema at its top (required)"),
        ("[]", "the answer breaks the schema at its top (type)"),
    ],
)
def test_json_is_held_to_its_schema(text: str, why: str) -> None:
    assert fault(text, schema=SCHEMA) == why


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"the schema of answers is no JSON schema: .*mend"):
        check_schema({"type": 5})


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA,
        {"enum": ["a", "b"]},
        {"const": 3},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
        {"type": "string", "minLength": 4},
        {"type": "number", "minimum": 2},
    ],
)
def test_the_smallest_json_keeps_to_its_schema(schema: dict[str, object]) -> None:
    import json

    assert fault(json.dumps(smallest(schema)), schema=schema) == ""
