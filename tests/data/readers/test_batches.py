from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.types import IdMap
from polyrec.data.load import read_dataset, read_tables
from polyrec.data.readers import blocks, json_lines, parquet, quoted, repeats
from polyrec.data.readers.intake import Intake
from polyrec.data.readers.repeats import merged
from polyrec.data.readers.table import Table
from polyrec.data.readers.to_interactions import to_interactions

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEMS = IdMap(("a", "b", "c"))
CATALOG = pl.DataFrame({"item_id": ITEMS.names, "text": ["x", "y", "z"]})
ROWS = st.lists(
    st.tuples(st.sampled_from(["u", "ü", "日本", 'q"r', "s,t"]), st.sampled_from(ITEMS.names)),
    min_size=1,
    max_size=30,
)


@pytest.fixture(autouse=True, scope="module")
def _small_batches() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", 16)
        patch.setattr(quoted, "RECORDS_AT_ONCE", 2)
        for module in (parquet, repeats):
            patch.setattr(module, "ROWS_AT_ONCE", 2)
        patch.setattr(json_lines, "LINES_AT_ONCE", 2)
        yield


def _write(frame: pl.DataFrame, ending: str, folder: str) -> Path:
    path = Path(folder) / f"events.{ending}"
    writers = {
        "csv": frame.write_csv,
        "jsonl": frame.write_ndjson,
        "parquet": frame.write_parquet,
    }
    writers[ending](path)
    return path


@settings(max_examples=40)
@given(ROWS, st.sampled_from(["csv", "jsonl", "parquet"]))
def test_batches_give_what_the_whole_gives(rows: list[tuple[str, str]], ending: str) -> None:
    frame = pl.DataFrame(rows, schema=["user_id", "item_id"], orient="row")
    frame = frame.with_columns(
        weight=pl.int_range(1, pl.len() + 1), timestamp=pl.int_range(pl.len()) + 1_700_000_000
    )
    expected, notes = to_interactions(Table("events", frame), ITEMS)
    with tempfile.TemporaryDirectory() as folder:
        path = _write(frame, ending, folder)
        tables = list(read_tables([path], intake=Intake()))
        found, said = to_interactions(tables, ITEMS)
    assert len(rows) < 3 or len(tables) > 1 or ending == "csv"
    for name in ("user", "item", "weight", "time"):
        assert getattr(found, name).tolist() == getattr(expected, name).tolist()
    assert found.users == expected.users
    assert [note.partition("(")[0].partition(": ")[2] for note in said] == [
        note.partition("(")[0].partition(": ")[2] for note in notes
    ]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=20), st.booleans())
def test_repeats_are_merged_in_the_place_of_the_first(
    pairs: list[tuple[int, int]], summed: bool
) -> None:
    columns = {
        "user": np.array([u for u, _ in pairs], dtype=np.int64),
        "item": np.array([i for _, i in pairs], dtype=np.int64),
        "weight": np.arange(1, len(pairs) + 1, dtype=np.float32),
        "time": np.arange(len(pairs), dtype=np.float64),
    }
    expected: dict[tuple[int, int], tuple[float, float]] = {}
    for place, pair in enumerate(pairs):
        if pair not in expected:
            expected[pair] = (place + 1, place)
        elif summed:
            expected[pair] = (expected[pair][0] + place + 1, place)
    told = merged(columns, 3, "sum" if summed else "once")
    kept = list(zip(columns["user"].tolist(), columns["item"].tolist(), strict=True))
    assert kept == list(expected)
    values = zip(columns["weight"].tolist(), columns["time"].tolist(), strict=True)
    assert list(values) == list(expected.values())
    assert (told is None) == (len(kept) == len(pairs))
    if told is not None:
        assert told.n_rows == len(pairs) - len(kept)
        assert pairs[told.first] in pairs[: told.first]


@pytest.mark.parametrize("quote", ["", '"'])
def test_rows_are_numbered_through_all_batches(tmp_path: Path, quote: str) -> None:
    lines = [f"{quote}user-{i}{quote},a\n\n" for i in range(9)]
    path = tmp_path / "events.csv"
    path.write_text("user,item\n" + "".join(lines) + "last,nope\n")
    with pytest.raises(DataError, match=r"^events\.csv row 20: item is 'nope'"):
        read_dataset(CATALOG, path)


def test_a_repeated_pair_is_named_by_its_row_in_a_later_file(tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / f"{name}.csv").write_text("user,item\nlong-name-of-u,a\n")
    notes = read_dataset(CATALOG, tmp_path).notes
    assert notes == (
        "1.csv: 1 pair stood more than once and was summed"
        " (first: row 2 of 2.csv, user 'long-name-of-u', item 'a')",
    )


def test_a_quote_in_a_late_batch_is_a_quote(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("user,item\n" + "plain-user,a\n" * 3 + '"quoted, user",b\nplain-user,c\n')
    data = read_dataset(CATALOG, path)
    assert data.interactions.users.names == ("plain-user", "quoted, user")
    assert len(data.interactions) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "cp1252", "shift-jis"])
def test_characters_are_whole_where_batches_end(tmp_path: Path, encoding: str) -> None:
    name = "日本語" if encoding == "shift-jis" else "äöü"
    path = tmp_path / "events.csv"
    path.write_bytes(("user,item\n" + f"{name},a\n{name}x,b\n" * 9).encode(encoding))
    data = read_dataset(CATALOG, path, reader={"encoding": encoding})
    assert data.interactions.users.names == (name, f"{name}x")


def test_a_byte_that_is_wrong_in_a_late_batch_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_bytes(b"user,item\n" + b"plain-user,a\n" * 9 + b"\xe4,a\n")
    with pytest.raises(DataError, match=r"^events\.csv line 11: byte 0xe4 is not utf-8"):
        read_dataset(CATALOG, path)
    path.write_bytes("user,item\nä,a\n".encode("utf-16-le") + b"\x00\xd8" * 2)
    with pytest.raises(DataError, match=r"^events\.csv line 3: .* is not utf-16-le"):
        read_dataset(CATALOG, path, reader={"encoding": "utf-16-le"})
