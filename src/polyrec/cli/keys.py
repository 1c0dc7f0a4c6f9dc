"""`polyrec keys`: who may ask a service, and what each key opens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.lists import NAMES
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.api.keys import Scope

EPILOG = """\b
Examples:
  polyrec keys list
  polyrec keys add shop --scopes read,write
  polyrec keys revoke shop

Only hashes are kept: a key is shown when it is made, and never again. A service that runs takes a
change up within a second or two."""

ADD_EPILOG = """\b
Examples:
  polyrec keys add shop --scopes read,write
  polyrec keys add prometheus --scopes read --keys keys.json"""

REVOKE_EPILOG = """\b
Examples:
  polyrec keys revoke shop
  polyrec keys revoke first --yes"""


def _file(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--keys",
        "file",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Where hashes of keys are kept.  [default: keys.json in the user's data folder]",
    )(command)


@click.group(epilog=EPILOG)
def keys() -> None:
    """List, add and revoke the keys that open a service."""


@keys.command("list")
@_file
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(file: Path | None, as_json: bool) -> None:
    """List names, scopes and the days on which keys were made."""
    from polyrec.api.key_file import default_file, read_keys

    file = file or default_file()
    records = read_keys(file) if file.exists() else []
    if as_json:
        show_json([{"name": r.name, "scopes": r.scopes, "made": r.made} for r in records])
        return
    if not records:
        click.echo("no keys yet: polyrec serve makes a first one, polyrec keys add another")
        return
    made = table("name", "scopes", "made", ids=("name",))
    for record in records:
        add_row(made, [record.name, ", ".join(record.scopes), record.made])
    show(made)


@keys.command(epilog=ADD_EPILOG)
@click.argument("name")
@click.option("--scopes", type=NAMES, required=True, help="Of read, write, admin.")
@_file
def add(name: str, scopes: list[str], file: Path | None) -> None:
    """Make a key called NAME and show it, this once."""
    from polyrec.api.key_file import add_key, default_file

    chosen = _scopes(scopes)
    key = add_key(file or default_file(), name, chosen)
    click.echo(f"key ({', '.join(chosen)}), shown only now: {key}")


@keys.command(epilog=REVOKE_EPILOG)
@click.argument("name")
@click.option("--yes", is_flag=True, help="Even if no key with the scope admin is left.")
@_file
def revoke(name: str, yes: bool, file: Path | None) -> None:
    """Let the key called NAME open nothing any more."""
    from polyrec.api.key_file import default_file, revoke_key

    revoke_key(file or default_file(), name, even_the_last=yes)
    click.echo("revoked")


def _scopes(given: list[str]) -> list[Scope]:
    from polyrec.api.keys import SCOPES

    for name in given:
        if name not in SCOPES:
            raise UnknownNameError("scope", name, SCOPES)
    return [scope for scope in SCOPES if scope in given]
