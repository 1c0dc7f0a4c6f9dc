"""The translation memory: what was translated once is found again, a person's text before all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from polyrec.core.texts import storable
from polyrec.store.database import insert
from polyrec.store.tables import hash_of, translations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from polyrec.store.database import Database

BLOCK = 500
PERSON = ""
"""The fingerprint of what a person approved or wrote."""

BY_A_PERSON = "person"
"""The engine of what a person wrote."""


@dataclass(frozen=True)
class Remembered:
    """A translation in the memory.

    Attributes:
        text: the translation.
        engine: what made it.
        quality: by whoever judged it, 0 to 1, or None.
        error: what failed on the way.
        approved: whether a person approved it.
        rejected: whether a person rejected this text, whatever engine made it.
    """

    text: str
    engine: str
    quality: float | None = None
    error: str = ""
    approved: bool = False
    rejected: bool = False


class Memory:
    """The translations of a database from one language to another by one translator.

    Args:
        database: where they are.
        source: standard tag of the language of texts.
        target: standard tag of the language of translations.
        fingerprint: names the translator and all that its translations depend on.
    """

    def __init__(self, database: Database, source: str, target: str, fingerprint: str) -> None:
        self.database = database
        self.source, self.target, self.fingerprint = source, target, fingerprint

    def recall(self, texts: Sequence[str]) -> dict[str, Remembered]:
        """Find what is known of texts: a person's translation of each, else the translator's."""
        by_hash = {hash_of(text): text for text in texts}
        hashes = list(by_hash)
        rows: dict[str, list[sa.Row[Any]]] = {}
        for start in range(0, len(hashes), BLOCK):
            wanted = sa.select(translations).where(
                translations.c.source_hash.in_(hashes[start : start + BLOCK]),
                translations.c.source == self.source,
                translations.c.target == self.target,
            )
            with self.database.reading() as connection:
                for row in connection.execute(wanted):
                    rows.setdefault(by_hash[row.source_hash], []).append(row)
        known = {text: self._best(found) for text, found in rows.items()}
        return {text: found for text, found in known.items() if found is not None}

    def _best(self, rows: Sequence[sa.Row[Any]]) -> Remembered | None:
        unwanted = {row.text for row in rows if row.rejected}
        persons = [row for row in rows if row.fingerprint == PERSON and row.approved]
        own = [row for row in rows if row.fingerprint == self.fingerprint]
        for row in (*persons, *own):
            rejected = row.text in unwanted and not persons
            return Remembered(row.text, row.engine, row.quality, row.error, row.approved, rejected)
        return None

    def remember(self, made: Mapping[str, Remembered]) -> None:
        """Keep translations by their source texts, at once; what is there already stays."""
        now = datetime.now(UTC)
        # in one order everywhere, so that two who write the same do not wait for each other
        rows = sorted(
            (self._row(text, each) | {"created": now} for text, each in made.items()),
            key=lambda row: str(row["key"]),
        )
        with self.database.writing() as connection:
            for start in range(0, len(rows), BLOCK):
                found = insert(connection, translations).values(rows[start : start + BLOCK])
                connection.execute(found.on_conflict_do_nothing(index_elements=["key"]))

    def _row(self, text: str, made: Remembered) -> dict[str, Any]:
        return {
            "key": hash_of(self.fingerprint, self.source, self.target, text),
            "source_hash": hash_of(text),
            "source_text": storable(text),
            "source": self.source,
            "target": self.target,
            "fingerprint": self.fingerprint,
            "text": storable(made.text),
            "engine": made.engine,
            "quality": made.quality,
            "error": storable(made.error),
            "approved": made.approved,
            "rejected": made.rejected,
        }


def approve(connection: Connection, review: Any, text: str, engine: str) -> None:
    """Keep a text as the one translation of a review's source text, whatever the engine."""
    row = {
        "key": hash_of(PERSON, review.source, review.target, review.source_hash),
        "source_hash": review.source_hash,
        "source_text": review.source_text,
        "source": review.source,
        "target": review.target,
        "fingerprint": PERSON,
    }
    verdict = {
        "text": text,
        "engine": engine,
        "quality": review.quality if text == review.text else None,
        "error": "",
        "approved": True,
        "rejected": False,
        "created": datetime.now(UTC),
    }
    found = insert(connection, translations).values(row | verdict)
    connection.execute(found.on_conflict_do_update(index_elements=["key"], set_=verdict))


def reject(connection: Connection, review: Any) -> None:
    """Take a review's text, and what a person had made of it, out of use for its source text."""
    seen = {review.text, review.result} - {""}
    connection.execute(
        sa.update(translations)
        .where(
            translations.c.source_hash == review.source_hash,
            translations.c.source == review.source,
            translations.c.target == review.target,
            translations.c.text.in_(seen),
        )
        .values(rejected=True, approved=False)
    )
