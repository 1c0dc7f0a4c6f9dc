"""Amazon-M2 (KDD Cup 2023): shopping sessions in six locales, and their products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.data.folders.folder import Folder, Found, changed, delimited, file_in, need_file
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

LANGUAGES = {"UK": "en", "DE": "de", "JP": "ja", "ES": "es", "FR": "fr", "IT": "it"}
LISTED = r"[^\s'\"\[\],]+"
"""An id in a list as NumPy prints it: `['B0' 'B1']`, over several lines if it is long."""


@dataclass(frozen=True)
class AmazonM2(Folder):
    """Reads Amazon-M2: products_train.csv and sessions_train.csv.

    A session is a user, named by locale and row, who chose its earlier items and the next one; a
    product that is sold in several locales has a text in each of their languages. Sessions have no
    times. The test sessions are not read, as what came next is kept back.
    """

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether products and sessions are there."""
        return bool(file_in(folder, "products_train.csv") and file_in(folder, "sessions_train.csv"))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        path = need_file(folder, "products_train.csv")
        products = joined(list(delimited(path, Layout(), catalog)))
        language = pl.col("locale").replace_strict(LANGUAGES, default=pl.col("locale"))
        frame = products.frame.with_columns(language=language).drop("locale")
        names = {"id": "item_id", "desc": "description"}
        return Found(
            changed(products, frame.rename(names, strict=False)),
            _sessions(need_file(folder, "sessions_train.csv"), interactions),
        )


def _sessions(path: Path, intake: Intake) -> Iterator[Table]:
    for table in delimited(path, Layout(), intake):
        items = pl.concat_list(
            pl.col("prev_items").fill_null("").str.extract_all(LISTED), pl.col("next_item")
        )
        row = pl.Series("row", [table.row(i) for i in range(len(table.frame))], pl.Int64)
        user = pl.concat_str(pl.col("locale"), pl.lit("-"), row.cast(pl.String))
        rows = table.frame.select(
            user_id=user, item_id=items, record=pl.int_range(pl.len())
        ).explode("item_id")
        yield changed(table, rows.drop("record"), rows["record"].to_numpy())
