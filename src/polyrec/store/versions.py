"""Versions of the model: which were made, which one serves, which can be gone back to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.errors import DataError, UnknownIdError
from polyrec.store.database import insert
from polyrec.store.limits import LONGEST_NOTE, given_id, given_text
from polyrec.store.tables import versions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from polyrec.store.database import Database

MADE, ACTIVE, KEPT, FAILED = "made", "active", "kept", "failed"
LARGEST = 2**63 - 1
"""No row has a larger number."""


@dataclass(frozen=True)
class Version:
    """One version of the model.

    Attributes:
        number: grows with each version.
        folder: the name of its folder, without path.
        hash: SHA-256 of what the folder holds now, in hexadecimal digits; empty if nothing was
            made.
        origin: that of what it held when it came; it stays when users are taken out of it.
        last_event: the number of the last event that it learned from.
        last_forgotten: the number of the last deletion of a user that its folder knows of.
        state: `made`, `active` (it serves; one at most), `kept` (it served before) or `failed`.
        error: why it failed, or empty.
        made: when it was made.
        activated: when it began to serve, for the last time; None if it never did.
    """

    number: int
    folder: str
    hash: str
    origin: str
    last_event: int
    last_forgotten: int
    state: str
    error: str
    made: datetime
    activated: datetime | None


class Versions:
    """The versions of the model that a database knows."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(
        self,
        folder: str,
        hash: str,  # noqa: A002
        *,
        origin: str = "",
        last_event: int = 0,
        last_forgotten: int = 0,
    ) -> Version:
        """Keep a version that was made; it does not serve yet.

        Args:
            folder: the name of its folder.
            hash: SHA-256 of what the folder holds.
            origin: that of the model that it was made of; empty if it is as it came.
            last_event: the number of the last event that it learned from.
            last_forgotten: that of the last deletion of a user that the folder knows of.

        Raises:
            DataError: the folder is no plain name or there already, or the hash is no SHA-256.
        """
        made = {"hash": _sha256(hash), "origin": _sha256(origin or hash), "last_event": last_event}
        made |= {"last_forgotten": last_forgotten, "state": MADE, "error": ""}
        return self._add(folder, made)

    def fail_new(self, folder: str, error: str) -> Version:
        """Keep that no version could be made, and why.

        Args:
            folder: the name that its folder would have had.
            error: why; cut where it is too long.

        Raises:
            DataError: the folder is no plain name or there already.
        """
        nothing = {"hash": "", "origin": "", "last_event": 0, "last_forgotten": 0}
        return self._add(folder, nothing | {"state": FAILED, "error": _why(error)})

    def put(self, number: int, *, folder: str, hash: str, last_forgotten: int) -> Version:  # noqa: A002
        """Say where a version is now: without users who were deleted, it is another folder.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: the folder is no plain name, or the hash is no SHA-256.
        """
        now = {
            "folder": _name(folder),
            "hash": _sha256(hash),
            "last_forgotten": last_forgotten,
        }
        with self.database.writing() as connection:
            _locked(connection, number)
            _set(connection, number, now)
            return _version(connection, number)

    def activate(self, number: int) -> Version:
        """Let a version serve; the one that did is kept.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: it failed.
        """
        with self.database.writing() as connection:
            _locked(connection, number)
            return _activate(connection, number)

    def fail(self, number: int, error: str, *, instead: int | None = None) -> Version:
        """Say that a version cannot serve, and why.

        Args:
            number: the version.
            error: why; cut where it is too long.
            instead: the version that takes its place if it is the one that serves.

        Raises:
            UnknownIdError: there is none of the number.
            DataError: it serves, and nothing can take its place.
        """
        with self.database.writing() as connection:
            if _locked(connection, number).state == ACTIVE:
                if instead in {None, number}:
                    hint = "activate another one first"
                    raise DataError(f"version {number} serves", hint=hint)
                _activate(connection, instead)
            _set(connection, number, {"state": FAILED, "error": _why(error)})
            return _version(connection, number)

    def get(self, number: int) -> Version:
        """Give a version.

        Raises:
            UnknownIdError: there is none of the number.
        """
        with self.database.reading() as connection:
            return _version(connection, number)

    def active(self) -> Version | None:
        """Give the version that serves."""
        return self._first(versions.c.state == ACTIVE)

    def previous(self) -> Version | None:
        """Give the version that served last before the one that does: to go back, activate it."""
        return self._first(versions.c.state == KEPT)

    def last(self) -> Version | None:
        """Give the newest version, whether it serves, waits or failed."""
        return self._first(by=versions.c.id)

    def all(self) -> list[Version]:
        """List all versions, newest first."""
        wanted = sa.select(versions).order_by(versions.c.id.desc())
        with self.database.reading() as connection:
            return [Version(*row) for row in connection.execute(wanted)]

    def _first(
        self, *which: sa.ColumnElement[bool], by: sa.ColumnElement[Any] = versions.c.activated
    ) -> Version | None:
        wanted = sa.select(versions).where(*which)
        wanted = wanted.order_by(by.desc(), versions.c.id.desc()).limit(1)
        with self.database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else Version(*row)

    def _add(self, folder: str, values: dict[str, Any]) -> Version:
        row = values | {"folder": _name(folder), "made": datetime.now(UTC)}
        with self.database.writing() as connection:
            made = insert(connection, versions).values(row)
            made = made.on_conflict_do_nothing(index_elements=["folder"])
            found = connection.execute(made.returning(*versions.c)).one_or_none()
            if found is None:
                raise DataError(f"there is a version {folder!r} already")
            return Version(*found)


def _locked(connection: Connection, number: int) -> Version:
    """Give a version, and keep all from changing: that one serves is a matter of all."""
    connection.execute(sa.select(versions.c.id).order_by(versions.c.id).with_for_update()).all()
    return _version(connection, number)


def _version(connection: Connection, number: int) -> Version:
    row = None
    if 0 < number <= LARGEST:
        wanted = sa.select(versions).where(versions.c.id == number)
        row = connection.execute(wanted).one_or_none()
    if row is None:
        raise UnknownIdError("version", str(number))
    return Version(*row)


def _activate(connection: Connection, number: int) -> Version:
    row = _version(connection, number)
    if row.state == FAILED:
        raise DataError(f"version {number} failed", hint="activate another one")
    if row.state != ACTIVE:
        connection.execute(sa.update(versions).where(versions.c.state == ACTIVE).values(state=KEPT))
        last = connection.scalar(sa.select(sa.func.max(versions.c.activated)))
        now = datetime.now(UTC)
        if last is not None:  # the clock may have been moved back
            now = max(now, last + timedelta(microseconds=1))
        _set(connection, number, {"state": ACTIVE, "activated": now})
    return _version(connection, number)


def _set(connection: Connection, number: int, changes: dict[str, Any]) -> None:
    connection.execute(sa.update(versions).where(versions.c.id == number).values(changes))


def _name(folder: str) -> str:
    given_id("folder", folder)
    if folder in {".", ".."} or set(folder) & set("/\\\0"):
        raise DataError("the folder of a version is a path", hint="give its name alone")
    return folder


def _sha256(given: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", given):
        raise DataError("the hash of a version is no SHA-256 in hexadecimal digits")
    return given


def _why(error: str) -> str:
    return given_text("error", error[:LONGEST_NOTE])
