from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import pytest

from polyrec.core.files import sha256_of, whole_folder, write_whole

FAULTS = [ValueError, KeyboardInterrupt, SystemExit]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def break_off(target: Path, fault: type[BaseException]) -> None:
    with whole_folder(target) as aside:
        (aside / "half.txt").write_text("half")
        raise fault


def test_a_folder_appears_once_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "new" / "model"
    with whole_folder(target) as aside:
        (aside / "a.txt").write_text("1")
        assert not target.exists()
    assert (target / "a.txt").read_text() == "1"
    assert names(tmp_path / "new") == ["model"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


def test_a_folder_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "model"
    for content in ("old", "new"):
        with whole_folder(target) as aside:
            (aside / f"{content}.txt").write_text(content)
    assert names(target) == ["new.txt"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_folder_that_was_never_whole_leaves_nothing(
    tmp_path: Path, fault: type[BaseException]
) -> None:
    with pytest.raises(fault):
        break_off(tmp_path / "model", fault)
    assert names(tmp_path) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_what_was_there_stays_when_the_new_folder_is_not_whole(
    tmp_path: Path, fault: type[BaseException]
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old.txt").write_text("old")
    with pytest.raises(fault):
        break_off(target, fault)
    assert names(tmp_path) == ["model"]
    assert names(target) == ["old.txt"]


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "old.txt").write_text("old")
    rename = Path.rename

    def fails_once(self: Path, to: Path) -> Path:
        if to == target and not self.name.endswith(".old"):
            raise OSError("disk full")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", fails_once)
    with pytest.raises(OSError, match="disk full"), whole_folder(target) as aside:
        (aside / "new.txt").write_text("new")
    assert names(tmp_path) == ["model"]
    assert names(target) == ["old.txt"]


@pytest.mark.parametrize("content", ["Grüße 木", b"\x00\xff"])
def test_a_file_is_written_whole(tmp_path: Path, content: str | bytes) -> None:
    target = tmp_path / "new" / "file"
    for _ in range(2):
        write_whole(target, content)
    expected = content.encode() if isinstance(content, str) else content
    assert target.read_bytes() == expected
    assert names(tmp_path / "new") == ["file"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


@pytest.mark.parametrize("fault", [OSError, KeyboardInterrupt])
def test_a_file_that_cannot_be_finished_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: type[BaseException]
) -> None:
    def fails(*_: object) -> None:
        raise fault

    write_whole(tmp_path / "file", "old")
    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(fault):
        write_whole(tmp_path / "file", "new")
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"abc")
    assert sha256_of(tmp_path / "file") == hashlib.sha256(b"abc").hexdigest()
