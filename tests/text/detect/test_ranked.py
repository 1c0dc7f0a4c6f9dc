from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.registry import build
from polyrec.text.detect.ranked import NO_LANGUAGE

PLAIN = re.compile(r"\S+@\S+\.\S+")


@given(st.text(alphabet="ab@. ", max_size=30))
def test_addresses_are_found_as_a_plain_pattern_finds_them(text: str) -> None:
    found = [each[0] for each in NO_LANGUAGE.finditer(text)]
    assert found == [each[0] for each in PLAIN.finditer(text)]


@pytest.mark.parametrize("piece", ["a@", "a@a.", "@", " ", "\n "])
def test_no_text_takes_longer_than_its_length_deserves(piece: str) -> None:
    detector = build("detector", "py3langid")
    detector.detect(["a text that loads the model"])
    start = time.perf_counter()
    detector.detect(["a" + piece * 20_000 + "b"])
    assert time.perf_counter() - start < 5
