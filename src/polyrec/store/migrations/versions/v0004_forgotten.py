"""Users who were deleted; what a model was when it came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from polyrec.store.types import Id, Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table of the forgotten; versions are as they came, and know of no deletion."""
    op.add_column("versions", sa.Column("origin", sa.String(64), nullable=False, server_default=""))
    op.execute("UPDATE versions SET origin = hash")
    op.add_column(
        "versions", sa.Column("last_forgotten", Id, nullable=False, server_default=sa.text("0"))
    )
    op.create_table(
        "forgotten",
        sa.Column("id", Id, primary_key=True),
        sa.Column("user_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("at", Instant, nullable=False),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop all of it."""
    op.drop_table("forgotten")
    op.drop_column("versions", "last_forgotten")
    op.drop_column("versions", "origin")
