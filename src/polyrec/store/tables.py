"""The tables; `migrations/` makes them, and a test holds the two to each other."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from polyrec.store.types import GivenId, Id, Instant

VERSION_TABLE = "polyrec_version"
HEAD = "0005"
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

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user_id", GivenId, nullable=False, unique=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("language", sa.String(64), nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("item_id", GivenId, nullable=False, unique=True),
    sa.Column("language", sa.String(64), nullable=False),  # of the text by which it is shown
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("changed", Instant, nullable=False),
)

texts = sa.Table(
    "texts",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column(
        "item_id", GivenId, sa.ForeignKey("items.item_id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("language", sa.String(64), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("item_id", "language", name="uq_texts_item"),
)

item_changes = sa.Table(
    "item_changes",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("item_id", GivenId, nullable=False, unique=True),  # also of one that is gone
    sqlite_autoincrement=True,  # what changes once more gets a new number
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user_id", GivenId, nullable=False),
    sa.Column("item_id", GivenId, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("rating", sa.Double),
    sa.Column("at", Instant, nullable=False),
    sa.Column("received", Instant, nullable=False),
    sa.Index("ix_events_user", "user_id", "at", "id"),
    sqlite_autoincrement=True,  # no number twice: who has read up to one goes on behind it
)

event_keys = sa.Table(
    "event_keys",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),  # hash of what the sender gave
    # of key and content; it names nobody to those who do not have the key
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("received", Instant, nullable=False),
)

satisfaction = sa.Table(
    "satisfaction",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user_id", GivenId, nullable=False),
    sa.Column("score", sa.Integer, nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_satisfaction_user", "user_id", "id"),
    sqlite_autoincrement=True,
)

versions = sa.Table(
    "versions",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("folder", GivenId, nullable=False, unique=True),
    sa.Column("hash", sa.String(64), nullable=False),  # of what the folder has now
    # of what it had when it came: a model whose users were deleted is still known by it
    sa.Column("origin", sa.String(64), nullable=False, server_default=""),
    sa.Column("last_event", Id, nullable=False),
    # the last deletion of a user that the folder knows of
    sa.Column("last_forgotten", Id, nullable=False, server_default=sa.text("0")),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("made", Instant, nullable=False),
    sa.Column("activated", Instant),
    sqlite_autoincrement=True,
)

forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("user_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("at", Instant, nullable=False),
    sqlite_autoincrement=True,  # who is deleted once more gets a new number
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("counts", sa.JSON, nullable=False),
    sqlite_autoincrement=True,
)


def hash_of(*texts: str) -> str:
    """Give one SHA-256 for texts, each hashed by itself so that none runs into the next."""
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    return hashlib.sha256(b"".join(digests)).hexdigest()
