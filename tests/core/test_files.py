from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from polyrec.core.files import link, locked, sha256_of, whole_folder, write_whole

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


def test_a_folder_may_lie_elsewhere_until_it_is_whole(tmp_path: Path) -> None:
    target, work = tmp_path / "model", tmp_path / "work"
    with whole_folder(target, within=work) as aside:
        assert aside.parent == work
        assert names(tmp_path) == ["work"]
        (aside / "a.txt").write_text("1")
    assert names(target) == ["a.txt"]
    assert not names(work)


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


def test_one_holds_a_lock_and_several_share_it(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "lock"
    with locked(lock) as have, locked(lock, wait=False) as other:
        assert (have, other) == (True, False)
    with locked(lock, shared=True), locked(lock, shared=True, wait=False) as other:
        assert other
        with locked(lock, wait=False) as alone:
            assert not alone
    with pytest.raises(ValueError, match="inside"), locked(lock):
        raise ValueError("inside")
    with locked(lock, wait=False) as have:
        assert have


def test_who_waits_for_a_lock_gets_it_when_it_is_given_back(tmp_path: Path) -> None:
    order = []

    def wait() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")

    with locked(tmp_path / "lock"):
        waiting = Thread(target=wait)
        waiting.start()
        waiting.join(0.1)
        assert waiting.is_alive()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_a_file_has_two_names_or_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "to-a").symlink_to(tmp_path / "a")
    link(tmp_path / "to-a", tmp_path / "b")
    assert (tmp_path / "b").samefile(tmp_path / "a")
    with pytest.raises(FileNotFoundError):
        link(tmp_path / "none", tmp_path / "c")

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    link(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "c").read_text() == "1"
    assert not (tmp_path / "c").samefile(tmp_path / "a")
