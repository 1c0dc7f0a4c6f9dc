from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


def test_interests_are_shown_with_their_share_and_keywords(run: Run, content_model: str) -> None:
    result = run("profile", content_model, "--user", "ada", "--language", "de")
    assert result.exit_code == 0, result.output
    assert "from the user's own history (personal)" in result.stdout
    assert "languages: " in result.stdout
    assert "in words (keywords): " in result.stdout
    found = json.loads(run("profile", content_model, "--user", "ada", "--json").stdout)
    assert set(found) >= {"user_id", "interests", "languages", "mode", "n_items", "note"}
    assert "words" not in found
    shares = [each["share"] for each in found["interests"]]
    assert shares == sorted(shares, reverse=True)
    for each in found["interests"]:
        assert f"{each['share']:.0%}" in result.stdout


def test_a_history_has_a_profile_too(run: Run, content_model: str) -> None:
    args = ("profile", content_model, "--history", "saw", "--language", "en", "--json")
    found = json.loads(run(*args).stdout)
    assert (found["mode"], found["n_items"], found["user_id"]) == ("fold-in", 1, None)
    assert found["interests"][0]["items"][0]["item_id"] == "saw"
    assert found["words"]["worded_by"] == "keywords"


def test_a_model_whose_words_cannot_be_used_is_named(run: Run, content_model: str) -> None:
    args = ("profile", content_model, "--user", "ada", "--language", "en")
    result = run(*args, "--language-model", "scripted")
    assert result.exit_code == 0, result.output
    assert "in words (keywords): " in result.stdout
    assert "note: what scripted wrote is not used: it says 33%" in result.stdout


def test_of_somebody_who_is_not_known_it_says_so(run: Run, content_model: str) -> None:
    result = run("profile", content_model, "--user", "nobody")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "no user has the id 'nobody'\ngive somebody whose interactions" in result.stderr
    result = run("profile", content_model, "--user", "nobody", "--history", "saw")
    assert result.stdout.startswith("from the history that was given (fold-in); 1 item\n")


def test_what_is_missing_is_named(run: Run, content_model: str) -> None:
    result = run("profile", content_model)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give --user or --history" in result.stderr
    result = run("profile", content_model, "--user", "ada", "--language-model", "scripted")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "give --language" in result.stderr
