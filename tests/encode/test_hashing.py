from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import ConfigError
from polyrec.core.vectors import unit_rows
from polyrec.encode.hashing import Hashing


@given(st.lists(st.text(), max_size=5))
def test_any_text_has_a_unit_row_or_zeros(texts: list[str]) -> None:
    vectors = Hashing(size=32).encode(texts)
    lengths = np.linalg.norm(vectors, axis=1)
    assert vectors.shape == (len(texts), 32)
    assert np.all(np.isclose(lengths, 1, atol=1e-5) | (lengths == 0))


def test_letter_case_does_not_matter() -> None:
    one, other = Hashing().encode(["Holz", "HOLZ"])
    assert np.array_equal(one, other)


def test_texts_that_share_letters_lie_near_each_other() -> None:
    wood, woods, star = Hashing().encode(["woodworking", "woodworkers", "astronomy"])
    assert wood @ woods > 0.5 > wood @ star


def test_texts_shorter_than_an_ngram_can_be_told_apart() -> None:
    vectors = Hashing(ngram=8).encode(["a", "b", ""])
    assert len({tuple(row) for row in vectors.tolist()}) == 3


def test_the_vector_is_the_same_on_every_machine() -> None:
    assert Hashing(size=4).encode(["a"]).tolist() == [[1, 0, 0, 0]]


def test_settings_are_in_the_fingerprint() -> None:
    assert Hashing().fingerprint == "hashing-1/256/3"
    assert Hashing(size=8, ngram=2).fingerprint == "hashing-1/8/2"


@pytest.mark.parametrize("settings", [{"size": 0}, {"ngram": 0}, {"size": -1}])
def test_a_size_below_one_is_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="give at least 1"):
        Hashing(**settings)


def test_rows_of_zeros_stay_zeros() -> None:
    rows = unit_rows(np.array([[3, 4], [0, 0]], dtype=np.float32))
    assert np.allclose(rows, [[0.6, 0.8], [0, 0]])
    assert rows.dtype == np.float32
