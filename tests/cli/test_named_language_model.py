"""Every command that asks a language model names it alike, and says where it could not help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    Run = Callable[..., Result]

COMMANDS = {
    "ask": ("two tools of wood in German",),
    "explain": ("--user", "ada", "-k", "1", "--words"),
    "profile": ("--user", "ada", "--language", "en"),
}


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest, content_model: str) -> tuple[str, ...]:
    return (request.param, content_model, *COMMANDS[request.param])


def test_one_of_a_file_that_is_down_is_told_of(
    run: Run, command: tuple[str, ...], tmp_path: Path
) -> None:
    down = tmp_path / "down.toml"
    down.write_text('[language-model]\nuse = "scripted"\nanswers = ["!timeout"]\n', "utf-8")
    done = run(*command, "--language-model", down)
    assert done.exit_code == 0, done.output
    assert "note: " in done.stdout
    assert any(each in done.stdout for each in ("by rules", "(keywords)", "Because you chose"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[encoder]\nuse = "hashing"\n', "has no [language-model]"),
        ('[language-model]\nuse = "locl"\n', "did you mean 'local'"),
        (
            '[language-model]\nuse = "http"\nurl = "http://10.0.0.1/v1"\nmodel = "large"\n',
            "set allow_user_text = true",
        ),
    ],
)
def test_one_that_cannot_be_used_is_refused(
    run: Run, command: tuple[str, ...], tmp_path: Path, table: str, said: str
) -> None:
    file = tmp_path / "words.toml"
    file.write_text(table, "utf-8")
    done = run(*command, "--language-model", file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_name_that_there_is_not_is_refused(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--language-model", "locl")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean 'local'" in done.stderr
