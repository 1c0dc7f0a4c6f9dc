"""`polyrec retrain`: a new version of the model in service, from all that has happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.models_option import models_option
from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json
from polyrec.core.counted import counted

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.live.retrain import Retrained

EPILOG = """\b
Examples:
  polyrec retrain
  polyrec retrain --min-events 1000
  polyrec retrain --plan plan.toml --seed 3 --json

The new version learns from what the one that serves learned from, with the database's items and
events put over it. It serves if it answers; whatever fails, the old one goes on. A service that
runs takes it up within seconds. See polyrec versions and polyrec rollback."""


@click.command(epilog=EPILOG)
@click.option("--plan", help="A .toml file, or a shipped plan.  [default: that of what serves]")
@click.option("--seed", type=int, help="Draws all that is drawn.  [default: that of what serves]")
@click.option(
    "--min-events",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Do nothing where fewer events came in since.",
)
@models_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def retrain(
    plan: str | None, seed: int | None, min_events: int, models_root: Path | None, as_json: bool
) -> None:
    """Fit a new version of the model on all that has happened, and let it serve."""
    from polyrec.live import retrain as live
    from polyrec.live.models_folder import ModelsFolder, default_root
    from polyrec.store.database import Database

    database = Database()
    models = ModelsFolder(models_root or default_root(), database)
    made = live.retrain(models, database, plan=plan, seed=seed, min_events=min_events)
    if as_json:
        show_json({"retrained": False} if made is None else _facts(made))
    elif made is None:
        click.echo(f"fewer than {min_events:,} events since: nothing to do")
    else:
        _report(made)


def _facts(made: Retrained) -> dict[str, Any]:
    version = made.version
    return {
        "retrained": True,
        "version": version.number,
        "hash": version.hash,
        "state": version.state,
        "last_event": version.last_event,
        "users": made.users,
        "items": made.items,
        "interactions": made.interactions,
        "notes": list(made.notes),
        "seconds": made.seconds,
    }


def _report(made: Retrained) -> None:
    from polyrec.store.versions import ACTIVE

    counts = (
        counted(made.users, "user"),
        counted(made.items, "item"),
        counted(made.interactions, "interaction"),
    )
    click.echo(f"fitted in {made.seconds:.1f} s: {', '.join(counts)}")
    for note in made.notes:
        click.echo(printable(note))
    number = made.version.number
    if made.version.state == ACTIVE:
        click.echo(f"version {number} serves")
    else:
        said = "another version began to serve meanwhile"
        click.echo(f"{said}; to let this one: polyrec rollback {number}")
