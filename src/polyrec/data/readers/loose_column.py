"""A column of Python values, whose type is known once all of them have been seen."""

from __future__ import annotations

import json
from types import NoneType
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT_OR_NOTHING = {str, NoneType}


class LooseColumn:
    """Grows by chunks, kept as text; whole numbers, numbers, truth values and lists get a type.

    Args:
        n_missing: how many missing values come before the first chunk.
    """

    def __init__(self, n_missing: int = 0) -> None:
        self._chunks = [pl.repeat(None, n_missing, dtype=pl.String, eager=True)]
        self._kinds: set[type] = set()

    def add(self, values: Sequence[object]) -> None:
        """Add values, of which any may be None.

        Raises:
            UnicodeEncodeError: a text holds half of a surrogate pair.
        """
        kinds = set(map(type, values))
        self._kinds |= kinds
        texts = values if kinds <= TEXT_OR_NOTHING else [_as_text(value) for value in values]
        self._chunks.append(pl.Series(texts, dtype=pl.String))

    def series(self) -> pl.Series:
        """Give all values, of the one type that fits them; text if there is none."""
        text = pl.concat(self._chunks)
        kinds = self._kinds - {NoneType}
        if kinds == {bool}:
            return text == "true"
        if kinds == {list}:
            return _lists(text)
        if kinds in ({int}, {float}, {int, float}):
            typed = text.cast(pl.Int64 if kinds == {int} else pl.Float64, strict=False)
            return typed if typed.null_count() == text.null_count() else text
        return text


def _lists(text: pl.Series) -> pl.Series:
    """Turn JSON lists of texts into lists; others stay as they are."""
    try:
        return text.str.json_decode(pl.List(pl.String))
    except pl.exceptions.ComputeError:
        return text


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bool | list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
