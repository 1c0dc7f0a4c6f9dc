"""From a dataset to the folder that `read_dataset` reads again: items and interactions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, get_args

import polars as pl

from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset

Format = Literal["parquet", "csv", "jsonl"]


def write_dataset(data: Dataset, folder: Path, *, form: Format = "parquet") -> tuple[Path, Path]:
    """Write items and interactions as two tables, all texts that are known included.

    The items have one row for each of their languages, the first text first; what is known of an
    item besides stands in its first row. Interactions have user and item ids, weights and, where
    they are known, times to the microsecond. Read again they give the same catalog and
    interactions.

    Args:
        data: the dataset, whose view does not matter.
        folder: an existing folder.
        form: `parquet`, `csv` or `jsonl`.

    Returns:
        The paths of the two files.

    Raises:
        ConfigError: there is no such form.
    """
    if form not in get_args(Format):
        raise ConfigError(f"form is {form!r}", hint="give 'parquet', 'csv' or 'jsonl'")
    items = folder / f"items.{form}"
    events = folder / f"interactions.{form}"
    write_table(items_table(data.all_texts or data.catalog), items, form)
    write_table(interactions_table(data), events, form)
    return items, events


def items_table(catalog: Catalog) -> pl.DataFrame:
    """Give the items as a table: a row for each text."""
    counts = [len(by) for by in catalog.texts]
    item = pl.Series("item", range(len(counts)), dtype=pl.Int64)
    item = (
        pl.DataFrame({"item": item, "n": counts})
        .select(pl.col("item").repeat_by("n"))
        .explode("item")["item"]
    )
    first = item.is_first_distinct()
    columns: dict[str, Any] = {
        "item_id": pl.Series(catalog.ids.names, dtype=pl.String).gather(item),
        "language": [tag for by in catalog.texts for tag in by],
        "text": [text for by in catalog.texts for text in by.values()],
    }
    others: dict[str, pl.Series] = {}
    if any(catalog.category):
        others["category"] = pl.Series(catalog.category)
    for name, values in catalog.attributes.items():
        others.setdefault(name, pl.Series(values, strict=False))
    for name, values_of_items in others.items():
        frame = pl.DataFrame({"value": values_of_items.gather(item), "first": first})
        columns[name] = frame.select(pl.when("first").then("value").alias("value"))["value"]
    return pl.DataFrame(columns)


def interactions_table(data: Dataset) -> pl.DataFrame:
    """Give the interactions as a table; ids take four bytes each, as places in a list."""
    events = data.interactions
    users, items = events.users.names, data.catalog.ids.names
    columns = {
        "user_id": pl.Series(users, dtype=pl.Enum(users)).gather(pl.Series(events.user)),
        "item_id": pl.Series(items, dtype=pl.Enum(items)).gather(pl.Series(events.item)),
        "weight": pl.Series(events.weight),
    }
    if events.time is not None:
        micros = (pl.Series(events.time) * 1e6).round().cast(pl.Int64)
        columns["datetime"] = micros.cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame(columns)


def write_table(frame: pl.DataFrame, path: Path, form: Format) -> None:
    """Write one table; where the format has no types, times are texts and lists are JSON."""
    if form == "parquet":
        frame.write_parquet(path)
        return
    if form == "csv":
        frame = frame.with_columns(
            pl.col(name).map_elements(_as_json, return_dtype=pl.String)
            for name, kind in frame.schema.items()
            if kind.is_nested()
        )
    times = pl.selectors.datetime().dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")
    frame = frame.with_columns(times)
    if form == "csv":
        frame.write_csv(path)
    else:
        frame.write_ndjson(path)


def _as_json(cell: Any) -> str:
    value = cell.to_list() if isinstance(cell, pl.Series) else cell
    return json.dumps(value, ensure_ascii=False, default=str)
