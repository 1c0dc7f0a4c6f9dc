"""`polyrec store`: which database it is, what it holds, bringing it up to date, old keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json

EPILOG = """\b
Examples:
  polyrec store show
  polyrec store upgrade
  polyrec store forget-keys --days 30
  POLYREC_DATABASE=postgresql://me@host/polyrec polyrec store show --json

The environment variable POLYREC_DATABASE names the database: a file's path or a URL, which may hold
a password. Without it, it is a file in your data folder."""

UPGRADE_EPILOG = """\b
Examples:
  polyrec store upgrade

Make a backup first: see docs/review.md."""


FORGET_EPILOG = """\b
Examples:
  polyrec store forget-keys --days 30

What is sent once more after its key was forgotten counts twice: give senders time to try again."""


@click.group(epilog=EPILOG)
def store() -> None:
    """Show the database, or bring it up to date."""


@store.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_store(as_json: bool) -> None:
    """Show where it is, its version, what it holds."""
    from polyrec.store.database import Database
    from polyrec.store.tables import metadata

    database = Database()
    counts = database.counts()
    facts = {"database": database.shown, "version": database.version()} | counts
    if as_json:
        show_json(facts)
        return
    click.echo(printable(f"{facts['database']}, version {facts['version']}"))
    for name in metadata.tables:
        click.echo(f"{name}: {counts[name]:,}")


@store.command(epilog=UPGRADE_EPILOG)
def upgrade() -> None:
    """Bring an older polyrec's tables up to date.

    All at once, or not at all.
    """
    from polyrec.store.database import Database

    database = Database()
    before, after = database.upgrade()
    if before == after:
        said = f"version {after} already"
    else:
        said = f"version {after} now" + (f", was {before}" if before else "")
    click.echo(printable(f"{database.shown}: {said}"))


@store.command("forget-keys", epilog=FORGET_EPILOG)
@click.option(
    "--days", type=click.IntRange(1), required=True, help="Keys that came in longer ago go."
)
def forget_keys(days: int) -> None:
    """Forget old keys by which events that are sent again count once."""
    from polyrec.store.database import Database
    from polyrec.store.events import Events

    n_gone = Events(Database()).forget_keys(datetime.now(UTC) - timedelta(days=days))
    click.echo(f"{n_gone:,} keys forgotten")
