"""The reader of TSV files: columns parted by tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrec.data.readers.delimited import delimited_tables
from polyrec.data.readers.encoding import check_encoding
from polyrec.data.readers.intake import Intake
from polyrec.data.readers.joined import joined
from polyrec.data.readers.layout import Layout
from polyrec.data.readers.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from polyrec.data.readers.table import Table


@dataclass(frozen=True)
class Tsv(Reader):
    """Reads TSV files whose first row names the columns; otherwise as `Csv`.

    Attributes:
        quote: whether a field that begins with a quote ends with one, as in CSV; by default a
            quote is a character like any other, and a field holds neither tab nor line break.
        encoding: how the file writes characters.
    """

    endings = (".tsv",)

    quote: bool = False
    encoding: str = "utf-8"

    def __post_init__(self) -> None:
        check_encoding(self.encoding)

    def _batches(self, source: Path, name: str, intake: Intake, *, whole: bool) -> Iterator[Table]:
        del name, whole
        layout = Layout("\t", quote=self.quote, encoding=self.encoding)
        return delimited_tables(source, layout, intake)

    def _read(self, source: Path, name: str) -> Table:
        return joined(list(self._batches(source, name, Intake(), whole=True)))
