"""Which items were put or deleted, so that every service on the database sees it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from polyrec.store.types import GivenId, Id

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; what was done to items before is not in it."""
    op.create_table(
        "item_changes",
        sa.Column("id", Id, primary_key=True),
        sa.Column("item_id", GivenId, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("item_changes")
