"""The tables; `migrations/` makes them, and a test holds the two to each other."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from polyrec.store.types import Id, Instant

VERSION_TABLE = "polyrec_version"
HEAD = "0002"
"""The version of these tables; versions are numbers, so that older and newer can be told apart."""

metadata = sa.MetaData()

translations = sa.Table(
    "translations",
    metadata,
    sa.Column("id", Id, primary_key=True),
    # of fingerprint, languages and source text; that of a person's text has the empty fingerprint
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("source_hash", sa.String(64), nullable=False),
    sa.Column("source_text", sa.Text, nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("target", sa.String(64), nullable=False),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("quality", sa.Double),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("approved", sa.Boolean, nullable=False),
    sa.Column("rejected", sa.Boolean, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Index("ix_translations_text", "source_hash", "source", "target"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("id", Id, primary_key=True),
    # of source text, languages and translation: what was decided once does not come back
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("source_hash", sa.String(64), nullable=False),
    sa.Column("source_text", sa.Text, nullable=False),
    sa.Column("source", sa.String(64), nullable=False),
    sa.Column("target", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("quality", sa.Double),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("taken_until", Instant),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
    sa.Index("ix_reviews_state", "state", "quality", "id"),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("review_id", Id, sa.ForeignKey("reviews.id"), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reviewer", sa.Text, nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Index("ix_history_review", "review_id", "id"),
)


def hash_of(*texts: str) -> str:
    """Give one SHA-256 for texts, each hashed by itself so that none runs into the next."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    return hashlib.sha256(b"".join(digests)).hexdigest()
