"""Makes values of JSON: fields that are not known are passed over, those that lack are a fault."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from polyrec.core.errors import EngineError

T = TypeVar("T")


def read(cls: type[T], given: Any) -> T:
    """Make a value of a dataclass, and of those that it holds.

    Raises:
        EngineError: something else was given.
    """
    try:
        made: T = _made(cls, given)
    except (KeyError, TypeError, ValueError) as error:
        raise EngineError(
            f"the service gave what is no {cls.__name__}", hint="use a client of its version"
        ) from error
    return made


def _made(of: Any, given: Any) -> Any:
    origin, inside = get_origin(of), get_args(of)
    if origin in (types.UnionType, Union):
        return None if given is None else _made(inside[0], given)
    if origin is tuple:
        return tuple(_made(inside[0], each) for each in given)
    if dataclasses.is_dataclass(of):
        assert isinstance(of, type)
        hints, fields = _fields(of)
        return of(**{name: _made(hints[name], given[name]) for name in fields if name in given})
    if of is datetime:
        return datetime.fromisoformat(given)
    if of is float and isinstance(given, int):
        return float(given)
    if of is not Any and not isinstance(given, origin or of):
        raise TypeError
    return given


@lru_cache(maxsize=64)
def _fields(cls: type) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    return get_type_hints(cls), tuple(field.name for field in dataclasses.fields(cls))
