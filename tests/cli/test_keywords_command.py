from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sudachipy", reason="needs the extra japanese")

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def test_items_and_users_have_keywords_by_language(run: Run, data: list[str]) -> None:
    result = run("keywords", *data, "säge", "tea", "--user", "ada")
    assert result.exit_code == 0, result.output
    lines = [line.split() for line in result.stdout.splitlines()[2:]]
    assert [line[:2] for line in lines] == [
        ["säge", "de"],
        ["tea", "ja"],
        ["ada", "en"],
        ["ada", "de"],
    ]
    assert lines[0][2:] == ["handsäge,", "holz"]


def test_keywords_as_json(run: Run, data: list[str]) -> None:
    found = json.loads(run("keywords", *data, "saw", "--user", "eve", "-k", 1, "--json").stdout)
    assert [list(each) for each in found] == [["item_id", "keywords"], ["user_id", "keywords"]]
    assert found[0]["item_id"] == "saw"
    assert set(found[1]["keywords"]) == {"en", "de"}
    assert set(found[0]["keywords"]["en"][0]) == {"word", "score"}


def test_unknown_ids_and_no_ids_are_refused(run: Run, data: list[str]) -> None:
    result = run("keywords", *data, "nosuch")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "no item has the id 'nosuch'" in result.stderr
    result = run("keywords", *data, "--user", "nobody")
    assert result.exit_code == 3
    assert "no user has the id 'nobody'" in result.stderr
    assert run("keywords", *data).exit_code == 2
