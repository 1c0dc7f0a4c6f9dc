from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.data.readers import growing
from polyrec.data.readers.numbering import UNKNOWN, Numbering

TEXTS = st.lists(st.lists(st.text(max_size=3), max_size=6), max_size=6)


@given(TEXTS)
def test_ids_are_numbered_as_they_come_whatever_the_batches(batches: list[list[str]]) -> None:
    numbering = Numbering()
    found = [numbering.add(pl.Series(batch, dtype=pl.String)).tolist() for batch in batches]
    expected = list(dict.fromkeys(text for batch in batches for text in batch))
    assert found == [[expected.index(text) for text in batch] for batch in batches]
    assert numbering.added().to_list() == expected
    assert len(numbering) == len(expected)


def test_known_ids_have_the_first_numbers_and_others_none() -> None:
    numbering = Numbering(["b", "a"])
    assert numbering.find(pl.Series(["a", "x", "b", ""])).tolist() == [1, UNKNOWN, 0, UNKNOWN]
    assert numbering.add(pl.Series(["x", "a", ""])).tolist() == [2, 1, 3]
    assert numbering.added().to_list() == ["x", ""]


def test_two_numberings_know_nothing_of_each_other() -> None:
    one, other = Numbering(["a"]), Numbering()
    other.add(pl.Series(["z", "y", "x"]))
    assert one.find(pl.Series(["a", "x"])).tolist() == [0, UNKNOWN]
    assert other.add(pl.Series(["a"])).tolist() == [3]


@given(st.lists(st.lists(st.integers(0, 9), max_size=7), max_size=7))
def test_an_array_grows_by_pieces_of_any_length(pieces: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing, "BLOCK", 3)
        array = growing.Growing(np.int32)
        for piece in pieces:
            array.extend(np.array(piece, dtype=np.int64))
        flat = [value for piece in pieces for value in piece]
        assert len(array) == len(flat)
        assert array.whole(np.int64, np.arange(10) * 2).tolist() == [value * 2 for value in flat]
        assert len(array) == 0
