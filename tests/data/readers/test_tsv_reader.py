from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.tsv import Tsv

if TYPE_CHECKING:
    from pathlib import Path


def test_a_quote_is_a_character_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text('a\tb\n"1\t2"\n3,5\t"\n')
    assert Tsv().read(path).frame.rows() == [('"1', '2"'), ("3,5", '"')]


def test_fields_in_quotes_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text('a\tb\n"1\t2"\t3\n')
    assert Tsv(quote=True).read(path).frame.rows() == [("1\t2", "3")]


def test_an_encoding_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_bytes("a\tb\n1\tä\n".encode("utf-16"))
    assert Tsv(encoding="utf-16").read(path).frame.rows() == [("1", "ä")]


def test_a_row_with_too_few_fields_is_refused_by_number(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    path.write_text("a\tb\n1\t2\n3\n")
    with pytest.raises(DataError) as caught:
        Tsv().read(path)
    assert str(caught.value) == "t.tsv row 3: 1 field, but the header has 2"
