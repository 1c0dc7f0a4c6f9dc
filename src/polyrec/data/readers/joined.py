"""Several tables as one, each record still known by its own file and row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from polyrec.data.readers.cells import texts_of
from polyrec.data.readers.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence


def joined(tables: Sequence[Table]) -> Table:
    """Put tables under one another; a column that one of them does not have is empty there.

    A column whose types differ becomes text, as `cells.texts_of` would write it.

    Args:
        tables: at least one; the name of the first stands for all of them.
    """
    if len(tables) == 1:
        return tables[0]
    starts = np.cumsum([0, *(len(table.frame) for table in tables)]).tolist()
    parts = tuple(
        (start + first, name)
        for start, table in zip(starts, tables, strict=False)
        for first, name in (table.parts or ((0, table.name),))
    )
    frames = [table.frame for table in tables]
    kinds: dict[str, set[Any]] = {}
    for frame in frames:
        for name, kind in frame.schema.items():
            kinds.setdefault(name, set()).add(kind)
    mixed = {name for name, found in kinds.items() if len(found - {pl.Null}) > 1}
    frames = [_as_text(frame, mixed) for frame in frames]
    rows = [
        np.arange(1, len(table.frame) + 1) if table.rows is None else table.rows for table in tables
    ]
    made = Table(
        tables[0].name,
        pl.concat(frames, how="diagonal_relaxed"),
        np.concatenate(rows).astype(np.int64),
        parts if len({name for _, name in parts}) > 1 else (),
        tables[0].intake,
    )
    np.concatenate([table.aside for table in tables], out=made.aside)
    return made


def _as_text(frame: pl.DataFrame, columns: set[str]) -> pl.DataFrame:
    table = Table("", frame)
    mixed = [name for name in frame.columns if name in columns]
    return frame.with_columns(texts_of(table, name).alias(name) for name in mixed)
