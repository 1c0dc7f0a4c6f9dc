"""The translation memory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from polyrec.store.types import Id, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the memory."""
    op.create_table(
        "translations",
        sa.Column("id", Id, primary_key=True),
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
    )
    op.create_index("ix_translations_text", "translations", ["source_hash", "source", "target"])


def downgrade() -> None:
    """Drop the memory."""
    op.drop_table("translations")
