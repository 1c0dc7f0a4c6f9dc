"""Amazon Reviews 2023 (McAuley Lab): reviews and meta data of a category, in JSON Lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.errors import DataError
from polyrec.data.folders.folder import (
    Folder,
    Found,
    changed,
    files_below,
    json_lines,
    with_language,
)
from polyrec.data.folders.listed import paragraphs
from polyrec.data.readers.joined import joined

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

EVENTS = ("user_id", "parent_asin", "rating", "timestamp")
ATTRIBUTES = ("store", "price", "average_rating", "rating_number")


@dataclass(frozen=True)
class AmazonReviews(Folder):
    """Reads Amazon Reviews 2023: meta_<category>.jsonl with the <category>.jsonl beside it.

    Items are parent products (parent_asin), their texts title, features and description. Every
    review is an interaction whose weight is its rating. A folder may hold several categories.

    Attributes:
        language: tag of the texts.
    """

    language: str = "en"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether meta data and reviews are there."""
        return bool(files_below(folder, "meta_*.jsonl") and _reviews(folder))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        metas = [
            _items(table)
            for path in files_below(folder, "meta_*.jsonl")
            for table in json_lines(path, catalog, whole=True)
        ]
        events = (
            _needed(table, EVENTS)
            for path in _reviews(folder)
            for table in json_lines(path, interactions, whole=False)
        )
        return Found(with_language(joined(metas), self.language), events)


def _reviews(folder: Path) -> list[Path]:
    return [path for path in files_below(folder, "*.jsonl") if not path.name.startswith("meta_")]


def _items(table: Table) -> Table:
    frame = table.frame
    found = {"item_id": frame["parent_asin"], "title": frame["title"]}
    texts = [paragraphs(frame, name) for name in ("features", "description")]
    found["description"] = pl.Series(
        ["\n".join(filter(None, parts)) for parts in zip(*texts, strict=True)], dtype=pl.String
    )
    if "main_category" in frame.columns:
        found["category"] = frame["main_category"]
    found |= {name: frame[name] for name in ATTRIBUTES if name in frame.columns}
    return changed(table, pl.DataFrame(found))


def _needed(table: Table, names: tuple[str, ...]) -> Table:
    """Keep the columns that are read; reviews have titles and ids of their own beside them."""
    missing = [name for name in names if name not in table.frame.columns]
    if missing:
        raise DataError(
            f"{table.name} has no key {missing[0]!r}", hint="give reviews of the release of 2023"
        )
    return changed(table, table.frame.select(names))
