"""The review queue and its history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from polyrec.store.types import Id, Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make queue and history."""
    op.create_table(
        "reviews",
        sa.Column("id", Id, primary_key=True),
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
    )
    op.create_index("ix_reviews_state", "reviews", ["state", "quality", "id"])
    op.create_table(
        "history",
        sa.Column("id", Id, primary_key=True),
        sa.Column("review_id", Id, sa.ForeignKey("reviews.id"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
    )
    op.create_index("ix_history_review", "history", ["review_id", "id"])


def downgrade() -> None:
    """Drop queue and history."""
    op.drop_table("history")
    op.drop_table("reviews")
