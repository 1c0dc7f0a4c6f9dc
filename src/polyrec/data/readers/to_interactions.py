"""From tables to interactions with the items of a catalog, in memory for their numbers only.

Tables come one after another; of each, ids become integers and the text is let go. So a file of any
size needs about 30 bytes per row, and the ids once each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from polyrec.core.errors import DataError
from polyrec.core.types import IdMap
from polyrec.data.interactions import Interactions
from polyrec.data.readers.cells import ids_of, weights_of
from polyrec.data.readers.columns import find_column, need_column
from polyrec.data.readers.growing import Growing
from polyrec.data.readers.numbering import UNKNOWN, Numbering
from polyrec.data.readers.oddities import remark_on_ids
from polyrec.data.readers.repeats import Repeats, merged
from polyrec.data.readers.table import VALUE, Table
from polyrec.data.readers.times import times_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from polyrec.core.types import Integers
    from polyrec.data.readers.repeats import Columns

KINDS = {"user": np.int64, "item": np.int64, "weight": np.float32, "time": np.float64}


def to_interactions(
    tables: Table | Iterable[Table],
    items: IdMap,
    *,
    catalog_name: str = "the catalog",
    repeats: Repeats = "sum",
) -> tuple[Interactions, tuple[str, ...]]:
    """Make interactions of tables, and say what had to be done for it.

    Users are sorted by id; rows stay in order. A weight is 1 where a table has none. Rows of the
    same user and item become one, in the place of the first. Bad rows are raised or set aside as
    the tables' intake says.

    Args:
        tables: the interactions, whole or in batches, at least one; columns other than user, item,
            weight and time are not read.
        items: the catalog's ids.
        catalog_name: what faults call the catalog.
        repeats: what becomes of rows with the same user and item: `sum` adds their weights and
            takes the latest time, `once` keeps the first.

    Returns:
        The interactions, and notes for people: that pairs were summed, or that there are none.

    Raises:
        DataError: a column is missing, an item is not in the catalog, a cell cannot be used, only
            some tables have times, or every row was set aside; the message names row and column.
    """
    gathered = _Gathered(items, catalog_name)
    for table in [tables] if isinstance(tables, Table) else tables:
        gathered.add(table)
    return gathered.interactions(repeats)


class _Gathered:
    """Interactions as they come in, their ids as integers."""

    def __init__(self, items: IdMap, catalog_name: str) -> None:
        self.items, self.catalog_name = items, catalog_name
        self.users = Numbering()
        self.known = Numbering(items.names)
        # ids in half the memory that they need in the end
        self.columns = {
            name: Growing(np.int32 if name in ("user", "item") else kind)
            for name, kind in KINDS.items()
        }
        self.places: list[tuple[int, str, Integers | int]] = []
        self.n_rows = 0
        self.first: Table | None = None
        self.has_time = False

    def add(self, table: Table) -> None:
        """Add the rows of a table that are good."""
        time = find_column(table, "datetime")
        if self.first is None:
            self.first, self.has_time = table, time is not None
        elif bool(time) != self.has_time:
            one, other = (table, self.first) if self.has_time else (self.first, table)
            raise DataError(
                f"{one.name} has no times, but {other.name} has",
                hint="give all files a column of times, or none",
            )
        user_ids = ids_of(table, need_column(table, "user_id"))
        columns = {"item": self._known_items(table), "weight": _weights(table)}
        if time:
            columns["time"] = times_of(table, time)
        good = table.good
        table.intake.n_rows += len(good)
        self.columns["user"].extend(self.users.add(user_ids.filter(good)))
        for name, column in columns.items():
            self.columns[name].extend(column.filter(good).to_numpy())
        rows = _rows(table)[~table.aside]
        whole = len(rows) and int(rows[-1] - rows[0]) == len(rows) - 1
        self.places.append((self.n_rows, table.name, int(rows[0]) if whole else rows))
        self.n_rows += len(rows)
        if table.parts:
            self.places[-1:] = _split_places(table, self.n_rows - len(rows), rows)

    def _known_items(self, table: Table) -> pl.Series:
        column = need_column(table, "item_id")
        numbers = pl.Series(self.known.find(ids_of(table, column)))
        table.refuse(
            numbers == UNKNOWN,
            column,
            f"is {VALUE}, which is not in {self.catalog_name}",
            hint="add the item to the catalog, or leave such rows out",
        )
        return numbers

    def interactions(self, repeats: Repeats) -> tuple[Interactions, tuple[str, ...]]:
        """Put all rows together."""
        assert self.first is not None
        table = self.first
        if self.n_rows == 0 and table.intake.n_aside:
            raise DataError(
                f"{table.name}: every row was set aside",
                hint=f"see the reasons in {table.intake.path}",
            )
        names = self.users.added()
        order = names.arg_sort()
        place = np.empty(len(names), dtype=np.int64)
        place[order.to_numpy()] = np.arange(len(names))
        users = IdMap(tuple(names.gather(order)))
        columns = self._columns(place)
        remark_on_ids(table.intake, table.name, "user", names)
        if self.n_rows == 0:
            notes: tuple[str, ...] = (f"{table.name} has no interactions",)
        else:
            repeated = merged(columns, len(self.items), repeats)
            notes = ()
            if repeated is not None:
                file, row = self._place(repeated.first)
                where = f"row {row}" if file == table.name else f"row {row} of {file}"
                table.intake.n_repeated = repeated.n_rows
                pair = users.names[repeated.user], self.items.names[repeated.item]
                notes = (repeated.told(table.name, where, pair, repeats),)
        made = Interactions(
            users, columns["user"], columns["item"], columns["weight"], columns.get("time")
        )
        return made, notes

    def _columns(self, place: Integers) -> Columns:
        """Give the columns whole, letting go of what they grew in."""
        kinds = KINDS if self.has_time else {name: KINDS[name] for name in list(KINDS)[:3]}
        return {
            name: self.columns.pop(name).whole(kind, place if name == "user" else None)
            for name, kind in kinds.items()
        }

    def _place(self, index: int) -> tuple[str, int]:
        """Give the file and row of a record."""
        start, name, rows = next(place for place in reversed(self.places) if place[0] <= index)
        within = index - start
        return name, rows + within if isinstance(rows, int) else int(rows[within])


def _rows(table: Table) -> Integers:
    return np.arange(1, len(table.frame) + 1) if table.rows is None else table.rows


def _split_places(
    table: Table, start: int, rows: Integers
) -> list[tuple[int, str, Integers | int]]:
    """Give the places of a table that is from several files."""
    kept = np.flatnonzero(~table.aside)
    begins = np.searchsorted(kept, [first for first, _ in table.parts]).tolist()
    ends = [*begins[1:], len(rows)]
    return [
        (start + begin, name, rows[begin:end])
        for begin, end, (_, name) in zip(begins, ends, table.parts, strict=True)
    ]


def _weights(table: Table) -> pl.Series:
    column = find_column(table, "weight")
    if column is None:
        return pl.repeat(1.0, len(table.frame), dtype=pl.Float64, eager=True)
    return weights_of(table, column)
