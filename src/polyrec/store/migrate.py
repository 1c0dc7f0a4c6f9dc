"""Brings the tables of a database to a version, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from polyrec.store.tables import HEAD

if TYPE_CHECKING:
    from sqlalchemy import Connection

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x706F6C79
"""The number of PostgreSQL's advisory lock: one process migrates, others wait."""


def upgrade(connection: Connection, version: str = HEAD) -> None:
    """Bring older tables, or none, up to a version."""
    _lock(connection)
    command.upgrade(_config(connection), version)


def downgrade(connection: Connection, version: str) -> None:
    """Bring newer tables down to a version, `base` for none; what they hold besides is lost."""
    _lock(connection)
    command.downgrade(_config(connection), version)


def _lock(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE keeps other writers out already
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
