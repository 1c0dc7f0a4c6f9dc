from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from polyrec.api.key_file import open_keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]


def test_a_key_is_added_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    open_keys(file)
    added = run("keys", "add", "shop", "--scopes", "write, read", "--keys", file)
    assert added.exit_code == 0, added.output
    (key,) = re.findall(r"^key \(read, write\), shown only now: (polyrec_\S+)$", added.stdout, re.M)
    listed = run("keys", "list", "--keys", file)
    assert re.search(r"^shop +read, write +\d{4}-\d\d-\d\d$", listed.stdout, re.M)
    assert key not in listed.output
    assert run("keys", "revoke", "shop", "--keys", file).stdout == "revoked\n"
    rows = json.loads(run("keys", "list", "--json", "--keys", file).stdout)
    assert [(row["name"], row["scopes"]) for row in rows] == [("first", ["read", "write", "admin"])]


def test_the_file_is_the_services_own_if_none_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "no keys yet" in run("keys", "list").stdout
    assert not (tmp_path / "polyrec").exists()
    assert run("keys", "add", "shop", "--scopes", "read").exit_code == 0
    assert (tmp_path / "polyrec" / "keys.json").is_file()


def test_the_last_key_with_admin_goes_only_with_yes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    open_keys(file)
    refused = run("keys", "revoke", "first", "--keys", file)
    assert refused.exit_code == 2
    assert "give --yes" in refused.stderr
    assert run("keys", "revoke", "first", "--yes", "--keys", file).exit_code == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["add", "shop"], "--scopes"),
        (["add", "shop", "--scopes", "reed"], "did you mean 'read'"),
        (["add", "a\nb", "--scopes", "read"], "a key's name is"),
        (["revoke", "shop"], "no key is named 'shop'"),
    ],
)
def test_what_cannot_be_is_told(run: Run, tmp_path: Path, args: list[str], says: str) -> None:
    done = run("keys", *args, "--keys", tmp_path / "keys.json")
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "keys.json").exists()
