"""A reader of JSON files that hold one array of objects, as web services and exports write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.readers.encoding import from_json
from polyrec.data.readers.reader import Reader
from polyrec.data.readers.table import Table, shown

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class JsonArray(Reader):
    """Reads a JSON array of objects, their keys the columns; rows are numbered from 1.

    Attributes:
        key: where the array stands in an object around it, such as `items`; empty if it stands
            alone.
    """

    endings = (".json",)

    key: str = ""

    def _read(self, source: Path, name: str) -> Table:
        try:
            found = from_json(source.read_text(encoding="utf-8-sig"))
        except ValueError as error:
            raise DataError(f"{name} is not JSON in UTF-8: {error}") from None
        if self.key:
            found = found.get(self.key) if isinstance(found, dict) else None
        if not isinstance(found, list):
            raise DataError(f"{name} holds no array", hint="name its key in the reader's settings")
        for row, record in enumerate(found, start=1):
            if not isinstance(record, dict):
                raise DataError(f"{name} row {row} is {shown(record)}, not an object")
        frame = pl.DataFrame(found, infer_schema_length=None, strict=False)
        return Table(name, frame, np.arange(1, len(found) + 1))
