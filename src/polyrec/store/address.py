"""Which database: SQLite in the user's data folder, or what `POLYREC_DATABASE` or a plan names."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from polyrec.core.errors import ConfigError

VARIABLE = "POLYREC_DATABASE"
DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
HINT = "give a file's path, sqlite:///FILE or postgresql://USER@HOST/NAME"


def default_file() -> Path:
    """Where the database lies unless something else is named."""
    return Path(platformdirs.user_data_dir("polyrec")) / "polyrec.sqlite"


def address_of(named: str = "") -> sa.URL:
    """Give the address of a database.

    Args:
        named: a file's path or a URL without password; empty for what `POLYREC_DATABASE` holds (a
            password may stand there), else for `default_file()`.

    Raises:
        ConfigError: it cannot be used, or a password stands where others may read it. No message
            repeats the address.
    """
    given = named or os.environ.get(VARIABLE, "")
    where = "database" if named else VARIABLE
    if not given:
        return sa.URL.create("sqlite", database=str(default_file()))
    if "://" not in given:
        return sa.URL.create("sqlite", database=str(Path(given).expanduser()))
    try:
        url = sa.make_url(given)
    except (ArgumentError, ValueError):
        raise ConfigError(f"{where} is no URL of a database", hint=HINT) from None
    if url.drivername not in DRIVERS:
        raise ConfigError(f"{where} names a database that is not supported", hint=HINT)
    url = url.set(drivername=DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise ConfigError(f"{where} names no file", hint=HINT)
    if "@" in (url.host or ""):
        raise ConfigError(f"{where} has two @", hint="write the one in a password as %40")
    if named and secrets_in(url):
        raise ConfigError(
            f"{where} holds a password",
            hint=f"put the URL into the environment variable {VARIABLE}, and leave {where} out",
        )
    return url


def secrets_in(url: sa.URL) -> list[str]:
    """List what must not be shown of an address."""
    values = [str(url.query[name]) for name in url.query if "password" in name]
    return [secret for secret in (url.password, *values) if secret]
