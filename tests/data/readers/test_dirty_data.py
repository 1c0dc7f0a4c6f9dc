"""What people's files are like: each kind of dirt by name, and anything at all by chance."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polyrec.core.errors import DataError
from polyrec.data.load import read_dataset
from polyrec.data.readers.oddities import is_mojibake

if TYPE_CHECKING:
    from polyrec.data.dataset import Dataset

EVENT = pl.DataFrame({"user": ["u"], "item": ["a"]})
STRANGE = {
    "slashes": "a/b\\c",
    "emoji": "🪚👩‍🔧",
    "right-to-left": "ספר/كتاب",
    "combining": "e\u0301\u0327",
    "zero-width": "a\u200bb",
    "commas and quotes": 'a,"b"',
    "looks like a number": "007",
    "looks like a formula": "=1+1",
    "a space inside": "a b",
    "very long": "x" * 5000,
}


def _files(folder: Path, items: str | bytes, events: str | bytes) -> tuple[Path, Path]:
    paths = folder / "items.csv", folder / "events.csv"
    for path, content in zip(paths, (items, events), strict=True):
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return paths


def _read(folder: Path, items: str | bytes, events: str | bytes = "user,item\nu,a\n") -> Dataset:
    return read_dataset(*_files(folder, items, events))


@pytest.mark.parametrize("name", STRANGE.values(), ids=STRANGE)
def test_ids_may_be_any_text(tmp_path: Path, name: str) -> None:
    items = pl.DataFrame({"item_id": [name, "other"], "text": ["x", "y"]})
    events = pl.DataFrame({"user_id": [name], "item_id": [name]})
    items.write_csv(tmp_path / "items.csv")
    events.write_csv(tmp_path / "events.csv")
    events.write_ndjson(tmp_path / "events.jsonl")
    for ending in ("csv", "jsonl"):
        data = read_dataset(tmp_path / "items.csv", tmp_path / f"events.{ending}")
        assert data.catalog.ids.names == (name, "other")
        assert data.interactions.users.names == (name,)
        assert data.interactions.item.tolist() == [0]


def test_a_byte_order_mark_and_crlf_change_nothing(tmp_path: Path) -> None:
    plain = _read(tmp_path, "item_id,text\na,x\nb,y\n")
    items = b"\xef\xbb\xbfitem_id,text\r\na,x\r\nb,y\r\n"
    events = b"\xef\xbb\xbf" + b'user,item\r\n"u","a"\r\n'
    dirty = _read(tmp_path, items, events)
    assert dirty.catalog == plain.catalog
    assert dirty.interactions.users == plain.interactions.users


def test_fields_of_ten_megabytes_are_read(tmp_path: Path) -> None:
    long = "Säge " * 2_000_000
    for quote in ("", '"'):
        text = _read(tmp_path, f"item_id,text\na,{quote}{long}{quote}\nb,y\n").catalog.text
        assert text == (long.strip(), "y")


def test_quotes_tabs_and_line_breaks_may_stand_inside_fields(tmp_path: Path) -> None:
    data = _read(tmp_path, 'item_id,text\na,"one\ttab, ""two"" quotes\nthree\r\nlines"\nb,y\n')
    assert data.catalog.text[0] == 'one\ttab, "two" quotes\nthree\r\nlines'


def test_empty_texts_are_allowed_but_not_all_of_them(tmp_path: Path) -> None:
    data = _read(tmp_path, "item_id,text\na,x\nb,\nc,   \n")
    assert data.catalog.text == ("x", "", "")
    with pytest.raises(DataError, match="every text is empty"):
        _read(tmp_path, "item_id,text\na,\nb,\n")


def test_a_row_that_says_the_same_again_is_counted_once_and_told(tmp_path: Path) -> None:
    data = _read(tmp_path, "item_id,text\na,x\na,x\nb,y\n")
    assert data.catalog.ids.names == ("a", "b")
    assert data.notes == ("items.csv: 1 row gave an item a text that it had already",)


def test_ids_that_only_look_alike_stay_apart_and_are_told(tmp_path: Path) -> None:
    one, other = "caf\u00e9", "cafe\u0301"
    items = f"item_id,text\n{one},x\n{other},y\n"
    data = _read(tmp_path, items, f"user,item\n{one},{one}\n{other},{other}\n")
    assert data.catalog.ids.names == (one, other)
    assert data.interactions.item.tolist() == [0, 1]
    alike = (
        "kept apart although they look alike, as they are written with different characters"
        r" (first: 'caf\xe9' and 'cafe\u0301')"
    )
    assert data.notes[0] == f"items.csv: 2 item ids {alike}"
    assert data.notes[1].startswith("events.csv: 2 user ids kept apart")


def test_times_may_be_written_in_several_ways_in_one_column(tmp_path: Path) -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC).timestamp()
    written = [
        "2024-05-01T12:00:00Z",
        "2024-05-01 14:00:00+02:00",
        "2024-05-01T12:00",
        f"{noon:.0f}",
        f"{noon:.1f}",
        f"{noon * 1e3:.0f}",
        f"{noon * 1e6:.0f}",
    ]
    rows = "".join(f"u{i},a,{time}\n" for i, time in enumerate(written))
    time = _read(tmp_path, "item_id,text\na,x\n", f"user,item,date\n{rows}").interactions.time
    assert time is not None
    assert time.tolist() == [noon] * len(written)


def test_a_column_of_mixed_types_is_text(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"user": 7, "item": "1"}\n{"user": "x", "item": 1}\n{"user": 7.0, "item": 1}')
    items = pl.DataFrame({"item_id": [1], "text": ["x"]})
    assert read_dataset(items, path).interactions.users.names == ("7", "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FranÃ§ois", True),
        ("ein FranÃ§ois – und mehr 日本", True),
        ("æ—¥æœ¬èªž", True),
        ("Â£5", True),
        ("François", False),
        ("naïve café, Ærø, Ÿ", False),
        ("SÃO PAULO", False),
        ("«Â»", False),
        ("日本語", False),
        ("plain", False),
    ],
)
def test_mojibake_is_what_turns_into_utf_8(text: str, expected: bool) -> None:
    assert is_mojibake(text) == expected


def test_mojibake_and_lost_characters_are_told_and_kept(tmp_path: Path) -> None:
    data = _read(tmp_path, "item_id,text\na,FranÃ§ois\nb,Fran\ufffdois\nc,François\n")
    assert data.catalog.text == ("FranÃ§ois", "Fran\ufffdois", "François")
    assert data.notes == (
        "items.csv: 1 text kept as given although UTF-8 seems to have been read as cp1252 before"
        " (first: item 'a', 'FranÃ§ois')",
        "items.csv: 1 text kept as given with U+FFFD where a character has been lost before"
        " (first: item 'b', 'Fran\ufffdois')",
    )


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_proper_text_is_no_mojibake_and_its_double_encoding_is(text: str) -> None:
    again = text.encode().decode("latin-1")
    if not text.isascii():
        assert is_mojibake(again)


CELLS = st.text(st.sampled_from('ab1,"\n\r\t ;äé日\u0301\ufeff\x00'), max_size=6)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=6), st.binary(max_size=8))
def test_whatever_a_file_holds_it_is_read_or_set_aside_and_nothing_is_lost(
    rows: list[tuple[str, str]], junk: bytes
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        body = "".join(f"{user},{item}\n" for user, item in rows).encode()
        paths = _files(folder, "item_id,text\na,x\nb,y\n", b"user,item\nu,a\n" + body + junk)
        with suppress(DataError):  # some faults are those of the whole file
            data = read_dataset(*paths, on_bad_rows="quarantine", quarantine=folder / "q")
            assert data.arrival is not None
            n_rows, n_repeated = (
                counts["interactions"] for counts in (data.arrival.rows, data.arrival.repeated)
            )
            aside = folder / "q" / "interactions.jsonl"
            n_aside = len(aside.read_text("utf-8").splitlines()) if aside.exists() else 0
            assert n_aside == sum(each.rows for each in data.arrival.set_aside)
            assert n_rows == len(data.interactions) + n_repeated + n_aside
