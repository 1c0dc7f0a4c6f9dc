from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING, Any

import pytest
import zstandard

from polyrec.core.errors import ConfigError, DataError, EngineError
from polyrec.core.types import Query
from polyrec.live import backup
from polyrec.live.archive import Archive
from polyrec.live.backup import back_up, restore
from polyrec.live.models_folder import ModelsFolder
from polyrec.pipeline.service import Service
from polyrec.store import dump
from polyrec.store.audit import Audit
from polyrec.store.database import Database
from polyrec.store.event import Event
from polyrec.store.events import Events
from polyrec.store.users import User, Users
from polyrec.testing.small_disk import DISK, kinds_of_small_disks, small_disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PLACES = 12


@pytest.fixture
def two_models(models: ModelsFolder, fit_model: Callable[[str], Path]) -> ModelsFolder:
    """A model that serves and one that did before, some users and many events."""
    for name in ("content", "ease"):
        models.versions.activate(models.register(fit_model(name)).number)
    database = models.versions.database
    Users(database).put([User("u0", "flutes", "en"), User("\0")])
    Events(database).append([Event(f"u{i % 9}", f"i{i % 7}", "view") for i in range(2000)])
    return models


@pytest.fixture
def elsewhere(database_url: str, tmp_path: Path) -> ModelsFolder:
    """An empty database of each kind, and an empty folder."""
    return ModelsFolder(tmp_path / "elsewhere", Database())


@pytest.fixture
def saved(two_models: ModelsFolder, tmp_path: Path) -> Path:
    """The backup of all that."""
    back_up(two_models.versions.database, two_models, tmp_path / "saved")
    return tmp_path / "saved"


def put_back(source: Path, into: ModelsFolder) -> backup.Contents:
    return restore(source, into.versions.database, into)


def rows(database: Database) -> bytes:
    """Give all rows, but for the names of folders, and the audit."""
    with dump.snapshot(database) as held:
        text = b"".join(lines for name, _, lines in held.blocks() if name != "audit")
    return re.sub(rb'"folder": "[^"]*"', b"", text)


def lists(models: ModelsFolder) -> list[Any]:
    active = models.versions.active()
    assert active is not None
    service = Service(models.load(active.number).learned)
    return [service.recommend(Query(user_id=f"u{i}", k=5)).items for i in range(5)]


def is_untouched(models: ModelsFolder) -> bool:
    left = [path.name for path in models.root.iterdir()] if models.root.exists() else []
    return left in ([], ["lock"]) and sum(models.versions.database.counts().values()) == 0


def test_what_was_restored_answers_as_before_also_through_the_other_database(
    two_models: ModelsFolder, saved: Path, elsewhere: ModelsFolder, tmp_path: Path
) -> None:
    first = put_back(saved, elsewhere)
    assert first.counts["events"] == 2000
    assert set(first.models) == {version.folder for version in elsewhere.versions.all()}
    again = tmp_path / "again"
    back_up(elsewhere.versions.database, elsewhere, again)
    last = ModelsFolder(tmp_path / "last", Database(str(tmp_path / "last.sqlite")))
    put_back(again, last)
    for one in (elsewhere, last):
        assert rows(one.versions.database) == rows(two_models.versions.database)
        assert lists(one) == lists(two_models)
        previous = one.versions.previous()
        assert previous is not None
        assert len(one.load(previous.number).learned.users) == 40
    actions = [line.action for line in Audit(last.versions.database).page()]
    assert actions == ["restored", "restored"]


def test_a_backup_is_for_its_owner_alone_and_replaces_nothing(
    two_models: ModelsFolder, saved: Path
) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    before = saved.read_bytes()
    with pytest.raises(DataError, match="saved is there already; name another file"):
        back_up(two_models.versions.database, two_models, saved)
    assert saved.read_bytes() == before


def test_all_is_of_one_moment_while_others_write_and_models_are_deleted(
    two_models: ModelsFolder,
    elsewhere: ModelsFolder,
    fit_model: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = two_models.versions.database
    add, before = Archive.add, rows(database)
    served = lists(two_models)

    def busy(archive: Archive, name: str, content: Any) -> None:
        if name == "tables/events/000000.jsonl":
            Users(database).delete("u0", actor="admin")
            Events(database).append([Event("late", "late", "view")])
            two_models.versions.activate(two_models.register(fit_model("content")).number)
            two_models.forget()
            two_models.prune(keep=0)
        add(archive, name, content)

    monkeypatch.setattr(Archive, "add", busy)
    back_up(database, two_models, tmp_path / "saved")
    assert rows(database) != before
    put_back(tmp_path / "saved", elsewhere)
    assert rows(elsewhere.versions.database) == before
    assert lists(elsewhere) == served


def test_only_an_empty_database_is_filled(saved: Path, elsewhere: ModelsFolder) -> None:
    put_back(saved, elsewhere)
    before = rows(elsewhere.versions.database)
    with pytest.raises(DataError, match="is not empty: it holds rows of"):
        put_back(saved, elsewhere)
    assert rows(elsewhere.versions.database) == before
    assert lists(elsewhere)


def test_two_databases_may_share_a_folder_and_none_touches_what_is_the_others(
    two_models: ModelsFolder, saved: Path, tmp_path: Path
) -> None:
    before = {path.name for path in two_models.root.iterdir()}
    other = ModelsFolder(two_models.root, Database(str(tmp_path / "other.sqlite")))
    models = set(put_back(saved, other).models)
    assert {path.name for path in two_models.root.iterdir()} == before | models
    for one in (two_models, other):
        Users(one.versions.database).delete("u1", actor="admin")
        one.forget()
        one.prune()
    assert lists(two_models) == lists(other)
    assert before & models == set()
    other.prune(keep=0)
    assert {path.name for path in two_models.root.iterdir()} & models == set()
    assert lists(two_models) == lists(other)


def test_a_model_that_is_gone_does_not_keep_the_rest_from_being_saved(
    two_models: ModelsFolder, elsewhere: ModelsFolder, tmp_path: Path
) -> None:
    active = two_models.versions.active()
    assert active is not None
    shutil.rmtree(two_models.root / active.folder)
    found = back_up(two_models.versions.database, two_models, tmp_path / "saved")
    assert len(found.models) == 1
    put_back(tmp_path / "saved", elsewhere)
    assert rows(elsewhere.versions.database) == rows(two_models.versions.database)


def test_a_database_alone_is_saved_too(
    database: Database, models: ModelsFolder, elsewhere: ModelsFolder, tmp_path: Path
) -> None:
    Users(database).put([User("ada")])
    assert back_up(database, models, tmp_path / "saved").models == ()
    put_back(tmp_path / "saved", elsewhere)
    assert [user.id for user in Users(elsewhere.versions.database).page()] == ["ada"]


def test_nothing_of_a_damaged_backup_is_used(
    saved: Path, elsewhere: ModelsFolder, tmp_path: Path
) -> None:
    whole = saved.read_bytes()
    damaged = tmp_path / "damaged"
    for place in [*range(0, len(whole), len(whole) // PLACES), len(whole) - 1]:
        damaged.write_bytes(whole[:place])
        with pytest.raises(DataError, match=r"damaged (is no |cannot be unpacked)"):
            put_back(damaged, elsewhere)
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(DataError, match=r"damaged (is no |cannot be unpacked)"):
            put_back(damaged, elsewhere)
    assert is_untouched(elsewhere)
    with pytest.raises(DataError, match="nowhere is no backup; name one"):
        put_back(tmp_path / "nowhere", elsewhere)


def packed(*entries: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for entry in entries:
            if isinstance(entry, tarfile.TarInfo):
                tar.addfile(entry)
            else:
                info = tarfile.TarInfo(entry[0])
                info.size = len(entry[1])
                tar.addfile(info, io.BytesIO(entry[1]))
    return zstandard.compress(made.getvalue())


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
FACTS = {
    "format": 1,
    "made": "2026-05-01T12:00:00+00:00",
    "version": "0004",
    "counts": {},
    "numbers": {},
    "models": [],
    "sha256": {},
}


def manifest(**facts: Any) -> tuple[str, bytes]:
    return "manifest.json", json.dumps(FACTS | facts).encode()


def named(name: str) -> bytes:
    return packed((name, b""), manifest(sha256={name: EMPTY}))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (named("../up"), "a file of another name than backups do"),
        (named("/etc/up"), "a file of another name than backups do"),
        (named("models/../../up/x"), "a file of another name than backups do"),
        (named("models/a/../x"), "a file of another name than backups do"),
        (named("models/../x"), "a file of another name than backups do"),
        (named("models/a/b/c"), "a file of another name than backups do"),
        (named("models/.a/b"), "a file of another name than backups do"),
        (named("models/a/b\n"), "a file of another name than backups do"),
        (packed(link("models/a/b", "/etc/passwd", tarfile.SYMTYPE)), "more than files"),
        (packed(link("models/a/b", "/etc/passwd", tarfile.LNKTYPE)), "more than files"),
        (packed(link("models/a/b", "", tarfile.DIRTYPE)), "more than files"),
        (packed(link("models/a/b", "", tarfile.CHRTYPE)), "more than files"),
        (packed(("models/a/b", b"x"), manifest(sha256={"models/a/b": EMPTY})), "not the one"),
        (packed(("models/a/b", b"")), "its end is missing"),
        (packed(("models/a/b", b""), manifest()), "a file is not the one that was saved"),
        (packed(manifest(sha256={"models/a/b": EMPTY})), "a file is not the one"),
        (packed(manifest(), ("models/a/b", b"")), "it holds more than its manifest says"),
        (packed(*[("models/a/b", b"")] * 2), "it holds more than its manifest says"),
        (packed(("manifest.json", b"[]")), "its manifest cannot be read"),
        (packed(("manifest.json", b"{")), "its manifest cannot be read"),
        (packed(("manifest.json", b"{}")), "its manifest cannot be read"),
        (packed(("manifest.json", b"[" * 100_000)), "its manifest cannot be read"),
        (packed(("manifest.json", b'{"format": 1}')), "its manifest cannot be read"),
        (packed(manifest(sha256=5)), "its manifest cannot be read"),
        (packed(manifest(made="noon")), "its manifest cannot be read"),
        (packed(manifest(counts=[])), "its manifest cannot be read"),
        (packed(manifest(counts={"users": 1})), "other rows than its manifest says"),
        (named("tables/users/0.jsonl"), "other rows than its manifest says"),
        (packed(), "its end is missing"),
        (b"", "is no backup; name one"),
        (zstandard.compress(b"text" * 400), "is no whole backup: "),
        (b"SQLite format 3\0" * 99, "is no whole backup: "),
    ],
)
def test_what_no_backup_holds_is_refused(
    made: bytes, said: str, elsewhere: ModelsFolder, tmp_path: Path
) -> None:
    crafted = tmp_path / "crafted"
    crafted.write_bytes(made)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(DataError) as caught:
        put_back(crafted, elsewhere)
    assert said in str(caught.value)
    assert {*tmp_path.iterdir()} - {*before} <= {tmp_path / "database", elsewhere.root}
    assert is_untouched(elsewhere)


def test_a_backup_of_a_newer_polyrec_is_refused(elsewhere: ModelsFolder, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.write_bytes(packed(manifest(format=2, polyrec="9.0")))
    with pytest.raises(DataError, match=r"was written by polyrec '9\.0' in format 2"):
        put_back(newer, elsewhere)
    newer.write_bytes(packed(manifest(version="9999")))
    with pytest.raises(ConfigError, match="tables of version '9999' are not known"):
        put_back(newer, elsewhere)
    assert is_untouched(elsewhere)


@pytest.mark.parametrize("when", ["rows", "model", "end"])
def test_what_is_broken_off_leaves_nothing_and_can_be_done_again(
    saved: Path, elsewhere: ModelsFolder, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    where: tuple[Any, str] = {
        "rows": (dump.Refill, "add"),
        "model": (backup._Place, "write"),
        "end": (backup._Place, "put"),
    }[when]
    do, calls = getattr(*where), [0]

    def break_off(*given: Any) -> None:
        do(*given)
        calls[0] += 1
        if calls[0] == 2 or when == "end":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(*where, break_off)
        with pytest.raises(KeyboardInterrupt):
            put_back(saved, elsewhere)
    assert is_untouched(elsewhere)
    put_back(saved, elsewhere)
    assert lists(elsewhere)


def test_a_backup_that_is_broken_off_leaves_no_file(
    two_models: ModelsFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_given: Any) -> None:
        raise KeyboardInterrupt

    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr(Archive, "end", break_off)
    with pytest.raises(KeyboardInterrupt):
        back_up(two_models.versions.database, two_models, tmp_path / "saved")
    assert sorted(tmp_path.iterdir()) == before


PROCESS = """
import sys, time
from pathlib import Path
from polyrec.live import archive, backup
from polyrec.live.models_folder import ModelsFolder
from polyrec.store.database import Database

def slowly(*given):
    print("in the middle", flush=True)
    time.sleep(60)

which, file, root, named = sys.argv[1:]
database = Database(named)
models = ModelsFolder(Path(root), database)
if which == "restore":
    backup._Place.write = slowly
    backup.restore(Path(file), database, models)
else:
    archive.Archive.end = slowly
    backup.back_up(database, models, Path(file))
"""


def kill_in_the_middle(*arguments: str) -> None:
    command = [sys.executable, "-c", PROCESS, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        os.kill(process.pid, signal.SIGKILL)


def test_what_is_killed_in_the_middle_leaves_the_database_empty(
    saved: Path, elsewhere: ModelsFolder, database_url: str
) -> None:
    kill_in_the_middle("restore", str(saved), str(elsewhere.root), database_url)
    assert elsewhere.versions.database.version() == ""
    put_back(saved, elsewhere)
    assert lists(elsewhere)
    elsewhere.prune()  # what was left over goes with the next retrain
    assert [path.name for path in elsewhere.root.glob(".*")] == []


def test_a_backup_that_is_killed_in_the_middle_is_not_there(
    two_models: ModelsFolder, tmp_path: Path
) -> None:
    named = two_models.versions.database.named
    kill_in_the_middle("backup", str(tmp_path / "saved"), str(two_models.root), named)
    assert not (tmp_path / "saved").exists()
    back_up(two_models.versions.database, two_models, tmp_path / "saved")


def test_a_backup_that_cannot_be_written_leaves_nothing(
    two_models: ModelsFolder, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match=r"saved cannot be written: .*; name another file"):
        back_up(two_models.versions.database, two_models, tmp_path / "file" / "saved")
    assert Audit(two_models.versions.database).page() == []


@pytest.mark.parametrize("kind", kinds_of_small_disks())
def test_a_full_disk_has_no_half_of_a_backup(
    two_models: ModelsFolder, tmp_path: Path, kind: str
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(kind, disk, 2**14) as free:
        before = sorted(disk.iterdir())
        said = r"saved cannot be written: (No space left on device|File too large); name another"
        with pytest.raises(EngineError, match=said):
            back_up(two_models.versions.database, two_models, disk / "saved")
        assert sorted(disk.iterdir()) == before
        free()
        back_up(two_models.versions.database, two_models, disk / "saved")


@pytest.mark.parametrize(
    ("full", "kind"),
    [
        *(("database", kind) for kind in kinds_of_small_disks()),
        *(("models", kind) for kind in kinds_of_small_disks() if kind == DISK),
    ],
)
def test_a_full_disk_has_no_half_of_what_was_in_a_backup(
    saved: Path, tmp_path: Path, full: str, kind: str
) -> None:
    disk, other = tmp_path / "disk", tmp_path / "other"
    disk.mkdir()
    with small_disk(kind, disk, 2**18 if full == "database" else 2**14) as free:
        places = {"database": other, "models": other} | {full: disk}
        into = ModelsFolder(places["models"], Database(str(places["database"] / "new.sqlite")))
        with pytest.raises(EngineError, match=r"cannot be used: |nothing can be written in "):
            put_back(saved, into)
        assert sum(into.versions.database.counts().values()) == 0
        assert [path for path in into.root.iterdir() if path.is_dir()] == []
        free()
        put_back(saved, into)
        assert lists(into)
        into.versions.database.close()


def test_a_backup_holds_one_block_at_a_time_in_memory(
    two_models: ModelsFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "BLOCK_BYTES", 10_000)
    back_up(two_models.versions.database, two_models, tmp_path / "saved")
    plain = zstandard.ZstdDecompressor().stream_reader((tmp_path / "saved").read_bytes())
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        sizes = [entry.size for entry in tar if entry.name.startswith("tables/events/")]
    assert len(sizes) > 20
    assert max(sizes) < 11_000
