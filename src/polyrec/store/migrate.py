"""Brings the tables of a database to a version, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from polyrec.store.tables import HEAD
from polyrec.store.turns import MIGRATING, take_turns

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).with_name("migrations")


def versions() -> list[str]:
    """List all versions of the tables that there were, newest first."""
    return [each.revision for each in ScriptDirectory(FOLDER).walk_revisions()]


def upgrade(connection: Connection, version: str = HEAD) -> None:
    """Bring older tables, or none, up to a version."""
    take_turns(connection, MIGRATING)
    command.upgrade(_config(connection), version)


def downgrade(connection: Connection, version: str) -> None:
    """Bring newer tables down to a version, `base` for none; what they hold besides is lost."""
    take_turns(connection, MIGRATING)
    command.downgrade(_config(connection), version)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
