from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.parquet import Parquet

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_keep_their_types_and_rows_count_from_one(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": [1, 2], "b": ["x", None]})
    frame.write_parquet(tmp_path / "t[1].parquet")
    table = Parquet().read(tmp_path / "t[1].parquet")
    assert table.frame.equals(frame)
    assert (table.name, table.row(0)) == ("t[1].parquet", 1)


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_text("user_id,item_id\n")
    with pytest.raises(DataError) as caught:
        Parquet().read(path)
    assert str(caught.value).startswith("t.parquet cannot be read as Parquet: ")
    assert caught.value.hint == "check that the file is whole"
