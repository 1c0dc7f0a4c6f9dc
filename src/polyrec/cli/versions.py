"""`polyrec versions` and `polyrec rollback`: which models have served, and going back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.models_option import models_option
from polyrec.cli.tables import add_row, show, show_json, table
from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.versions import Version

EPILOG = """\b
Examples:
  polyrec versions
  polyrec versions --json

The one that serves is active; to a kept one, and to one that was made, polyrec rollback leads.
Folders of older ones are deleted: they are gone."""

ROLLBACK_EPILOG = """\b
Examples:
  polyrec rollback
  polyrec rollback 3

Each file of the version is checked first. A service that runs takes it up within seconds."""


@click.command(epilog=EPILOG)
@models_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def versions(models_root: Path | None, as_json: bool) -> None:
    """List the versions of the model in service, newest first."""
    models = _models(models_root)
    rows = [_facts(models, each) for each in models.versions.all()]
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo("no versions yet: polyrec serve MODEL makes a first one")
        return
    made = table("version", "state", "made", "hash", "last event", "error", numbers=("version",))
    for row in rows:
        short = row["hash"][:12]
        cells = (row["version"], row["state"], row["made"][:19], short, row["last_event"])
        add_row(made, [*cells, row["error"]])
    show(made)


@click.command(epilog=ROLLBACK_EPILOG)
@click.argument("number", type=click.IntRange(min=1), required=False)
@models_option
def rollback(number: int | None, models_root: Path | None) -> None:
    """Let version NUMBER serve, or the one that served before."""
    from polyrec.live.start import before

    models = _models(models_root)
    if number is None:
        active = models.versions.active()
        previous = before(models, 0 if active is None else active.number)
        if previous is None:
            raise DataError("no version to go back to", hint="see polyrec versions")
        number = previous.number
    models.load(number)
    models.versions.activate(number)
    click.echo(f"version {number} serves")


def _models(root: Path | None) -> ModelsFolder:
    from polyrec.live.models_folder import ModelsFolder, default_root
    from polyrec.store.database import Database

    return ModelsFolder(root or default_root(), Database())


def _facts(models: ModelsFolder, version: Version) -> dict[str, Any]:
    from polyrec.store.versions import FAILED

    gone = version.state != FAILED and not models.has(version)
    return {
        "version": version.number,
        "state": "gone" if gone else version.state,
        "hash": version.hash,
        "origin": version.origin,
        "made": version.made.isoformat(),
        "activated": version.activated and version.activated.isoformat(),
        "last_event": version.last_event,
        "error": version.error,
    }
