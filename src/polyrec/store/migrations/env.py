"""Runs migrations on the connection that `polyrec.store.migrate` gives; Alembic loads this file."""

from __future__ import annotations

from alembic import context

from polyrec.store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can do it too, as `polyrec.store.database` begins transactions
)
with context.begin_transaction():
    context.run_migrations()
