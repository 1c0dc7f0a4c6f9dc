"""`polyrec backup` and `polyrec restore`: database and models in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from polyrec.cli.printable import printable
from polyrec.cli.tables import show_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.live.backup import Contents
    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database

BACKUP_EPILOG = """\b
Examples:
  polyrec backup polyrec.backup
  POLYREC_DATABASE=postgresql://me@host/polyrec polyrec backup polyrec.backup

It may be made while a service runs. The file is for you alone: it holds what users did and wrote.
Keys are not in it: keep keys.json too."""

RESTORE_EPILOG = """\b
Examples:
  polyrec restore polyrec.backup
  POLYREC_DATABASE=postgresql://me@host/polyrec polyrec restore polyrec.backup

Who was deleted after the backup was made is there again: delete them once more."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option(
            "--models",
            "root",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help="The models in service.  [default: models in the user's data folder]",
        ),
        click.argument("file", type=click.Path(path_type=Path)),
    ):
        command = option(command)
    return command


@click.command(epilog=BACKUP_EPILOG)
@_options
def backup(file: Path, root: Path | None, as_json: bool) -> None:
    """Write the database, and the models in service, to FILE.

    Of the models, the one that serves and the one before.
    """
    from polyrec.live.backup import back_up

    database, models = _places(root)
    _show(back_up(database, models, file), as_json)


@click.command(epilog=RESTORE_EPILOG)
@_options
def restore(file: Path, root: Path | None, as_json: bool) -> None:
    """Fill an empty database, SQLite or PostgreSQL, from the backup FILE.

    All of it, or nothing.
    """
    from polyrec.live import backup

    database, models = _places(root)
    _show(backup.restore(file, database, models), as_json)


def _places(root: Path | None) -> tuple[Database, ModelsFolder]:
    from polyrec.live.models_folder import ModelsFolder, default_root
    from polyrec.store.database import Database

    database = Database()
    return database, ModelsFolder(root or default_root(), database)


def _show(found: Contents, as_json: bool) -> None:
    if as_json:
        show_json(found.facts)
        return
    click.echo(f"made {found.made:%Y-%m-%d %H:%M:%S} UTC, version {found.version}")
    for name, n_rows in sorted(found.counts.items()):
        click.echo(printable(f"{name}: {n_rows:,}"))
    for name in found.models:
        click.echo(printable(f"model {name}"))
