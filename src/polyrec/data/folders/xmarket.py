"""XMarket: ratings and products of one shop in eighteen countries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.core.counted import counted
from polyrec.data.folders.folder import Folder, Found, changed, delimited, files_below, json_lines
from polyrec.data.folders.listed import paragraphs, texts_in
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

NAME = re.compile(r"(?:ratings|metadata)_([a-z]{2})_.+")
LANGUAGES = {
    **dict.fromkeys(("au", "ca", "in", "sg", "uk", "us"), "en"),
    **{"br": "pt", "cn": "zh", "de": "de", "es": "es", "fr": "fr", "it": "it"},
    **{"jp": "ja", "mx": "es", "nl": "nl", "tr": "tr"},
}
"""Language of the market's texts; where it is mixed (ae, sa), it stays undetermined."""

RATINGS = ("userId", "itemId", "rating", "date")


@dataclass(frozen=True)
class XMarket(Folder):
    """Reads XMarket: ratings_<market>_<category>.txt and metadata_<market>_<category>.json.

    The files of several markets and categories may lie in the folder or in folders below it. A
    product that is sold in several markets has a text in each of their languages; of several
    markets with one language, the first by name gives it. Texts are title, features and
    description. The attribute `market` is that of products which only one market sells.
    """

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether ratings and meta data are there."""
        return bool(_files(folder, "ratings_*.txt") and _files(folder, "metadata_*.json"))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        tables = [
            _items(table, _market(path))
            for path in _files(folder, "metadata_*.json")
            for table in json_lines(path, catalog, whole=True)
        ]
        items = joined(tables)
        frame = items.frame.with_row_index("record")
        only = pl.col("market").n_unique().over("item_id") == 1
        frame = frame.with_columns(market=pl.when(only).then("market"))
        first = frame.unique(["item_id", "language"], keep="first", maintain_order=True)
        if len(first) < len(frame):
            catalog.remark(
                f"{folder}: {counted(len(frame) - len(first), 'text')} left out, as a market before"
                " has one of the item in the language already"
            )
        kept = changed(items, first.drop("record"), first["record"].to_numpy().astype("int64"))
        return Found(kept, _ratings(folder, interactions))


def _files(folder: Path, pattern: str) -> list[Path]:
    found = files_below(folder, pattern, f"*/{pattern}", f"*/*/{pattern}")
    return [path for path in found if NAME.fullmatch(path.name)]


def _market(path: Path) -> str:
    found = NAME.fullmatch(path.name)
    return found[1] if found else ""


def _items(table: Table, market: str) -> Table:
    frame = table.frame
    texts = [paragraphs(frame, name) for name in ("features", "description")]
    categories = frame["categories"] if "categories" in frame.columns else [None] * len(frame)
    made = pl.DataFrame(
        {
            "item_id": frame["asin"],
            "market": pl.repeat(market, len(frame), eager=True),
            "language": pl.repeat(LANGUAGES.get(market, "und"), len(frame), eager=True),
            "title": frame["title"],
            "description": ["\n".join(filter(None, some)) for some in zip(*texts, strict=True)],
            "category": ["|".join(texts_in(cell)) for cell in categories],
        },
        schema_overrides={"description": pl.String, "category": pl.String},
    )
    return changed(table, made)


def _ratings(folder: Path, intake: Intake) -> Iterator[Table]:
    layout = Layout(" ", quote=False, names=RATINGS)
    for path in _files(folder, "ratings_*.txt"):
        yield from delimited(path, layout, intake)
