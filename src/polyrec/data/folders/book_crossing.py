"""Book-Crossing: ratings of books, explicit and implicit, in the files of 2004 or their like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from polyrec.data.folders.folder import (
    Folder,
    Found,
    changed,
    delimited,
    encoding_of,
    file_in,
    need_file,
    with_language,
)
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.intake import Intake
    from polyrec.data.readers.table import Table

BOOKS = {"ISBN": "item_id", "Book-Title": "title", "Book-Author": "author"}
YEAR, PUBLISHER = "Year-Of-Publication", "Publisher"


@dataclass(frozen=True)
class BookCrossing(Folder):
    """Reads Book-Crossing: BX-Books.csv and BX-Book-Ratings.csv, or Books.csv and Ratings.csv.

    The former are parted by semicolons, in latin-1, with a backslash before quotes; the latter are
    plain CSV. A rating of 0 says that a book was chosen and not rated, and gets `implicit_weight`.
    Many ratings are of books that are not in the file: set bad rows aside.

    Attributes:
        implicit_weight: the weight of a book that was not rated.
        language: tag of the titles, which are in several languages.
    """

    implicit_weight: float = 1.0
    language: str = "und"

    @classmethod
    def takes(cls, folder: Path) -> bool:
        """Say whether books and ratings are there."""
        return any(
            file_in(folder, books) and file_in(folder, ratings)
            for books, ratings in (
                ("BX-Books.csv", "BX-Book-Ratings.csv"),
                ("Books.csv", "Ratings.csv"),
            )
        )

    def _read(self, folder: Path, catalog: Intake, interactions: Intake) -> Found:
        old = file_in(folder, "BX-Books.csv") is not None
        books = need_file(folder, "BX-Books.csv" if old else "Books.csv")
        ratings = need_file(folder, "BX-Book-Ratings.csv" if old else "Ratings.csv")
        table = joined(list(delimited(books, _layout(books, old=old), catalog)))
        kept = [name for name in (*BOOKS, YEAR, PUBLISHER) if name in table.frame.columns]
        items = changed(table, table.frame.select(kept).rename(BOOKS, strict=False))
        return Found(with_language(items, self.language), self._rated(ratings, old, interactions))

    def _rated(self, path: Path, old: bool, intake: Intake) -> Iterator[Table]:
        n_implicit = 0
        for table in delimited(path, _layout(path, old=old), intake):
            names = {"User-ID": "user_id", "ISBN": "item_id", "Book-Rating": "weight"}
            frame = table.frame.rename(names, strict=False)
            if "weight" in frame.columns:
                implicit = pl.col("weight") == "0"
                n_implicit += int(frame.select(implicit.sum()).item())
                weight = pl.when(implicit).then(pl.lit(f"{self.implicit_weight:g}"))
                frame = frame.with_columns(weight=weight.otherwise("weight"))
            yield changed(table, frame)
        if n_implicit:
            intake.remark(
                f"{path.name}: {n_implicit:,} ratings of 0, which are none, have the weight"
                f" {self.implicit_weight:g}"
            )


def _layout(path: Path, *, old: bool) -> Layout:
    encoding = encoding_of(path, "latin-1")
    return Layout(";", encoding=encoding, escape="\\") if old else Layout(encoding=encoding)
