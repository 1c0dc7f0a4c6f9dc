"""What every reader of folders promises."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.load import read_dataset
from polyrec.testing.contracts.part import PartContract, refusal

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.dataset import Dataset

WITH_TYPES = (".parquet", ".gzip")


class FolderContract(PartContract):
    """Write `class TestMine(FolderContract)` with `part = Mine()` and `write`."""

    kind = "folder"

    def write(self, folder: Path) -> None:
        """Write a small dataset into an empty folder: a few items, and some interactions."""
        raise NotImplementedError

    def read(self, folder: Path, **options: Any) -> Dataset:
        """Read a folder with the part."""
        return read_dataset(folder, reader=self.make(), **options)

    def test_a_folder_gives_items_with_texts_and_who_chose_them(self, tmp_path: Path) -> None:
        self.write(tmp_path)
        data = self.read(tmp_path)
        assert len(data.catalog) > 0
        assert any(data.catalog.text)
        assert len(data.interactions) > 0
        assert all(data.interactions.users.names)

    def test_it_is_chosen_by_its_files_and_by_no_others(self, tmp_path: Path) -> None:
        cls = type(self.part)
        assert not cls.takes(tmp_path)
        (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
        assert not cls.takes(tmp_path)
        self.write(tmp_path)
        assert cls.takes(tmp_path)
        assert len(read_dataset(tmp_path).catalog) == len(self.read(tmp_path).catalog)

    def test_reading_twice_gives_the_same(self, tmp_path: Path) -> None:
        self.write(tmp_path)
        one, other = self.read(tmp_path), self.read(tmp_path)
        assert one.catalog == other.catalog
        assert one.interactions.users == other.interactions.users
        assert one.interactions.item.tolist() == other.interactions.item.tolist()
        assert one.notes == other.notes

    def test_text_files_may_be_packed(self, tmp_path: Path) -> None:
        self.write(tmp_path)
        plain = self.read(tmp_path)
        for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
            if path.suffix in (".gz", *WITH_TYPES):
                continue
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
            path.unlink()
        packed = self.read(tmp_path)
        assert packed.catalog == plain.catalog
        assert packed.interactions.weight.tolist() == plain.interactions.weight.tolist()

    def test_a_clean_folder_is_read_the_same_where_bad_rows_are_set_aside(
        self, tmp_path: Path
    ) -> None:
        folder = tmp_path / "data"
        folder.mkdir()
        self.write(folder)
        apart = tmp_path / "quarantine"
        data = self.read(folder, on_bad_rows="quarantine", quarantine=apart)
        assert data.catalog == self.read(folder).catalog
        assert not apart.exists()

    def test_a_folder_that_is_missing_or_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        assert "none" in refusal(DataError, lambda: self.read(tmp_path / "none"))
        assert str(tmp_path) in refusal(ConfigError, lambda: self.read(tmp_path))
