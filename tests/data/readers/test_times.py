from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.data.readers.table import Table
from polyrec.data.readers.times import times_of

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def _times(cells: Any) -> list[float]:
    return times_of(Table("t.csv", pl.DataFrame({"c": cells})), "c").to_list()


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01T12:00:00.000Z",
        "2024-05-01 12:00:00",
        "2024-05-01 12:00",
        " 2024-05-01t12:00z ",
        "2024-05-01T14:00:00+02:00",
        "2024-05-01T14:00+0200",
        "2024-05-01 14:00:00 +02",
        "2024-05-01T06:30:00-05:30",
        "1714564800",
        "1714564800.0",
        "1714564800000",
        "1714564800000000",
        "1714564800000000000",
    ],
)
def test_a_moment_is_read_in_every_usual_form(text: str) -> None:
    assert _times([text]) == [NOON]


def test_a_date_is_its_first_moment() -> None:
    assert _times(["2024-05-01", "1969-12-31"]) == [NOON - 12 * 3600, -86400]


def test_parts_of_seconds_count() -> None:
    assert _times(["1970-01-01T00:00:01.25Z", "1970-01-01 00:00:01,5"]) == [1.25, 1.5]


def test_moments_may_be_written_in_several_forms_in_one_column() -> None:
    assert _times(["1714564800", "2024-05-01", "2024-05-01 12:00"]) == [
        NOON,
        NOON - 12 * 3600,
        NOON,
    ]


def test_each_number_is_taken_in_its_own_unit() -> None:
    assert _times([0, 1000, 1_714_564_800_000]) == [0, 1000, NOON]
    assert _times([1_714_564_800, 1_714_564_800_000_000_000]) == [NOON, NOON]


def test_typed_moments_are_taken_as_they_are() -> None:
    noon = datetime(2024, 5, 1, 12)
    for unit in ("ms", "us", "ns"):
        plain = pl.Series([noon], dtype=pl.Datetime(unit))
        assert _times(plain) == [NOON]
        assert _times(plain.dt.replace_time_zone("Asia/Tokyo")) == [NOON - 9 * 3600]
    assert _times([date(2024, 5, 1)]) == [NOON - 12 * 3600]


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), OFFSETS)
def test_iso_8601_is_read_as_python_reads_it(moment: datetime, zone: timezone) -> None:
    told = moment.replace(tzinfo=zone)
    assert _times([told.isoformat()]) == pytest.approx([told.timestamp()], abs=1e-4)


@pytest.mark.parametrize(
    "text", ["yesterday", "2024-13-01", "2024-02-30", "2024-05-01 24:00", "05/01/2024", "nan"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(DataError) as caught:
        _times(["0", text])
    assert str(caught.value) == (
        f"t.csv row 2: c is {text!r}, not a time; give ISO 8601, such as 2024-05-01 or"
        " 2024-05-01T12:00:00Z, or Unix seconds or milliseconds"
    )


@pytest.mark.parametrize("cells", [["0", " "], ["0", None], [0, None], [date(2024, 5, 1), None]])
def test_a_missing_moment_is_refused(cells: list[object]) -> None:
    with pytest.raises(DataError) as caught:
        _times(cells)
    assert str(caught.value) == "t.csv row 2: c is empty; fill it in, or leave the column out"
