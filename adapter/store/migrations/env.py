"""Alembic's entry: runs the versions over the connection that `adapter.store.migrate` hands in."""

from __future__ import annotations

from alembic import context

from adapter.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
