"""From a table to a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.catalog import Catalog
from polyrec.data.readers.cells import ids_of, texts_of
from polyrec.data.readers.columns import find_column, find_texts, need_column
from polyrec.data.readers.item_texts import texts_by_item, texts_by_row
from polyrec.data.readers.oddities import remark_on_ids, remark_on_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.data.readers.table import Table


def to_catalog(table: Table, *, default_language: str = "und") -> Catalog:
    """Make a catalog of a table, items in the order in which they first stand.

    Which columns are read is said in `columns`. An item's first text is the one shown: the plain
    text comes before `texts`, and that before columns such as `text_de`, in their order. An item
    may have several rows, one per language; its category and attributes are the first given.
    Columns that are nothing else become attributes, with None for an empty cell.

    Args:
        table: the items.
        default_language: tag of a plain text whose row names no language.

    Bad rows are raised or set aside as the table's intake says; an item all of whose rows are set
    aside is not in the catalog.

    Raises:
        DataError: there are no items, ids or texts, an item has two texts in one language, or a
            cell cannot be used; the message names row and column.
    """
    item = need_column(table, "item_id", otherwise="id")
    columns = find_texts(table)
    category = find_column(table, "category")
    if table.frame.is_empty() and not table.intake.n_aside:
        raise DataError(f"{table.name} has no items", hint="give at least one row")
    table.intake.n_rows += len(table.frame)
    ids = ids_of(table, item)
    categories = texts_of(table, category) if category else pl.repeat("", len(ids), eager=True)
    rows = texts_by_row(table, columns, default_language)
    if table.aside.all():
        raise DataError(
            f"{table.name}: every row was set aside",
            hint=f"see the reasons in {table.intake.path}",
        )
    texts = texts_by_item(table, ids.to_list(), rows)
    good = table.good
    ids, categories = ids.filter(good), categories.filter(good)
    known = {item, category, columns.language, *columns.names}
    others = [name for name in table.frame.columns if name not in known]
    attributes = table.frame.select(others).filter(good).get_columns() if others else []
    _remark_on(table, ids, texts)
    return Catalog.from_texts(
        list(texts),
        list(texts.values()),
        category=[name or "" for name in _first_of_item(ids, categories)],
        attributes={column.name: _first_of_item(ids, column) for column in attributes},
    )


def _remark_on(table: Table, ids: pl.Series, texts: Mapping[str, Mapping[str, str]]) -> None:
    """Say what is allowed but may not be meant."""
    remark_on_ids(table.intake, table.name, "item", ids.unique(maintain_order=True))
    remark_on_texts(
        table.intake,
        table.name,
        ((item, text) for item, by in texts.items() for text in by.values()),
    )


def _first_of_item(ids: pl.Series, column: pl.Series) -> tuple[Any, ...]:
    """Give one value per item, the first that is not empty, or None."""
    frame = pl.DataFrame([ids.alias("item"), column.alias("value")])
    if column.dtype == pl.String:
        filled = pl.col("value").str.len_bytes() > 0
        frame = frame.with_columns(value=pl.when(filled).then("value"))
    if ids.n_unique() < len(ids):
        first = pl.col("value").drop_nulls().first()
        frame = frame.group_by("item", maintain_order=True).agg(first)
    return tuple(frame["value"].to_list())
