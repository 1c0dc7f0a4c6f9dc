from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest

import polyrec
from polyrec.cli.commands import COMMANDS
from polyrec.core.errors import ConfigError, DataError, EngineError, NotFittedError, PolyrecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    Run = Callable[..., Result]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let `polyrec datasets` fail in a given way."""

    def fail_with(error: BaseException) -> None:
        def fail() -> None:
            raise error

        monkeypatch.setattr("polyrec.data.datasets.shipped_datasets", fail)

    return fail_with


def test_every_line_of_the_table_names_a_command() -> None:
    for name, line in COMMANDS.items():
        module, _, attribute = line.where.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        assert command.name == name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_with_examples(run: Run, name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"polyrec {name}" in result.stdout.partition("Examples:")[2]


def test_help_lists_the_commands_without_loading_them() -> None:
    code = (
        "import sys; from polyrec.cli.main import cli; cli(['--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'polars', 'rich', 'scipy', 'polyrec.cli.fit'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for name, line in COMMANDS.items():
        assert name in done.stdout
        assert line.summary in done.stdout


def test_the_bare_command_shows_its_help(run: Run) -> None:
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.stderr


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").stdout == f"polyrec {polyrec.__version__}\n"


def test_an_unknown_command_is_told_the_nearest(run: Run) -> None:
    result = run("recomend")
    assert result.exit_code == 2
    assert result.stderr == (
        "polyrec: error: no command is named 'recomend'\ndid you mean 'recommend'?\n"
    )


def test_an_unknown_option_is_told_where_to_look(run: Run) -> None:
    result = run("parts", "--nosuch")
    assert result.exit_code == 2
    assert result.stderr.startswith("polyrec: error: No such option")
    assert result.stderr.endswith("see polyrec parts --help\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("so wrong", hint="do this"), 2),
        (DataError("so wrong", hint="do this"), 3),
        (EngineError("so wrong", hint="do this"), 4),
    ],
)
def test_a_fault_is_two_lines_and_an_exit_code(
    run: Run, failing: Callable[[BaseException], None], error: PolyrecError, code: int
) -> None:
    failing(error)
    result = run("datasets")
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr == "polyrec: error: so wrong\ndo this\n"


def test_a_part_that_has_not_learned_exits_as_wrong_data(
    run: Run, failing: Callable[[BaseException], None]
) -> None:
    failing(NotFittedError("Ease"))
    assert run("datasets").exit_code == 3


def test_a_file_that_the_system_refuses_is_no_traceback(
    run: Run, failing: Callable[[BaseException], None]
) -> None:
    failing(PermissionError(13, "Permission denied", "secret.csv"))
    result = run("datasets")
    assert result.exit_code == 3
    assert result.stderr == "polyrec: error: secret.csv: Permission denied\n"


def test_what_data_say_cannot_steer_the_terminal_from_an_error(
    run: Run, failing: Callable[[BaseException], None]
) -> None:
    failing(DataError("row \x1b]0;owned\x07\x9b2J", hint="\x1b[31m"))
    result = run("datasets")
    assert result.stderr == "polyrec: error: row  ]0;owned 2J\n[31m\n"


@pytest.mark.parametrize("args", [["--debug", "datasets"], ["datasets", "--debug"]])
def test_debug_shows_the_traceback(
    run: Run, failing: Callable[[BaseException], None], args: list[str]
) -> None:
    failing(DataError("so wrong"))
    assert isinstance(run(*args).exception, DataError)


def test_ctrl_c_is_one_line_and_exit_130(
    run: Run, failing: Callable[[BaseException], None]
) -> None:
    failing(KeyboardInterrupt())
    result = run("datasets")
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "polyrec: stopped\n"
