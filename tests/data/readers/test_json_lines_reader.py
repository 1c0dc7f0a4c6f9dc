from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers import json_lines
from polyrec.data.readers.json_lines import JsonLines

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.table import Table


def _read(folder: Path, content: str | bytes) -> Table:
    path = folder / "t.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return JsonLines().read(path)


def _fault(folder: Path, content: str | bytes) -> str:
    with pytest.raises(DataError) as caught:
        _read(folder, content)
    return str(caught.value)


def test_a_key_that_a_line_does_not_have_is_an_empty_cell(tmp_path: Path) -> None:
    table = _read(tmp_path, '{"a": "1"}\n{"b": "2"}\n')
    assert table.frame.to_dicts() == [{"a": "1", "b": None}, {"a": None, "b": "2"}]


def test_rows_are_lines_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    table = _read(tmp_path, b'\xef\xbb\xbf{"a": "1"}\r\n\r\n{"a": "2"}')
    assert (table.row(0), table.row(1)) == (1, 3)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("1 2", pl.Int64),
        ("1 2.5", pl.Float64),
        ("true null", pl.Boolean),
        ('["x"] []', pl.List(pl.String)),
        ('["x"] [5]', pl.List(pl.String)),
        ('["x"] [{}]', pl.String),
        ('1 "x"', pl.String),
        ("null null", pl.String),
        ("1 99999999999999999999", pl.String),
    ],
)
def test_a_column_has_the_one_type_that_fits_all_its_values(
    tmp_path: Path, values: str, kind: pl.DataType
) -> None:
    lines = "".join(f'{{"a": {value}}}\n' for value in values.split())
    assert _read(tmp_path, lines).frame["a"].dtype == kind


def test_numbers_among_texts_become_texts(tmp_path: Path) -> None:
    lines = "".join(f'{{"a": {value}}}\n' for value in ('"x"', "7", "7.0", "0.5", "true"))
    assert _read(tmp_path, lines).frame["a"].to_list() == ["x", "7", "7", "0.5", "true"]


def test_an_object_stays_json_with_its_keys_in_order(tmp_path: Path) -> None:
    table = _read(tmp_path, '{"a": {"de": "ä", "en": null}}\n{"a": {"en": "x", "de": "y"}}\n')
    assert table.frame["a"].to_list() == ['{"de": "ä", "en": null}', '{"en": "x", "de": "y"}']


def test_a_column_that_begins_late_is_empty_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "LINES_AT_ONCE", 2)
    lines = ['{"a": 1}'] * 3 + ['{"b": 2.5}'] * 2
    assert _read(tmp_path, "\n".join(lines)).frame.rows() == [
        *[(1, None)] * 3,
        *[(None, 2.5)] * 2,
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"a": 1', "row 2 is not JSON: Expecting ',' delimiter"),
        ("[1, 2]", "row 2 is [1, 2], not an object"),
        ("[" * 100_000, "row 2 is not JSON: it is nested too deep"),
        ('{"a": "\\ud800"}', "row 2 is not JSON: it holds half of a surrogate pair"),
    ],
)
def test_a_line_that_is_no_json_object_is_refused_by_number(
    tmp_path: Path, line: str, said: str
) -> None:
    assert _fault(tmp_path, f'{{"a": 1}}\n{line}\n') == (
        f"t.jsonl {said}; give one JSON object per line"
    )


def test_a_line_that_is_not_utf_8_is_refused_by_number(tmp_path: Path) -> None:
    assert _fault(tmp_path, b'{"a": 1}\n\n{"a": "\xe4"}\n').startswith(
        "t.jsonl line 3: byte 0xe4 is not utf-8; save the file as UTF-8"
    )


def test_a_file_of_blank_lines_is_refused(tmp_path: Path) -> None:
    assert _fault(tmp_path, "\n\n") == "t.jsonl is empty; give one JSON object per line"
