from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from polyrec.core.errors import ConfigError, DataError
from polyrec.data.load import read_dataset
from polyrec.data.readers import intake as module
from polyrec.data.readers.intake import BadRow, Intake
from polyrec.data.readers.joined import joined
from polyrec.data.readers.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.data.dataset import Dataset

ITEMS = "item_id,text\na,Holz\nb,wood\n"
EVENTS = "user_id,item_id,weight\nu,a,4\n"


def _read(
    folder: Path, items: str | bytes = ITEMS, events: str | bytes = EVENTS, ending: str = ".csv"
) -> Dataset:
    """Read two files, setting bad rows aside."""
    for name, content in (("items", items), ("events", events)):
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{name}{ending}").write_bytes(data)
    return read_dataset(
        *(folder / f"{name}{ending}" for name in ("items", "events")),
        on_bad_rows="quarantine",
        quarantine=folder / "q",
    )


def _aside(folder: Path, kind: str = "interactions") -> list[dict[str, Any]]:
    lines = (folder / "q" / f"{kind}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_bad_rows_are_written_with_their_place_and_reason_and_the_rest_is_read(
    tmp_path: Path,
) -> None:
    data = _read(tmp_path, events=f"{EVENTS}v,x,1\nw,b,five\nw,b,2\n")
    assert data.interactions.users.names == ("u", "w")
    assert data.interactions.weight.tolist() == [4.0, 2.0]
    assert _aside(tmp_path) == [
        {
            "file": "events.csv",
            "row": 3,
            "column": "item_id",
            "reason": "item_id is 'x', which is not in items.csv",
            "hint": "add the item to the catalog, or leave such rows out",
            "cells": {"user_id": "v", "item_id": "x", "weight": "1"},
        },
        {
            "file": "events.csv",
            "row": 4,
            "column": "weight",
            "reason": "weight is 'five', not a number",
            "hint": "give numbers above 0, or leave the column out",
            "cells": {"user_id": "w", "item_id": "b", "weight": "five"},
        },
    ]


def test_the_notes_say_how_many_rows_are_set_aside_and_where(tmp_path: Path) -> None:
    data = _read(tmp_path, events=f"{EVENTS}v,x,1\nw,y,1\nw,b,0\n")
    assert data.notes == (
        "events.csv: 2 rows set aside, item_id is ..., which is not in items.csv (first: row 3)",
        "events.csv: 1 row set aside, weight is ..., not above 0 (first: row 5)",
        f"3 rows set aside in all: see {tmp_path / 'q' / 'interactions.jsonl'}",
    )


def test_without_bad_rows_nothing_is_written_and_an_older_quarantine_is_gone(
    tmp_path: Path,
) -> None:
    _read(tmp_path, events=f"{EVENTS}v,x,1\n")
    assert (tmp_path / "q" / "interactions.jsonl").exists()
    assert _read(tmp_path).notes == ()
    assert list((tmp_path / "q").iterdir()) == []


@pytest.mark.parametrize(
    ("rows", "row", "reason"),
    [
        ("c\n", 4, "1 field, but the header has 2"),
        ("c,x,y\n", 4, "3 fields, but the header has 2"),
        (b"c,\xe4\n", 4, "text holds the byte \\xe4, which is not utf-8"),
        ('c,"x"y\n', 4, "a field goes on behind its closing quote"),
        ('"c","x\n', 4, "a quote is never closed"),
        ('"c",x,y\n', 4, "3 fields, but the header has 2"),
        (b'"c",\xe4\n', 4, "text holds the byte \\xe4, which is not utf-8"),
        (",x\n", 4, "item_id is empty"),
        ("a,other\n", 4, "item 'a' stands in row 2 already, in 'und' too"),
    ],
)
def test_a_bad_row_of_a_catalog_is_set_aside_and_those_behind_it_are_read(
    tmp_path: Path, rows: str | bytes, row: int, reason: str
) -> None:
    bad = rows.encode() if isinstance(rows, str) else rows
    data = _read(tmp_path, ITEMS.encode() + bad + b"d,ende\n")
    assert data.catalog.ids.names == ("a", "b", "d")
    assert [(b["row"], b["reason"]) for b in _aside(tmp_path, "catalog")] == [(row, reason)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "is not JSON: Expecting property name enclosed in double quotes"),
        (b"[1]", "is [1], not an object"),
        (b'{"text": "\xe4"}', "byte 0xe4 is not utf-8"),
        (b'{"item_id": "c", "texts": [1]}', "texts is ['1'], not texts by language"),
        (
            b'{"item_id": "c", "texts": {"german!": "x"}}',
            "texts names 'german!', not a language tag",
        ),
        (b'{"item_id": "c", "texts": {"de": 1}}', "texts holds 1, not a text"),
    ],
)
def test_a_bad_line_of_json_is_set_aside(tmp_path: Path, line: bytes, reason: str) -> None:
    items = b'{"item_id": "a", "text": "x"}\n' + line + b'\n{"item_id": "b", "text": "y"}\n'
    data = _read(tmp_path, items, '{"user": "u", "item": "b"}\n', ".jsonl")
    assert data.catalog.ids.names == ("a", "b")
    assert [(b["row"], b["reason"]) for b in _aside(tmp_path, "catalog")] == [(2, reason)]


def test_the_first_fault_of_a_row_is_its_reason_and_it_counts_once(tmp_path: Path) -> None:
    data = _read(tmp_path, events=f"{EVENTS},x,five\n")
    assert [bad["reason"] for bad in _aside(tmp_path)] == ["user_id is empty"]
    assert len(data.interactions) == 1


def test_faults_of_a_whole_file_still_fail(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"events\.csv has no column item_id"):
        _read(tmp_path, events="user_id,thing\nu,a\n")
    with pytest.raises(DataError, match=r"the column names hold the byte \\xe4"):
        _read(tmp_path, events=b"user_id,\xe4\nu,a\n")
    with pytest.raises(DataError, match="such as 'utf-16'"):
        _read(tmp_path, events=EVENTS.encode("utf-16"))


def test_a_file_of_nothing_but_bad_rows_fails(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        _read(tmp_path, events="user_id,item_id\nu,x\nu,y\n")
    where = tmp_path / "q" / "interactions.jsonl"
    assert str(caught.value) == f"events.csv: every row was set aside; see the reasons in {where}"
    with pytest.raises(DataError, match=r"items\.csv: every row was set aside; see the reasons in"):
        _read(tmp_path, items="item_id,text\n,x\n")


def test_what_to_do_about_bad_rows_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_dataset("items", "events", on_bad_rows="ignore")  # type: ignore[arg-type]
    assert str(caught.value) == "on_bad_rows is 'ignore'; give 'fail' or 'quarantine'"


def test_very_many_kinds_of_fault_are_counted_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KINDS", 2)
    with Intake(tmp_path / "bad.jsonl") as intake:
        for row in range(4):
            intake.refuse(BadRow("f", row, f"fault {row}"))
    assert [note.partition(" (")[0] for note in intake.notes()[:3]] == [
        "f: 1 row set aside, fault 0",
        "f: 1 row set aside, fault 1",
        "f: 2 rows set aside, other faults",
    ]


def test_a_fault_in_tables_that_were_joined_names_its_own_file() -> None:
    frame = pl.DataFrame({"c": ["x"]})
    both = joined([Table("one", frame), Table("two", pl.DataFrame({"c": [5]}))])
    assert both.frame["c"].to_list() == ["x", "5"]
    with pytest.raises(DataError, match=r"^two row 1: wrong$"):
        both.refuse_row(1, "wrong")
