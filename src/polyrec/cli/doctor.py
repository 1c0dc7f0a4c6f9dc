"""`polyrec doctor`: whether all is there that polyrec needs, and what to type where it is not."""

from __future__ import annotations

from dataclasses import asdict

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.counted import counted
from polyrec.core.errors import ConfigError

EPILOG = """\b
Examples:
  polyrec doctor
  polyrec doctor --json

The exit code is 0 if all is well and 2 if something is missing that polyrec cannot do without. What
is shown holds versions and paths, no keys or other settings of the environment."""


@click.command(epilog=EPILOG)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Check the installation, and encode two texts.

    Looks at versions, extras, weights, cache, database, apertium and memory.
    """
    from polyrec.cli.checks import all_checks

    found = all_checks()
    faults = [check for check in found if check.status == "fault"]
    if as_json:
        show_json({"ok": not faults, "checks": [asdict(check) for check in found]})
    else:
        made = table("", "checked", "found")
        for check in found:
            add_row(made, [check.status, check.name, check.found])
        show(made)
        remedies = [check for check in found if check.remedy]
        if remedies:
            click.echo()
        for check in remedies:
            click.echo(printable(f"{check.name}: {check.remedy}"))
        click.echo(f"\n{counted(len(faults), 'fault')}" if faults else "\nall is well")
    if faults:
        ctx.exit(ConfigError.exit_code)
