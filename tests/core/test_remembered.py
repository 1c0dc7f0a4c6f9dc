from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from polyrec.core import remembered
from polyrec.core.errors import EngineError
from polyrec.core.remembered import Remembered

if TYPE_CHECKING:
    from pathlib import Path


def memory(folder: Path, table: str = "notes") -> Remembered:
    return Remembered(folder / "deep" / "memory.sqlite", table, "book of notes")


def test_what_is_put_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "BLOCK", 2)
    values = {bytes([n]): bytes([n, n]) for n in range(7)}
    with memory(tmp_path).opened() as file:
        file.put(values)
    with memory(tmp_path).opened() as file:
        assert file.get([*values, b"unknown"]) == values
        assert file.get([]) == {}


def test_the_first_value_of_a_key_stays(tmp_path: Path) -> None:
    with memory(tmp_path).opened() as file:
        file.put({b"a": b"1"})
        file.put({b"a": b"2", b"b": b"3"})
        assert file.get([b"a", b"b"]) == {b"a": b"1", b"b": b"3"}


def test_tables_of_one_file_do_not_mix(tmp_path: Path) -> None:
    with memory(tmp_path).opened() as file:
        file.put({b"a": b"1"})
    with memory(tmp_path, "others").opened() as file:
        assert file.get([b"a"]) == {}


def test_many_may_write_at_the_same_time(tmp_path: Path) -> None:
    def write(n: int) -> None:
        with memory(tmp_path).opened() as file:
            for k in range(20):
                file.put({bytes([n, k]): b"x"})

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with memory(tmp_path).opened() as file:
        assert len(file.get([bytes([n, k]) for n in range(4) for k in range(20)])) == 80


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    file = tmp_path / "vectors.sqlite"
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB)")
        db.execute("INSERT INTO vectors VALUES (x'61', x'62')")
    with Remembered(file, "vectors", "vector cache").opened() as opened:
        assert opened.get([b"a"]) == {b"a": b"b"}


def test_what_is_no_such_file_is_named(tmp_path: Path) -> None:
    part = memory(tmp_path)
    part.file.parent.mkdir()
    part.file.write_bytes(b"no database at all" * 100)
    with pytest.raises(EngineError) as caught, part.opened():
        pass
    assert str(caught.value) == (
        f"the book of notes {part.file} cannot be used: file is not a database; "
        "delete it, or set POLYREC_CACHE to another folder"
    )


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    with memory(tmp_path).opened() as file:
        file.put({b"a": b"1"})
        modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "deep").iterdir()}
    assert modes == {0o600}


def test_a_fault_of_who_uses_it_is_not_taken_for_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), memory(tmp_path).opened():
        (tmp_path / "no such model").read_bytes()
