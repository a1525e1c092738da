"""What the delivery engine keeps: splits, pauses, doubt about an account, and indexes that hold only what waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Change tables and indexes; rows stay."""
    for index in ("ix_messages_due", "ix_messages_sending"):
        op.drop_index(index, table_name="messages")
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("element", sa.Integer(), nullable=True))
        messages.add_column(sa.Column("resend", sa.Boolean(), server_default=sa.false(), nullable=False))
        messages.add_column(sa.Column("spaced", sa.Boolean(), server_default=sa.false(), nullable=False))
        messages.add_column(sa.Column("split", sa.Text(), nullable=True))
    op.execute("UPDATE messages SET split = id WHERE alone")
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("alone")
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("next_call_boot", new_column_name="clock_boot", existing_type=sa.Text())
        accounts.add_column(sa.Column("next_media", sa.Double(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("doubt_seconds", sa.Double(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("doubt_until", sa.Double(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("doubt_answered", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "pauses",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_dedupe_expires_at"), "dedupe", ["expires_at"])
    _index("due", ["account", "destination", sa.literal_column("priority DESC"), "seq", "hook"],
           "status IN ('queued', 'retrying') AND due_at = 0")  # fmt: skip
    _index("later", ["due_at"], "due_at > 0")
    _index("number", ["number", "account"], "status IN ('queued', 'retrying', 'sending')")
    _index("sending", ["lease_until"], "status = 'sending'")
    _index("stopped", ["status"], "status NOT IN ('queued', 'sending', 'accepted', 'submitted', 'delivered', 'read')")


def _index(name: str, columns: list[str | sa.ColumnElement[str]], where: str) -> None:
    """A partial index of `messages`."""
    condition = sa.text(where)
    op.create_index(f"ix_messages_{name}", "messages", columns, sqlite_where=condition, postgresql_where=condition)
