from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.core.types import IdMap
from polyrec.data.readers.table import Table
from polyrec.data.readers.to_interactions import to_interactions

if TYPE_CHECKING:
    from polyrec.data.interactions import Interactions

ITEMS = IdMap(("a", "b", "c"))


def _read(columns: dict[str, Any]) -> tuple[Interactions, tuple[str, ...]]:
    table = Table("events.csv", pl.DataFrame(columns))
    return to_interactions(table, ITEMS, catalog_name="items.csv")


def test_users_are_sorted_and_rows_stay_in_order() -> None:
    interactions, notes = _read({"user": ["v", "u", "v"], "item": ["c", "a", "b"]})
    assert interactions.users.names == ("u", "v")
    assert interactions.user.tolist() == [1, 0, 1]
    assert interactions.item.tolist() == [2, 0, 1]
    assert notes == ()


def test_a_row_without_weight_counts_one_and_has_no_time() -> None:
    interactions, _ = _read({"user": ["u"], "item": ["a"]})
    assert interactions.weight.tolist() == [1.0]
    assert interactions.time is None


def test_a_rating_column_becomes_the_weight_and_a_timestamp_the_time() -> None:
    interactions, _ = _read(
        {"userId": [1], "itemID": ["a"], "rating": ["4.5"], "timestamp": ["1970-01-02"]}
    )
    assert interactions.users.names == ("1",)
    assert interactions.weight.tolist() == [4.5]
    assert interactions.time is not None
    assert interactions.time.tolist() == [86400.0]


def test_arrays_have_the_types_that_are_shared() -> None:
    interactions, _ = _read({"user": ["u"], "item": ["a"], "weight": [1], "time": [0]})
    arrays = (interactions.user, interactions.item, interactions.weight, interactions.time)
    assert [array.dtype for array in arrays if array is not None] == [
        np.int64,
        np.int64,
        np.float32,
        np.float64,
    ]


def test_pairs_that_stand_again_are_summed_and_said() -> None:
    interactions, notes = _read(
        {
            "user": ["u", "v", "u", "u", "v"],
            "item": ["a", "b", "b", "a", "b"],
            "rating": [1.0, 2.0, 3.0, 4.0, 5.0],
            "time": [9, 1, 2, 3, 4],
        }
    )
    assert interactions.user.tolist() == [0, 1, 0]
    assert interactions.item.tolist() == [0, 1, 1]
    assert interactions.weight.tolist() == [5.0, 7.0, 3.0]
    assert interactions.time is not None
    assert interactions.time.tolist() == [9.0, 4.0, 2.0]
    assert notes == (
        "events.csv: 2 pairs stood more than once and were summed"
        " (first: row 4, user 'u', item 'a')",
    )


def test_one_pair_that_stands_again_is_said_in_the_singular() -> None:
    interactions, notes = _read({"user": ["u", "u"], "item": ["a", "a"]})
    assert interactions.weight.tolist() == [2.0]
    assert notes == (
        "events.csv: 1 pair stood more than once and was summed (first: row 2, user 'u', item 'a')",
    )


def test_no_interactions_are_allowed_and_said() -> None:
    interactions, notes = _read({"user": [], "item": [], "weight": [], "time": []})
    assert len(interactions) == 0
    assert notes == ("events.csv has no interactions",)


def test_an_item_that_is_not_in_the_catalog_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        _read({"user": ["u", "u", "v"], "movieId": ["a", "x", "y"]})
    assert str(caught.value) == (
        "events.csv row 2: movieId is 'x', which is not in items.csv (and 1 more row);"
        " add the item to the catalog, or leave such rows out"
    )


def test_the_id_of_an_event_is_not_taken_for_an_item() -> None:
    with pytest.raises(DataError, match=r"^events\.csv has no column item_id"):
        _read({"user": ["u"], "id": ["a"]})
