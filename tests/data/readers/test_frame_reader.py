from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers.frame import Frame

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def pandas() -> ModuleType:
    found: ModuleType = pytest.importorskip("pandas")
    return found


def _column(values: Any) -> pl.Series:
    return Frame().read(values.to_frame("a")).frame["a"]


def test_a_polars_frame_is_read_as_it_is() -> None:
    frame = pl.DataFrame({"a": [1], "b": ["x"]})
    assert Frame().read(frame).frame.equals(frame)
    assert Frame().read(frame.lazy()).frame.equals(frame)


def test_a_frame_is_called_as_asked_and_counts_from_one() -> None:
    table = Frame().read(pl.DataFrame({"a": [1]}), name="catalog")
    assert (table.name, table.row(0)) == ("catalog", 1)


def test_what_is_no_frame_is_refused() -> None:
    assert not Frame.takes("t.csv")
    with pytest.raises(ConfigError) as caught:
        Frame().read("t.csv")
    assert str(caught.value) == "Frame reads data frames, not str; give a polars or pandas frame"


def test_missing_values_of_pandas_are_empty_cells(pandas: ModuleType) -> None:
    frame = pandas.DataFrame({"a": ["x", None], "b": [1.0, float("nan")], "c": [1, 2]})
    assert Frame().read(frame).frame.rows() == [("x", 1.0, 1), (None, None, 2)]


def test_every_kind_of_pandas_column_can_be_read(pandas: ModuleType) -> None:
    kinds = {
        "Int64": ([1, None], pl.Int64),
        "boolean": ([True, None], pl.Boolean),
        "category": (["x", None], pl.String),
        "string": (["x", None], pl.String),
        "object": (["x", 1], pl.String),
        "float32": ([1.5, None], pl.Float32),
        "uint8": ([1, 2], pl.UInt8),
    }
    for kind, (values, expected) in kinds.items():
        column = _column(pandas.Series(values, dtype=kind))
        assert column.dtype == expected
        assert column.to_list() == (["x", "1"] if kind == "object" else values)


def test_times_of_pandas_stay_times(pandas: ModuleType) -> None:
    for unit in ("s", "ms", "us", "ns"):
        plain = pandas.Series(["2024-05-01 12:00", None]).astype(f"datetime64[{unit}]")
        for values, hour in ((plain, 12), (plain.dt.tz_localize("Asia/Tokyo"), 3)):
            assert _column(values).to_list() == [datetime(2024, 5, 1, hour), None]


def test_a_named_index_is_a_column_and_others_are_not(pandas: ModuleType) -> None:
    frame = pandas.DataFrame({"a": [1]}, index=["x"])
    assert Frame().read(frame).frame.columns == ["a"]
    assert Frame().read(frame.rename_axis("b")).frame.columns == ["b", "a"]
    assert Frame().read(frame.rename_axis("a")).frame.rows() == [(1,)]


def test_a_pandas_column_that_stands_twice_is_refused(pandas: ModuleType) -> None:
    frame = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(DataError) as caught:
        Frame().read(frame, name="catalog")
    assert str(caught.value) == "catalog has the column 'a' twice; rename one of them"


def test_half_a_character_is_refused(pandas: ModuleType) -> None:
    frame = pandas.DataFrame({"a": pandas.Series(["\ud800"], dtype=object)})
    with pytest.raises(DataError) as caught:
        Frame().read(frame, name="catalog")
    assert str(caught.value) == (
        "catalog: column a holds half of a surrogate pair; give whole characters"
    )
