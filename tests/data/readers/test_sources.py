from __future__ import annotations

import gzip
import io
import os
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest
import zstandard

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.load import read_dataset, read_table
from polyrec.data.readers.intake import Intake
from polyrec.data.readers.sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ITEMS = pl.DataFrame({"id": ["a", "b", "c"], "text": ["x", "y", "z"]})
HEAD = "user_id,item_id\n"


def _packed(data: bytes, kind: str) -> bytes:
    return gzip.compress(data) if kind == "gz" else zstandard.compress(data)


@pytest.fixture
def days(tmp_path: Path) -> Path:
    folder = tmp_path / "days"
    folder.mkdir()
    for day, item in enumerate("abc"):
        (folder / f"day-{day}.csv").write_text(f"{HEAD}u{day},{item}\n")
    return folder


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    return put


def test_several_files_are_read_one_after_another(days: Path) -> None:
    files = sorted(days.iterdir(), reverse=True)
    data = read_dataset(ITEMS, files)
    assert data.interactions.users.names == ("u0", "u1", "u2")
    assert data.interactions.item.tolist() == [2, 1, 0]


def test_a_folder_is_read_in_the_order_of_names_and_says_what_it_leaves_out(days: Path) -> None:
    (days / "README.md").write_text("x")
    (days / "older").mkdir()
    (days / "_SUCCESS").write_text("")
    data = read_dataset(ITEMS, days)
    assert data.interactions.item.tolist() == [0, 1, 2]
    assert data.notes == (f"{days}: 2 entries not read: README.md, older",)


def test_a_pattern_names_files(days: Path) -> None:
    data = read_dataset(ITEMS, str(days / "day-[01].csv"))
    assert data.interactions.item.tolist() == [0, 1]
    with pytest.raises(DataError) as caught:
        read_dataset(ITEMS, str(days / "night-*"))
    assert str(caught.value) == f"no file fits '{days / 'night-*'}'; check the pattern"


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "events[1].csv"
    path.write_text(f"{HEAD}u,a\n")
    assert len(read_dataset(ITEMS, path).interactions) == 1


def test_a_folder_without_files_that_can_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_dataset(ITEMS, tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} holds no file that can be read; name the files, and their reader"
    )


def test_an_empty_list_of_sources_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        sources_of([], Intake())
    assert str(caught.value) == "a source is an empty list; name at least one file"


def test_a_fault_names_the_file_among_several(days: Path) -> None:
    (days / "day-1.csv").write_text(f"{HEAD}u,nope\n")
    with pytest.raises(DataError, match=r"^day-1\.csv row 2: item_id is 'nope'"):
        read_dataset(ITEMS, days)


def test_catalogs_in_several_files_are_one_catalog(tmp_path: Path) -> None:
    (tmp_path / "1-de.csv").write_text("item_id,language,text\n1,de,Holz\n2,de,Haus\n")
    (tmp_path / "2-en.jsonl").write_text(
        '{"item_id": 1, "language": "en", "text": "wood", "price": 2}\n'
    )
    catalog = read_dataset(tmp_path, pl.DataFrame({"user": ["u"], "item": ["1"]})).catalog
    assert catalog.texts == ({"de": "Holz", "en": "wood"}, {"de": "Haus"})
    assert catalog.attributes == {"price": (2, None)}
    (tmp_path / "2-en.jsonl").write_text('{"item_id": 2, "language": "de", "text": "Hof"}\n')
    with pytest.raises(DataError) as caught:
        read_dataset(tmp_path, pl.DataFrame({"user": ["u"], "item": ["1"]}))
    assert str(caught.value).startswith(
        "2-en.jsonl row 1: item '2' stands in row 3 of 1-de.csv already, in 'de' too"
    )


def test_times_in_one_file_only_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("user,item,date\nu,a,2024-05-01\n")
    (tmp_path / "b.csv").write_text("user,item\nu,b\n")
    with pytest.raises(DataError) as caught:
        read_dataset(ITEMS, tmp_path)
    assert str(caught.value) == (
        "b.csv has no times, but a.csv has; give all files a column of times, or none"
    )


@pytest.mark.parametrize("kind", ["gz", "zst"])
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_files_may_be_packed_whatever_their_format(tmp_path: Path, kind: str, ending: str) -> None:
    plain = tmp_path / f"t.{ending}"
    getattr(ITEMS, {"csv": "write_csv", "jsonl": "write_ndjson"}.get(ending, "write_parquet"))(
        plain
    )
    path = tmp_path / f"t.{ending}.{kind}"
    path.write_bytes(_packed(plain.read_bytes(), kind))
    assert read_table(path).frame.rows() == ITEMS.rows()


def test_a_file_is_unpacked_by_what_it_holds_not_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(gzip.compress(b"a\n1\n") + gzip.compress(b"2\n"))
    assert read_table(path).frame.rows() == [("1",), ("2",)]


@pytest.mark.parametrize("kind", ["gz", "zst"])
def test_a_damaged_packed_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"t.csv.{kind}"
    packed = _packed(HEAD.encode() + os.urandom(9999).hex().encode(), kind)
    middle = len(packed) // 2
    for damaged in (packed[:-9], packed[:middle], packed[:20] + b"\xff" * 20 + packed[40:]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=rf"^t\.csv\.{kind} cannot be unpacked: .*; check that"):
            read_table(path)


def test_several_packed_files_in_one_are_all_read(tmp_path: Path) -> None:
    for kind in ("gz", "zst"):
        path = tmp_path / f"t.csv.{kind}"
        path.write_bytes(b"".join(_packed(part, kind) for part in (b"a\n1\n", b"2\n", b"3\n")))
        assert read_table(path).frame.rows() == [("1",), ("2",), ("3",)]


def test_dash_is_standard_input_packed_or_not(stdin: Callable[[bytes], None]) -> None:
    data = f"{HEAD}u,a\n".encode()
    for given in (data, gzip.compress(data), zstandard.compress(data)):
        stdin(given)
        assert len(read_dataset(ITEMS, "-").interactions) == 1
    stdin(b'{"user": "u", "item": "a"}\n')
    assert len(read_dataset(ITEMS, "-", reader="jsonl").interactions) == 1


def test_even_parquet_may_come_by_standard_input(stdin: Callable[[bytes], None]) -> None:
    buffer = io.BytesIO()
    ITEMS.write_parquet(buffer)
    stdin(buffer.getvalue())
    assert read_table("-", reader="parquet").frame.rows() == ITEMS.rows()


def test_a_fault_in_standard_input_says_so(stdin: Callable[[bytes], None]) -> None:
    stdin(f"{HEAD}u,nope\n".encode())
    with pytest.raises(DataError, match=r"^stdin row 2: item_id is 'nope'"):
        read_dataset(ITEMS, "-")
    stdin(b"")
    with pytest.raises(DataError, match=r"^stdin is empty;"):
        read_dataset(ITEMS, "-")


def test_standard_input_cannot_be_both(stdin: Callable[[bytes], None]) -> None:
    stdin(b"")
    with pytest.raises(ConfigError) as caught:
        read_dataset("-", "-")
    assert str(caught.value) == (
        "standard input is named twice; give '-' for the catalog or the interactions"
    )


def test_settings_can_be_given_to_whatever_reader_the_ending_decides_on(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_bytes("user;item\nä;a\n".encode("cp1252"))
    settings = {"separator": ";", "encoding": "cp1252"}
    data = read_dataset(ITEMS, tmp_path / "events.csv", reader=settings)
    assert data.interactions.users.names == ("ä",)
    (tmp_path / "events.jsonl").write_text("{}")
    with pytest.raises(
        ConfigError, match=r"JsonLines reads .*, and has no separator; leave it out"
    ):
        read_dataset(ITEMS, tmp_path / "events.jsonl", reader=settings)


def test_interactions_are_needed_unless_a_known_folder_has_them(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_dataset(ITEMS)
    assert str(caught.value) == (
        "there are no interactions; give them, or the folder of a known dataset"
    )
    with pytest.raises(ConfigError, match=r"is not the folder of a dataset that is known; known: "):
        read_dataset(tmp_path)
    with pytest.raises(DataError, match=r"^there is no folder none; check the path"):
        read_dataset("none")
