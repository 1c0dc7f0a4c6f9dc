"""`polyrec parts`: what a plan can name, and the settings of each."""

from __future__ import annotations

from typing import Any

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json

EPILOG = """\b
Examples:
  polyrec parts
  polyrec parts recommender
  polyrec parts encoder --json

\b
In a plan, a part is named by `use`, and its settings stand below it:
  [recommender]
  use = "ease"
  l2 = 20.0"""


@click.command(epilog=EPILOG)
@click.argument("kind", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def parts(kind: str | None, as_json: bool) -> None:
    """List the parts that a plan can name, of one KIND or all, with settings and defaults."""
    from polyrec.cli.part_facts import part_facts

    found = part_facts(kind)
    if as_json:
        show_json(found)
        return
    for place, (name, lines) in enumerate(_by_kind(found).items()):
        if place:
            click.echo()
        click.secho(name, bold=True)
        for part in lines:
            _show(part)


def _by_kind(found: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for part in found:
        kinds.setdefault(part["kind"], []).append(part)
    return kinds


def _show(part: dict[str, Any]) -> None:
    click.echo(f"  {printable(part['name'])}: {printable(part['summary'])}")
    if part["missing"]:
        click.echo(f"      not installed: {printable(part['missing'])}")
    for setting in part["settings"]:
        value = f"= {setting['default']!r}" if not setting["required"] else "(needed)"
        about = f"  # {printable(setting['about'])}" if setting["about"] else ""
        click.echo(f"      {setting['name']}: {setting['type']} {value}{about}")
