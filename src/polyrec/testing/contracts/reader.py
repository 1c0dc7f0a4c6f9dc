"""What every reader promises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from polyrec.core.errors import ConfigError, DataError, PolyrecError
from polyrec.data.readers.to_catalog import to_catalog
from polyrec.testing.contracts.part import PartContract, refusal

if TYPE_CHECKING:
    from pathlib import Path


class ReaderContract(PartContract):
    """Write `class TestMine(ReaderContract)` with `part = Mine()` and `write`."""

    kind = "reader"

    def write(self, frame: pl.DataFrame, folder: Path) -> Any:
        """Write a table in the reader's format into a folder, and give what `read` takes."""
        raise NotImplementedError

    @property
    def table(self) -> pl.DataFrame:
        """What is written: ids, texts of two scripts, languages."""
        return pl.DataFrame(
            {
                "item_id": ["b", "a", "007"],
                "text": ["Holz sägen", "木工", "bois, scie"],
                "language": ["de", "ja", "fr"],
            }
        )

    def test_what_was_written_is_read_in_the_same_order(self, tmp_path: Path) -> None:
        read = self.make().read(self.write(self.table, tmp_path)).frame
        assert read.columns == self.table.columns
        assert read.rows() == self.table.rows()

    def test_what_was_read_makes_a_catalog(self, tmp_path: Path) -> None:
        catalog = to_catalog(self.make().read(self.write(self.table, tmp_path)))
        assert catalog.ids.names == ("b", "a", "007")
        assert catalog.language == ("de", "ja", "fr")

    def test_rows_are_numbered_upwards(self, tmp_path: Path) -> None:
        table = self.make().read(self.write(self.table, tmp_path))
        rows = [table.row(index) for index in range(3)]
        assert rows == sorted(set(rows))
        assert rows[0] >= 1

    def test_reading_changes_nothing(self, tmp_path: Path) -> None:
        source = self.write(self.table, tmp_path)
        one, other = self.make().read(source), self.make().read(source)
        assert one.frame.equals(other.frame)

    def test_a_table_without_rows_is_empty_or_refused(self, tmp_path: Path) -> None:
        source = self.write(self.table.clear(), tmp_path)
        try:
            assert self.make().read(source).frame.is_empty()
        except DataError as error:
            assert "empty" in str(error)  # noqa: PT017 (either will do)

    def test_it_takes_its_own_sources_and_no_others(self, tmp_path: Path) -> None:
        assert type(self.part).takes(self.write(self.table, tmp_path))
        assert not type(self.part).takes(tmp_path / "table.no-such-format")
        assert not type(self.part).takes(3)

    def test_what_it_does_not_read_is_refused(self, tmp_path: Path) -> None:
        assert refusal(ConfigError, lambda: self.make().read(3))
        missing = tmp_path / "missing"
        assert refusal(PolyrecError, lambda: self.make().read(missing))

    def test_an_empty_or_missing_file_is_named(self, tmp_path: Path) -> None:
        if not self.part.endings:
            return
        path = tmp_path / f"table{self.part.endings[0]}"
        assert "table" in refusal(DataError, lambda: self.make().read(path))
        path.write_bytes(b"")
        assert "table" in refusal(DataError, lambda: self.make().read(path))
