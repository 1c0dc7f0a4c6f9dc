from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.readers import quoted
from polyrec.data.readers.csv import Csv

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.readers.table import Table


def _read(folder: Path, content: str | bytes, reader: Csv | None = None) -> Table:
    path = folder / "t.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return (reader or Csv()).read(path)


def _rows(
    folder: Path, content: str | bytes, reader: Csv | None = None
) -> list[tuple[object, ...]]:
    return _read(folder, content, reader).frame.rows()


def _fault(folder: Path, content: str | bytes, reader: Csv | None = None) -> str:
    with pytest.raises(DataError) as caught:
        _read(folder, content, reader)
    return str(caught.value)


def test_every_cell_is_text_so_that_ids_keep_their_zeros(tmp_path: Path) -> None:
    assert _rows(tmp_path, "a,b\n007,1.50\n") == [("007", "1.50")]


def test_white_space_around_column_names_is_no_part_of_them(tmp_path: Path) -> None:
    assert _read(tmp_path, " a ,\tb\n1,2\n").frame.columns == ["a", "b"]


def test_columns_without_a_name_are_left_out(tmp_path: Path) -> None:
    table = _read(tmp_path, ",a,,b\n0,1,,2\n")
    assert table.frame.to_dicts() == [{"a": "1", "b": "2"}]


def test_a_table_whose_columns_all_lack_a_name_has_none(tmp_path: Path) -> None:
    for content in (",,\n1,2,3\n", '""\n', '"",\n'):
        assert _read(tmp_path, content).frame.width == 0


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    for header in ("a,b", '"a",b'):
        content = b"\xef\xbb\xbf" + f"{header}\n1,2\n".encode()
        assert _read(tmp_path, content).frame.columns == ["a", "b"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("field", ["2", '"2"'])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str, field: str) -> None:
    assert _rows(tmp_path, end.join(["a,b", f"1,{field}", "3,4"])) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize("field", ["2", '"2"'])
def test_rows_without_content_are_left_out_and_counted(tmp_path: Path, field: str) -> None:
    table = _read(tmp_path, f"\n\na,b\n1,{field}\n\n,\n3,4\n\n")
    assert table.frame.rows() == [("1", "2"), ("3", "4")]
    assert [table.row(0), table.row(1)] == [4, 7]


def test_a_row_has_the_number_of_the_line_on_which_it_begins(tmp_path: Path) -> None:
    table = _read(tmp_path, 'a,b\n1,"x\ny,""z"""\n2,w\n')
    assert table.frame.rows() == [("1", 'x\ny,"z"'), ("2", "w")]
    assert [table.row(0), table.row(1)] == [2, 4]


def test_a_quote_inside_a_field_without_quotes_is_a_character(tmp_path: Path) -> None:
    assert _rows(tmp_path, 'a,b\n1,12" record\n2,7" single\n') == [
        ("1", '12" record'),
        ("2", '7" single'),
    ]


def test_the_columns_of_a_table_without_rows_are_known(tmp_path: Path) -> None:
    for header in ("a,b\n", '"a","b"'):
        table = _read(tmp_path, header)
        assert (table.frame.columns, table.frame.height) == (["a", "b"], 0)


def test_separator_and_encoding_can_be_set(tmp_path: Path) -> None:
    content = "a;b\n1,5;ä\n"
    for encoding in ("cp1252", "utf-16", "UTF8"):
        reader = Csv(separator=";", encoding=encoding)
        assert _rows(tmp_path, content.encode(encoding), reader) == [("1,5", "ä")]


def test_a_wrong_separator_is_suspected(tmp_path: Path) -> None:
    assert _fault(tmp_path, "a;b\n1;2\n") == (
        "t.csv has one column, 'a;b';"
        " if ';' parts its columns, use the reader csv with that separator"
    )


@pytest.mark.parametrize("quoted", ["", '"'])
def test_a_row_with_too_few_fields_is_refused(tmp_path: Path, quoted: str) -> None:
    content = f"a,b\n1,{quoted}2{quoted}\n\n3\n"
    assert _fault(tmp_path, content) == "t.csv row 4: 1 field, but the header has 2"


@pytest.mark.parametrize("quoted", ["", '"'])
def test_a_row_with_too_many_fields_is_refused(tmp_path: Path, quoted: str) -> None:
    for end in ("3,4,5\n", "3,4,", ",,"):
        content = f"a,b\n1,{quoted}2{quoted}\n{end}"
        assert _fault(tmp_path, content) == (
            "t.csv row 3: 3 fields, but the header has 2;"
            " put a field that holds the separator in quotes"
        )


def test_an_empty_last_cell_is_no_missing_field(tmp_path: Path) -> None:
    assert _rows(tmp_path, "a,b\n1,\n2,3\n") == [("1", None), ("2", "3")]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ('1,"2\n3,4\n', "row 2: a quote is never closed"),
        ('1,2\n3,"4"5\n', "row 3: a field goes on behind its closing quote"),
        (f'1,"{"x" * 1001}"\n', "row 2: a field is longer than 1,000 characters"),
    ],
)
def test_quotes_that_do_not_fit_are_refused(
    tmp_path: Path, rows: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quoted, "LONGEST_FIELD", 1000)
    hint = "put a field that holds quotes in quotes, and double the quotes inside"
    assert _fault(tmp_path, f"a,b\n{rows}") == f"t.csv {said}; {hint}"


@pytest.mark.parametrize("quoted", ["", '"'])
def test_a_byte_that_is_not_in_the_encoding_is_named_by_line(tmp_path: Path, quoted: str) -> None:
    content = f"a,b\n1,{quoted}2{quoted}\n3,\u00e4\n".encode("cp1252")
    assert _fault(tmp_path, content) == (
        "t.csv line 3: byte 0xe4 is not utf-8;"
        " save the file as UTF-8, or set the reader's encoding, such as 'cp1252'"
    )


def test_a_bad_byte_in_the_column_names_is_found_too(tmp_path: Path) -> None:
    assert _fault(tmp_path, b"a\xff,b\n1,2\n").startswith("t.csv line 1: byte 0xff is not utf-8;")


def test_a_bad_byte_of_another_encoding_is_named_by_line(tmp_path: Path) -> None:
    said = _fault(tmp_path, b"a,b\n1,\x81\n", Csv(encoding="cp1252"))
    assert said.startswith("t.csv line 2: byte 0x81 is not cp1252;")


def test_a_file_in_utf_16_is_recognised(tmp_path: Path) -> None:
    assert _fault(tmp_path, "a,b\n1,2\n".encode("utf-16")) == (
        "t.csv line 1: byte 0xff is not utf-8;"
        " save the file as UTF-8, or set the reader's encoding, such as 'utf-16'"
    )


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_an_empty_file_is_refused(tmp_path: Path, content: str) -> None:
    assert _fault(tmp_path, content) == (
        "t.csv is empty; give a file with at least its column names"
    )


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert (
        _fault(tmp_path, "a,b,a \n1,2,3\n") == "t.csv has the column 'a' twice; rename one of them"
    )


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Csv().read(tmp_path / "none.csv")
    assert str(caught.value) == f"there is no file {tmp_path / 'none.csv'}; check the path"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        Csv().read(str(tmp_path))
    assert str(caught.value) == f"{tmp_path} is a folder; give the path of a file"


def test_a_file_that_the_system_does_not_give_is_refused() -> None:
    path = f"{'x' * 300}.csv"
    with pytest.raises(DataError) as caught:
        Csv().read(path)
    assert str(caught.value) == f"{path} cannot be read: File name too long"


def test_a_fault_that_only_polars_finds_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise pl.exceptions.ComputeError("no")

    monkeypatch.setattr(pl, "read_csv", fail)
    assert _fault(tmp_path, "a,b\n1,2\n") == "t.csv cannot be read: no"


def test_what_is_no_path_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        Csv().read(5)
    assert str(caught.value) == "Csv reads files, not int; give the path of a file"


@pytest.mark.parametrize("separator", ["", "::", "\n", '"', "§"])
def test_a_separator_is_one_plain_character(separator: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Csv(separator=separator)
    assert str(caught.value) == f"separator is {separator!r}; give one ASCII character"


@pytest.mark.parametrize("encoding", ["latin-one", "base64"])
def test_an_encoding_must_exist(encoding: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Csv(encoding=encoding)
    assert str(caught.value) == (
        f"{encoding!r} is not an encoding; give one such as 'utf-8', 'cp1252', 'utf-16'"
    )
