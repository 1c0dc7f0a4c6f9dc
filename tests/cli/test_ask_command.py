from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def _asked(run: Run, *args: Any) -> dict[str, Any]:
    done = run("ask", *args, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_wish_is_answered_and_what_was_understood_is_shown(run: Run, content_model: str) -> None:
    done = run("ask", content_model, "two tools of wood in German, no saw")
    assert done.exit_code == 0, done.output
    first, second, *_ = done.stdout.splitlines()
    assert first == (
        "understood by rules: text 'tools of wood'; languages de (only); category tools; "
        "without saw; k 2"
    )
    assert second == "from the text that was given (text)"
    assert "hobel" in done.stdout
    assert "music" not in done.stdout


def test_options_take_the_place_of_what_was_understood(run: Run, content_model: str) -> None:
    wish = "two tools of wood in German, no saw"
    plain = _asked(run, content_model, wish)["understood"]["wish"]
    assert (plain["languages"], plain["category"], plain["without"]) == (["de"], "tools", ["saw"])
    edits = ["--languages", "", "--category", "", "--without", "flute", "-k", 5, "--text", "wood"]
    edited = _asked(run, content_model, wish, *edits)
    assert edited["understood"]["wish"] == {
        "text": "wood",
        "text_language": "en",
        "languages": [],
        "language_mode": "any",
        "category": None,
        "without": ["flute"],
        "k": 5,
    }
    assert "flute" not in [item["item_id"] for item in edited["suggestion"]["items"]]
    modes = _asked(run, content_model, wish, "--languages", "ja,en", "--language-mode", "prefer")
    assert modes["understood"]["wish"]["languages"] == ["ja", "en"]
    assert modes["understood"]["wish"]["language_mode"] == "prefer"


def test_what_the_catalog_does_not_have_is_told(run: Run, content_model: str) -> None:
    assert "not in the catalog: sw" in run("ask", content_model, "songs in Swahili").stdout


def test_who_asks_may_be_named(run: Run, content_model: str) -> None:
    assert _asked(run, content_model, "wood", "--user", "ada")["suggestion"]["mode"] == "personal"


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (["--languages", "de,,en"], 2, "--languages has an empty tag"),
        (["--category", "toys"], 3, "no item has the category 'toys'"),
        (["--languages", "no language"], 3, "'no language' is not a language tag"),
    ],
)
def test_what_cannot_be_asked_is_told(
    run: Run, content_model: str, options: list[str], code: int, says: str
) -> None:
    done = run("ask", content_model, "wood", *options)
    assert done.exit_code == code
    assert says in done.stderr


def test_an_empty_wish_is_told_what_to_say(run: Run, content_model: str) -> None:
    done = run("ask", content_model, "")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "the wish is empty\nsay what is wished, such as 'games in German'" in done.stderr
