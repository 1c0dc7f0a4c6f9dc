from __future__ import annotations

import json
import logging
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from polyrec.api.key_file import LOOK_EVERY_S, FileKeys, add_key, open_keys, read_keys, revoke_key
from polyrec.api.keys import PREFIX, SCOPES
from polyrec.core.errors import ConfigError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with the first key."""
    open_keys(tmp_path / "keys.json")
    return tmp_path / "keys.json"


def _names(file: Path) -> list[str]:
    return [record.name for record in read_keys(file)]


def test_the_first_start_makes_a_key_that_is_kept_as_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "keys.json"
    keys, first = open_keys(file)
    assert first is not None
    assert first.startswith(PREFIX)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in file.read_text("utf-8")
    again, none = open_keys(file)
    assert none is None
    for each in (keys, again):
        found = each.find(first)
        assert found is not None
        assert found.scopes == SCOPES
        assert each.find(first[:-1]) is None


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}", '{"keys": [{}]}', '{"keys": [1]}', "\ufffd"),
        json.dumps({"keys": [{"name": "a", "scopes": ["all"], "salt": "", "sha256": "00" * 32}]}),
        json.dumps({"keys": [{"name": "a", "scopes": ["read"], "salt": "00", "sha256": ""}]}),
        json.dumps({"keys": [{"name": "a", "scopes": ["read"], "salt": "x", "sha256": "00" * 32}]}),
    ],
)
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="holds no keys that can be read"):
        open_keys(file)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    open_keys(file)
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="others than its owner may use"):
        open_keys(file)


def test_a_key_is_added_with_its_scopes_and_kept_as_a_hash(file: Path) -> None:
    key = add_key(file, "shop", ["read", "write"])
    assert key not in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["keys.json"]
    found = FileKeys(file).find(key)
    assert found is not None
    assert (found.name, found.scopes, len(found.made)) == ("shop", ("read", "write"), 10)
    assert _names(file) == ["first", "shop"]


def test_a_key_may_be_added_before_the_first_start(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "keys.json"
    key = add_key(file, "shop", ["read"])
    keys, first = open_keys(file)
    assert first is None
    assert keys.find(key) is not None


@pytest.mark.parametrize("name", ["first", "", " ", "a\nb", "x" * 101])
def test_a_name_that_is_taken_or_cannot_be_read_is_refused(file: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="a key"):
        add_key(file, name, ["read"])
    assert _names(file) == ["first"]


def test_the_last_key_that_administers_is_revoked_only_on_purpose(file: Path) -> None:
    add_key(file, "shop", ["read"])
    with pytest.raises(ConfigError, match="'first' is the last key with the scope admin"):
        revoke_key(file, "first")
    revoke_key(file, "shop")
    with pytest.raises(UnknownNameError, match="no key is named 'shop'"):
        revoke_key(file, "shop")
    add_key(file, "second", SCOPES)
    revoke_key(file, "first")
    revoke_key(file, "second", even_the_last=True)
    assert read_keys(file) == []
    with pytest.raises(ConfigError, match="has no keys; polyrec keys add"):
        open_keys(file)


def test_who_changes_a_file_at_the_same_time_loses_nothing(file: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: add_key(file, f"key {n}", ["read"]), range(24)))
    assert sorted(_names(file)) == sorted(["first", *(f"key {n}" for n in range(24))])


def test_a_service_takes_up_what_changes_and_looks_once_a_second(file: Path) -> None:
    now = [0.0]
    keys = FileKeys(file, clock=lambda: now[0])
    key = add_key(file, "shop", ["read"])
    assert keys.find(key) is None
    now[0] = LOOK_EVERY_S
    assert keys.find(key) is not None
    revoke_key(file, "shop")
    assert keys.find(key) is not None
    now[0] = 2 * LOOK_EVERY_S
    assert keys.find(key) is None


def test_a_file_that_cannot_be_read_changes_nothing_until_it_is_mended(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    key = add_key(file, "shop", ["read"])
    keys = FileKeys(file, clock=lambda: now[0])
    good = file.read_bytes()
    with caplog.at_level(logging.INFO, "polyrec.api"):
        for damage in (lambda: file.write_text("{"), file.unlink):
            damage()
            for _ in range(3):
                now[0] += LOOK_EVERY_S
                assert keys.find(key) is not None
    assert [json.loads(r.message)["event"] for r in caplog.records] == ["keys not read"]
    file.write_bytes(good)
    file.chmod(0o600)
    revoke_key(file, "shop")
    now[0] += LOOK_EVERY_S
    assert keys.find(key) is None
