"""From a catalog and interactions in any known format to a dataset."""

from __future__ import annotations

from typing import Any

from polyrec.core.errors import ConfigError
from polyrec.core.registry import build, part_class, parts
from polyrec.data.dataset import Dataset
from polyrec.data.readers.cells import tag_of
from polyrec.data.readers.reader import Reader, is_path
from polyrec.data.readers.table import Table, shown
from polyrec.data.readers.to_catalog import to_catalog
from polyrec.data.readers.to_interactions import to_interactions


def read_dataset(
    catalog: Any,
    interactions: Any,
    *,
    reader: Any = "",
    name: str = "data",
    default_language: str = "und",
) -> Dataset:
    """Read a catalog and the interactions with it, and check them against each other.

    The catalog needs an item id and a text, and may have language, category and more; the
    interactions need user and item, and may have weight and time. Columns are known by their usual
    names: see `polyrec.data.readers.columns`. The two need not have the same format.

    Args:
        catalog: the path of a file (.csv, .tsv, .jsonl, .ndjson, .parquet), a polars or pandas
            frame, or a `Table` that some reader has read.
        interactions: likewise.
        reader: what reads the files, whatever their ending: a reader, its name, or its table in a
            plan such as `{"use": "csv", "separator": ";"}`. By default the ending decides.
        name: what reports call the dataset.
        default_language: tag of texts whose row names no language.

    Returns:
        The dataset; `notes` says what was changed in reading, such as pairs that were summed.

    Raises:
        ConfigError: no reader takes a source, or the reader cannot be made.
        DataError: a file or a cell cannot be used; the message names file, row and column.
    """
    language = tag_of(default_language)
    items = read_table(catalog, reader=reader, name="catalog")
    events = read_table(interactions, reader=reader, name="interactions")
    found = to_catalog(items, default_language=language)
    chosen, notes = to_interactions(events, found.ids, catalog_name=items.name)
    return Dataset(found, chosen, name=name, notes=notes)


def read_table(source: Any, *, reader: Any = "", name: str = "table") -> Table:
    """Read one table; a `Table` is given back as it is.

    Args:
        source: a file's path, a frame or a table, as in `read_dataset`.
        reader: what reads a file, as in `read_dataset`.
        name: what faults call a source that has no file name.

    Raises:
        ConfigError: no reader takes the source, or the reader cannot be made.
        DataError: the source is missing, empty or malformed.
    """
    if isinstance(source, Table):
        return source
    if not reader or not is_path(source):
        return reader_of(source).read(source, name=name)
    chosen: Reader = reader if isinstance(reader, Reader) else build("reader", reader)
    return chosen.read(source, name=name)


def reader_of(source: object) -> Reader:
    """Give the reader for a source, with its default settings.

    Raises:
        ConfigError: there is none.
    """
    endings: list[str] = []
    for name in parts()["reader"]:
        kind: type[Reader] = part_class("reader", name)
        if kind.takes(source):
            return kind()
        endings += kind.endings
    what = shown(str(source)) if is_path(source) else type(source).__name__
    raise ConfigError(
        f"no reader takes {what}",
        hint=f"give a file ending in {', '.join(endings)}, a polars or pandas frame, or a reader",
    )
