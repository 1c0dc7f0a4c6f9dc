from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.data.load import read_table
from polyrec.data.readers.cells import ids_of, weights_of

if TYPE_CHECKING:
    from polyrec.data.readers.table import Table

CHARACTERS = st.characters(exclude_categories=["Cs"])
WEIGHTS = st.floats(2.0**-100, 2.0**100)


def _ids(*, without: str = "") -> st.SearchStrategy[str]:
    characters = CHARACTERS.filter(lambda character: character not in without)
    return st.text(characters, min_size=1).filter(_is_stripped)


def _is_stripped(text: str) -> bool:
    return bool(text) and pl.Series([text]).str.strip_chars().item() == text


def _rows(ids: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str, float]]]:
    return st.lists(st.tuples(ids, ids, WEIGHTS), min_size=1, max_size=8)


def _frame(rows: list[tuple[str, str, float]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["user_id", "item_id", "weight"], orient="row")


def _cells(table: Table) -> list[tuple[str, str, float]]:
    users, items = ids_of(table, "user_id"), ids_of(table, "item_id")
    return list(zip(users, items, weights_of(table, "weight"), strict=True))


@given(_rows(_ids()))
def test_what_polars_writes_comes_back_through_every_reader(
    rows: list[tuple[str, str, float]],
) -> None:
    frame = _frame(rows)
    assert _cells(read_table(frame)) == rows
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"t.{ending}" for ending in ("csv", "jsonl", "parquet")]
        frame.write_csv(paths[0])
        frame.write_ndjson(paths[1])
        frame.write_parquet(paths[2])
        for path in paths:
            assert _cells(read_table(path)) == rows


@given(_rows(_ids(without="\t\r\n")))
def test_what_polars_writes_as_tsv_comes_back(rows: list[tuple[str, str, float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.tsv"
        _frame(rows).write_csv(path, separator="\t", quote_style="never")
        assert _cells(read_table(path)) == rows


@given(st.text(st.sampled_from('ab",\n\r \u00e4'), max_size=30))
def test_a_malformed_csv_file_gives_cells_or_a_fault(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(f"x,y\n{text}".encode())
        with suppress(DataError):
            assert read_table(path).frame.width == 2


def test_frames_of_pandas_come_back() -> None:
    pandas = pytest.importorskip("pandas")
    rows = [("007", "ä", 1.5), ("日本", "b", 2.0)]
    assert _cells(read_table(pandas.DataFrame(_frame(rows).to_dict(as_series=False)))) == rows
