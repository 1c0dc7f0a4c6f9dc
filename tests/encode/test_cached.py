from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import EngineError
from polyrec.encode import cached
from polyrec.encode.cached import Cached, default_folder
from polyrec.encode.encoder import Encoder
from polyrec.encode.hashing import Hashing

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats
    from polyrec.encode.encoder import Kind

TEXTS = ["Holz", "bois", "wood", "Holz", ""]


@dataclass
class Counting(Encoder):
    """Writes down what it is asked for, and fails from a given text on."""

    name: str = "counting"
    fails_at: str = ""
    asked: list[str] = field(default_factory=list, compare=False)
    is_open: bool = False

    @property
    def dim(self) -> int:
        return 64

    @property
    def fingerprint(self) -> str:
        return self.name

    def open(self) -> None:
        self.is_open = True

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        if self.fails_at in texts and self.fails_at:
            raise KeyboardInterrupt
        self.asked += texts
        return Hashing(size=64)._encode(texts, kind, advance)


def rows_in(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "vectors.sqlite")) as db:
        (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    return int(count)


def test_remembering_changes_no_vector(tmp_path: Path) -> None:
    part = Cached(Counting(), folder=str(tmp_path))
    expected = Counting().encode(TEXTS)
    assert np.array_equal(part.encode(TEXTS), expected)
    assert np.array_equal(part.encode(TEXTS), expected)
    assert part.fingerprint == "counting"
    assert part.dim == 64


def test_each_text_is_encoded_once(tmp_path: Path) -> None:
    inner = Counting()
    part = Cached(inner, folder=str(tmp_path))
    part.encode(TEXTS)
    assert sorted(inner.asked) == sorted(set(TEXTS))
    assert (part.hits, part.misses) == (1, 4)
    part.encode(["wood", "new"])
    assert inner.asked[-1] == "new"
    assert (part.hits, part.misses) == (2, 5)


def test_what_was_remembered_outlives_the_encoder(tmp_path: Path) -> None:
    Cached(Counting(), folder=str(tmp_path)).encode(TEXTS)
    inner = Counting()
    Cached(inner, folder=str(tmp_path)).encode(TEXTS)
    assert inner.asked == []


def test_kind_model_and_text_each_have_vectors_of_their_own(tmp_path: Path) -> None:
    folder = str(tmp_path)
    Cached(Counting(), folder=folder).encode(["a"])
    for inner, kind in ((Counting(), "query"), (Counting("other"), "passage")):
        Cached(inner, folder=folder).encode(["a"], kind=kind)  # type: ignore[arg-type]
        assert inner.asked == ["a"]
    assert rows_in(tmp_path) == 2


def test_what_people_ask_with_never_comes_into_the_file(tmp_path: Path) -> None:
    inner = Counting()
    part = Cached(inner, folder=str(tmp_path))
    part.encode(TEXTS)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    wishes = ["a secret wish", "wood", "another"]
    expected = Counting().encode(wishes)
    for _ in range(2):
        assert np.array_equal(part.encode(wishes, kind="query"), expected)
    assert inner.asked[-3:] == sorted(wishes, key=len)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert rows_in(tmp_path) == len(set(TEXTS))


def test_questions_make_no_file(tmp_path: Path) -> None:
    part = Cached(Counting(), folder=str(tmp_path / "cache"))
    part.encode(["a wish"], kind="query")
    assert not (tmp_path / "cache").exists()


def test_the_last_questions_are_remembered_until_they_are_to_be_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "MOST_QUERIES", 2)
    inner = Counting()
    part = Cached(inner, folder=str(tmp_path))
    for text in ("a", "b", "a", "c", "a", "b"):
        part.encode([text], kind="query")
    assert inner.asked == ["a", "b", "c", "b"]
    outer = Cached(part, folder=str(tmp_path))
    outer.encode(["b"], kind="query")
    outer.forget_queries()
    outer.encode(["b"], kind="query")
    assert inner.asked == ["a", "b", "c", "b", "b"]


def test_the_file_holds_no_text(tmp_path: Path) -> None:
    Cached(Counting(), folder=str(tmp_path)).encode(["a secret wish of mine"])
    for path in tmp_path.iterdir():
        assert b"secret" not in path.read_bytes()


def test_what_is_done_is_kept_when_the_work_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "BLOCK", 2)
    texts = ["a", "bb", "ccc", "dddd", "eeeee"]
    part = Cached(Counting(fails_at="eeeee"), folder=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        part.encode(texts)
    inner = Counting()
    vectors = Cached(inner, folder=str(tmp_path)).encode(texts)
    assert inner.asked == ["eeeee"]
    assert np.array_equal(vectors, Counting().encode(texts))


def test_more_texts_than_a_block_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached, "BLOCK", 3)
    texts = [f"text {'x' * (i % 5)} {i}" for i in range(20)]
    part = Cached(Counting(), folder=str(tmp_path))
    part.encode(texts[5:9])
    assert np.array_equal(part.encode(texts), Counting().encode(texts))


PROCESS = """
import sys, time
from polyrec.encode.cached import Cached
from polyrec.encode.hashing import Hashing

first = int(sys.argv[2])
time.sleep(max(0, float(sys.argv[3]) - time.time()))
for start in range(first, first + 40, 10):
    Cached(Hashing(), folder=sys.argv[1]).encode([f"text {i}" for i in range(start, start + 20)])
"""


def test_processes_may_share_the_file_from_its_first_moment(tmp_path: Path) -> None:
    together = str(time.time() + 1.5)
    workers = [
        subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path), first, together])
        for first in ("0", "10", "20")
    ]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    part = Cached(Hashing(), folder=str(tmp_path))
    texts = [f"text {i}" for i in range(70)]
    assert np.array_equal(part.encode(texts), Hashing().encode(texts))
    assert part.misses == 0


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(b"not a database at all" * 100)
    part = Cached(Hashing(), folder=str(tmp_path))
    with pytest.raises(EngineError) as caught:
        part.encode(["a"])
    assert str(caught.value) == (
        f"the vector cache {part.file} cannot be used: file is not a database;"
        " delete it, or set POLYREC_CACHE to another folder"
    )


def test_vectors_of_the_wrong_length_are_a_broken_file(tmp_path: Path) -> None:
    part = Cached(Hashing(), folder=str(tmp_path))
    part.encode(["a"])
    with closing(sqlite3.connect(part.file)) as db, db:
        db.execute("UPDATE vectors SET value = x'0000'")
    with pytest.raises(EngineError, match=r"cannot be used: it holds a vector of another length; "):
        part.encode(["a"])


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    part = Cached(Hashing(), folder=str(tmp_path / "file" / "folder"))
    with pytest.raises(EngineError, match=r"cannot be used: Not a directory; delete it, or set "):
        part.encode(["a"])


def test_the_folder_is_that_of_the_plan_or_the_environment_or_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("POLYREC_CACHE", str(tmp_path))
    assert Cached(Hashing()).file == tmp_path / "vectors.sqlite"
    assert Cached(Hashing(), folder="here").file == Path("here/vectors.sqlite")
    monkeypatch.delenv("POLYREC_CACHE")
    assert default_folder().name == "polyrec"


def test_nothing_is_written_until_something_is_encoded(tmp_path: Path) -> None:
    part = Cached(Hashing(), folder=str(tmp_path / "cache"))
    assert part.encode([]).shape == (0, 256)
    assert not (tmp_path / "cache").exists()


def test_what_encoding_takes_is_loaded_by_the_encoder_that_it_holds(tmp_path: Path) -> None:
    held = Counting()
    Cached(held, str(tmp_path)).open()
    assert held.is_open
