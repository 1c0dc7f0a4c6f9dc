"""The group of commands: loads a command when it is called, and ends without tracebacks."""

from __future__ import annotations

import errno
import importlib
import sys
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.commands import COMMANDS
from polyrec.cli.printable import printable
from polyrec.core.errors import DataError, PolyrecError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


class Group(click.Group):
    """The commands of `COMMANDS`; `--debug` works before and behind a command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the names in the order of the flow."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; None if there is none of the name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        if _DEBUG not in command.params:
            command.params.append(_DEBUG)
        return command

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """List the options of the group itself."""
        found = super().get_params(ctx)
        return [*found[:-1], _DEBUG, found[-1]]  # --help stays last

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown name is told the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UnknownNameError("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line.summary) for name, line in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; Ctrl-C ends it in one line."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("polyrec: stopped", err=True)
            ctx.exit(INTERRUPTED)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line and exit with its code; a fault on purpose is two lines."""
        shared = {"debug": False}
        try:
            end = super().main(
                args, prog_name, complete_var, standalone_mode=False, obj=shared, **extra
            )
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            end = error.exit_code
        except click.Abort:  # Ctrl-C before a command has begun
            end = INTERRUPTED
        except (PolyrecError, click.ClickException, OSError) as error:
            if shared["debug"]:
                raise
            end = _say(error)
        if standalone_mode:
            sys.exit(end if isinstance(end, int) else 0)
        return end


def _say(error: PolyrecError | click.ClickException | OSError) -> int:
    """Print a fault to stderr and give its exit code."""
    problem, hint, code = _told(error)
    click.echo(f"polyrec: error: {printable(problem)}", err=True)
    if hint:
        click.echo(printable(hint), err=True)
    return code


def _told(error: PolyrecError | click.ClickException | OSError) -> tuple[str, str, int]:
    """Give problem, hint and exit code."""
    if isinstance(error, PolyrecError):
        return error.problem, error.hint, error.exit_code
    if isinstance(error, click.UsageError):
        where = error.ctx.command_path if error.ctx else "polyrec"
        return error.format_message(), f"see {where} --help", error.exit_code
    if isinstance(error, click.ClickException):
        return error.format_message(), "", error.exit_code
    what = error.strerror or errno.errorcode.get(error.errno or 0, str(error))
    file = f"{error.filename}: " if error.filename else ""
    return f"{file}{what}", "", DataError.exit_code


def _switch_on(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    if value:
        ctx.find_root().obj["debug"] = True


_DEBUG = click.Option(
    ["--debug"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_switch_on,
    help="Show tracebacks.",
)
