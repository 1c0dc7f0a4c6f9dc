"""Whether a model's answer can be used, and what is wrong with it if not."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSAL = re.compile(
    r"(i['’]?m|i am) (very |really )?sorry,? but (i|as an)\b|"
    r"(sorry, )?(i|we) (can['’]?t|cannot|can not|am unable to|['’]m unable to|won['’]t) "
    r"(assist|help|comply|fulfil|provide|translate|answer|do that)\b|"
    r"as an ai\b|as a (large )?language model\b",
    re.IGNORECASE,
)
NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")

LEAST_ECHO = 20
"""Letters of the instruction that show, in an answer, that it says the question back."""


def check_schema(schema: Mapping[str, Any]) -> None:
    """Refuse what is no JSON schema.

    Raises:
        ConfigError: it is none.
    """
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        raise ConfigError(
            f"the schema of answers is no JSON schema: {error.message}", hint="mend the schema"
        ) from error


def why_not(
    text: str, *, data: str, instruction: str, schema: Mapping[str, Any] | None = None
) -> str:
    """Say why an answer to an instruction about data cannot be used; empty if it can."""
    if not text.strip():
        return "the answer is empty"
    if NO_TEXT.search(text):
        return "the answer holds what is no text"
    if _is_echo(instruction, text):
        return "the answer says the question back"
    if schema is not None:
        return _no_such_json(text, schema)
    if REFUSAL.match(text.strip()) and not REFUSAL.match(data.strip()):
        return "the model refused"
    return ""


def _is_echo(instruction: str, text: str) -> bool:
    said = " ".join(text.split()).casefold()
    asked = " ".join(instruction.split()).casefold()
    if len(asked) >= LEAST_ECHO and asked in said:
        return True
    return "<data>" in said or "</data>" in said


def _no_such_json(text: str, schema: Mapping[str, Any]) -> str:
    from jsonschema import ValidationError, validate

    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "the model refused" if REFUSAL.match(text.strip()) else "the answer is no JSON"
    try:
        validate(found, schema)
    except ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "its top"
        return f"the answer breaks the schema at {where} ({error.validator})"
    return ""
