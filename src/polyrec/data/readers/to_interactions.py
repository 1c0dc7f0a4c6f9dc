"""From a table to interactions with the items of a catalog."""

from __future__ import annotations

import numpy as np
import polars as pl

from polyrec.core.types import IdMap
from polyrec.data.interactions import Interactions
from polyrec.data.readers.cells import ids_of, weights_of
from polyrec.data.readers.columns import find_column, need_column
from polyrec.data.readers.table import VALUE, Table
from polyrec.data.readers.times import times_of


def to_interactions(
    table: Table, items: IdMap, *, catalog_name: str = "the catalog"
) -> tuple[Interactions, tuple[str, ...]]:
    """Make interactions of a table, and say what had to be done for it.

    Users are sorted by id; rows stay in order. A weight is 1 where the table has none. Rows of the
    same user and item become one, with the sum of their weights and the latest of their times.

    Args:
        table: the interactions; columns other than user, item, weight and time are not read.
        items: the catalog's ids.
        catalog_name: what faults call the catalog.

    Returns:
        The interactions, and notes for people: that pairs were summed, or that there are none.

    Raises:
        DataError: a column is missing, an item is not in the catalog, or a cell cannot be used;
            the message names row and column.
    """
    user_ids = ids_of(table, need_column(table, "user_id"))
    users = IdMap(tuple(user_ids.unique().sort()))
    columns = {
        "user": _numbers(user_ids, users),
        "item": _known_items(table, items, catalog_name),
        "weight": _weights(table),
    }
    time = find_column(table, "datetime")
    if time:
        columns["time"] = times_of(table, time)
    rows, notes = _summed(pl.DataFrame(columns), table, users, items)
    interactions = Interactions(
        users,
        rows["user"].to_numpy(),
        rows["item"].to_numpy(),
        rows["weight"].to_numpy().astype(np.float32),
        rows["time"].to_numpy() if time else None,
    )
    return interactions, notes


def _known_items(table: Table, items: IdMap, catalog_name: str) -> pl.Series:
    column = need_column(table, "item_id")
    numbers = _numbers(ids_of(table, column), items)
    table.refuse(
        numbers.is_null(),
        column,
        f"is {VALUE}, which is not in {catalog_name}",
        hint="add the item to the catalog, or leave such rows out",
    )
    return numbers


def _weights(table: Table) -> pl.Series:
    column = find_column(table, "weight")
    if column is None:
        return pl.repeat(1.0, len(table.frame), dtype=pl.Float64, eager=True)
    return weights_of(table, column)


def _numbers(ids: pl.Series, known: IdMap) -> pl.Series:
    """Give the integer of each id, null where it is not known."""
    numbers = pl.int_range(len(known), eager=True)
    names = pl.DataFrame({"id": pl.Series(known.names, dtype=pl.String), "number": numbers})
    asked = ids.alias("id").to_frame()
    return asked.join(names, on="id", how="left", maintain_order="left")["number"]


def _summed(
    rows: pl.DataFrame, table: Table, users: IdMap, items: IdMap
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Make one row of those with the same user and item, in the place of the first."""
    if rows.is_empty():
        return rows, (f"{table.name} has no interactions",)
    pair = pl.col("user") * len(items) + pl.col("item")
    again = ~rows.select(pair.is_first_distinct().alias("first"))["first"]
    if not again.any():
        return rows, ()
    values = [pl.col("user", "item").first(), pl.col("weight").sum()]
    if "time" in rows.columns:
        values.append(pl.col("time").max())
    summed = rows.group_by(pair.alias("pair"), maintain_order=True).agg(*values, n=pl.len())
    n_pairs = summed["n"].gt(1).sum()
    first = int(again.arg_true()[0])
    user, item = users.names[rows["user"][first]], items.names[rows["item"][first]]
    stood = "1 pair stood" if n_pairs == 1 else f"{n_pairs} pairs stood"
    note = (
        f"{table.name}: {stood} more than once and {'was' if n_pairs == 1 else 'were'} summed"
        f" (first: row {table.row(first)}, user {user!r}, item {item!r})"
    )
    return summed, (note,)
