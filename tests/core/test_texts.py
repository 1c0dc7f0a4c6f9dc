from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.core.texts import check_texts, storable


@pytest.mark.parametrize(
    ("texts", "name", "message"),
    [
        ("saw", "texts", "texts is the text 'saw'; give a list of texts"),
        (["saw", None], "texts", "text 1 is None, not a text"),
        ([b"saw"], "sources", "text 0 of sources is b'saw', not a text"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(texts: object, name: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        check_texts(texts, name)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_texts_of_any_sequence_are_taken() -> None:
    check_texts([])
    check_texts(("saw", "", "\0"))


def test_what_no_file_can_hold_is_replaced() -> None:
    assert storable("a\0b\ud83d") == "a b?"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert storable(text) == text
