from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError
from polyrec.data.readers.parallel import read_parallel

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_bytes(text.encode())
    return folder


def test_a_file_per_language_is_read_line_by_line(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\nMond\n", eng__txt="wood\r\nmoon", zho_CN__txt="木\n月\n")
    (tmp_path / "README.md").write_text("about")
    texts = read_parallel(tmp_path)
    assert texts.tags == ["de", "en", "zh-CN"]
    assert texts.texts == ("Holz", "wood", "木", "Mond", "moon", "月")
    assert texts.name == tmp_path.name


def test_files_may_be_named_one_by_one(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\n", eng__txt="wood\n", fra__txt="bois\n")
    texts = read_parallel(tmp_path / "deu.txt", tmp_path / "fra.txt")
    assert texts.tags == ["de", "fr"]


def test_pairs_are_read_each_for_itself(tmp_path: Path) -> None:
    names = {"deu": "Holz\nMond\n", "cmn": "月\n"}
    for tag, text in names.items():
        (tmp_path / f"tatoeba.{tag}-eng.{tag}").write_text(text, "utf-8")
    (tmp_path / "tatoeba.deu-eng.eng").write_text("wood\nmoon\n", "utf-8")
    (tmp_path / "tatoeba.cmn-eng.eng").write_text("moon\n", "utf-8")
    texts = read_parallel(tmp_path)
    assert texts.tags == ["en", "de", "zh"]
    assert texts.n_sentences == 3
    assert not texts.is_pool


def test_separators_within_a_text_end_no_line(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\u2028und Mond\n", eng__txt="\ufeffwood\x85moon\n")
    assert read_parallel(tmp_path).texts == ("Holz\u2028und Mond", "\ufeffwood\x85moon"[1:])


def test_a_table_has_a_column_per_language(tmp_path: Path) -> None:
    file = tmp_path / "names.tsv"
    file.write_text('en\tde\tja\n"wood\tHolz\t木\nmoon\t\t月\n', "utf-8")
    texts = read_parallel(file)
    assert texts.texts == ('"wood', "Holz", "木", "moon", "月")


def test_lines_that_do_not_match_are_said(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\nMond\n", eng__txt="wood\n")
    with pytest.raises(DataError, match=r"eng\.txt has 1 lines, deu\.txt has 2; line n must say"):
        read_parallel(tmp_path)
    (tmp_path / "t.tsv").write_text("en\tde\nwood\n")
    with pytest.raises(DataError, match=r"t\.tsv row 2 has 1 columns, the first row has 2$"):
        read_parallel(tmp_path / "t.tsv")


def test_half_a_pair_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.deu-eng.deu").write_text("Holz\n")
    with pytest.raises(DataError, match=r"x\.deu-eng has one half only: x\.deu-eng\.deu"):
        read_parallel(tmp_path)


def test_names_that_are_no_languages_are_said(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\n", notes__txt="wood\n")
    with pytest.raises(
        DataError, match=r"notes\.txt: 'notes' is not a language tag; give <language>"
    ):
        read_parallel(tmp_path)


def test_two_files_in_one_language_are_refused(tmp_path: Path) -> None:
    write(tmp_path, deu__txt="Holz\n", de__txt="Mond\n")
    with pytest.raises(DataError, match=r"^two files are in 'de'; keep one file per language$"):
        read_parallel(tmp_path)


def test_bytes_that_are_not_utf8_are_said(tmp_path: Path) -> None:
    (tmp_path / "deu.txt").write_bytes("Säge\n".encode("latin-1"))
    (tmp_path / "eng.txt").write_text("saw\n")
    with pytest.raises(DataError, match=r"deu\.txt is not UTF-8: .*; convert it$"):
        read_parallel(tmp_path)


def test_what_is_not_there_or_of_no_form_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^there is no file or folder .*none'; give <language>"):
        read_parallel(tmp_path / "none")
    with pytest.raises(DataError, match="holds no parallel texts; give <language>"):
        read_parallel(tmp_path)
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(DataError, match=r"^a: not parallel texts; give <language>"):
        read_parallel(tmp_path / "a.csv")
