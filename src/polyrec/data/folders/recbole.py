"""RecBole's atomic files: tables parted by tabs, whose headers name columns and types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError
from polyrec.data.folders.folder import Folder, Found, changed, delimited, files_below
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

USUAL = {
    "title": re.compile(r"(\w+_)?(title|name)"),
    "category": re.compile(r"(\w+_)?(class|categor(y|ies)|genres?)"),
    "user_id": re.compile(r"user(_id)?|session(_id)?"),
}
"""What columns are renamed to, and the first of which names is."""


@dataclass(frozen=True)
class RecBole(Folder):
    """Reads RecBole's atomic files: one or more .inter, and .item with a column of titles.

    Types behind column names are left out. A session stands for a user where there is none. Where
    interactions are in several files, as `.train.inter` and `.test.inter`, all of them are read.

    Attributes:
        language: tag of texts whose row names none.
    """

    language: str = "und"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether there are atomic files."""
        return bool(files_below(folder, "*.inter"))

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        items = files_below(folder, "*.item")
        if not items:
            raise DataError(
                f"{folder} has no .item file, so its items have no texts",
                hint="name a catalog with texts, and the .inter file as interactions",
            )
        tables = [table for path in items for table in _tables(path, catalog)]
        found = joined(tables)
        if "language" not in found.frame.columns:
            import polars as pl

            found = changed(found, found.frame.with_columns(language=pl.lit(self.language)))
        events = files_below(folder, "*.inter")
        return Found(found, (table for path in events for table in _tables(path, interactions)))


def _tables(path: Path, intake: Intake) -> Iterator[Table]:
    for table in delimited(path, Layout("\t", quote=False), intake):
        plain = {name: name.partition(":")[0] for name in table.frame.columns}
        for usual, pattern in USUAL.items():
            if usual not in plain.values():
                fits = (own for own, name in plain.items() if pattern.fullmatch(name))
                plain |= dict.fromkeys(list(fits)[:1], usual)
        yield changed(table, table.frame.rename(plain))
