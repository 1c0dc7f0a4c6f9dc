"""What the service keeps: users, items and their texts, events, satisfaction, versions, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from polyrec.store.types import GivenId, Id, Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the service."""
    op.create_table(
        "users",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", GivenId, nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.String(64), nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("changed", Instant, nullable=False),
    )
    op.create_table(
        "items",
        sa.Column("id", Id, primary_key=True),
        sa.Column("item_id", GivenId, nullable=False, unique=True),
        sa.Column("language", sa.String(64), nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("created", Instant, nullable=False),
        sa.Column("changed", Instant, nullable=False),
    )
    op.create_table(
        "texts",
        sa.Column("id", Id, primary_key=True),
        sa.Column(
            "item_id", GivenId, sa.ForeignKey("items.item_id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("language", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("item_id", "language", name="uq_texts_item"),
    )
    op.create_table(
        "events",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", GivenId, nullable=False),
        sa.Column("item_id", GivenId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("rating", sa.Double),
        sa.Column("at", Instant, nullable=False),
        sa.Column("received", Instant, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_user", "events", ["user_id", "at", "id"])
    op.create_table(
        "event_keys",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("received", Instant, nullable=False),
    )
    op.create_table(
        "satisfaction",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_id", GivenId, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_satisfaction_user", "satisfaction", ["user_id", "id"])
    op.create_table(
        "versions",
        sa.Column("id", Id, primary_key=True),
        sa.Column("folder", GivenId, nullable=False, unique=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("last_event", Id, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("made", Instant, nullable=False),
        sa.Column("activated", Instant),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit",
        sa.Column("id", Id, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop the tables of the service."""
    for table in (
        "audit",
        "versions",
        "satisfaction",
        "event_keys",
        "events",
        "texts",
        "items",
        "users",
    ):
        op.drop_table(table)
