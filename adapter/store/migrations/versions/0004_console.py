"""The console: what it looks for by index, what it counts, who signed in, what was made and changed there."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables, columns and indexes; rows stay."""
    _events_messages()
    _counted()
    _owner()
    _jobs()
    _hooks()
    _accounts()


def _events_messages() -> None:
    op.add_column("events", sa.Column("trial", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_events_hook", "events", ["hook", "seq"])
    op.create_index("ix_events_received_at", "events", ["received_at"])
    made_nothing = sa.text("status IN ('ignored', 'rejected')")
    op.create_index(
        "ix_events_made_nothing", "events", ["status", "seq"],
        sqlite_where=made_nothing, postgresql_where=made_nothing,
    )  # fmt: skip
    op.create_index("ix_messages_by_number", "messages", ["number", "seq"])
    op.create_index("ix_messages_by_hook", "messages", ["hook", "seq"])
    op.create_index("ix_messages_by_time", "messages", ["created_at"])


def _counted() -> None:
    op.create_table(
        "tallies",
        *_tally(),
        sa.PrimaryKeyConstraint("destination", "hour", "hook", "account", "status", name=op.f("pk_tallies")),
    )
    op.create_table("tally_changes", _seq(), *_tally(), sa.PrimaryKeyConstraint("seq", name=op.f("pk_tally_changes")))


def _tally() -> list[sa.Column[Any]]:
    return [
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("hour", _BIG, autoincrement=False, nullable=False),
        *[_text(name) for name in ("hook", "account", "status")],
        sa.Column("count", _BIG, nullable=False),
    ]


def _owner() -> None:
    op.create_table(
        "sessions",
        _text("id"),
        *[_time(name) for name in ("started_at", "seen_at")],
        sa.Column("shows_numbers", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_table(
        "sign_in_tries",
        _text("address"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("last_at"),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_sign_in_tries")),
    )
    op.create_table(
        "api_tokens",
        *[_text(name) for name in ("id", "name", "digest", "scope")],
        _time("created_at"),
        *[sa.Column(name, sa.Double(), nullable=True) for name in ("used_at", "revoked_at")],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "audit",
        _seq(),
        _time("at"),
        *[_text(name) for name in ("who", "what")],
        _text("about", server_default=""),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        *[_text(name) for name in ("id", "destination", "action")],
        sa.Column("search", sa.JSON(), nullable=False),
        *[sa.Column(name, _BIG, nullable=False) for name in ("newest", "total")],
        _time("created_at"),
        _text("status"),
        *[sa.Column(name, _BIG, server_default="0", nullable=False) for name in ("at_seq", "looked")],
        *[sa.Column(name, sa.JSON(), nullable=False) for name in ("counts", "faults")],
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )


def _hooks() -> None:
    op.create_table(
        "listenings",
        *[_text(name) for name in ("id", "hook", "source")],
        _text("region", server_default=""),
        *[_time(name) for name in ("created_at", "until")],
        sa.Column("draft", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listenings")),
    )
    op.create_table(
        "near_misses",
        _seq(),
        _time("at"),
        *[_text(name) for name in ("hook", "method", "sentence")],
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_near_misses")),
    )
    op.create_table(
        "hook_versions",
        _seq(),
        _text("hook"),
        _time("at"),
        _text("text"),
        _text("note", server_default=""),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_hook_versions")),
    )
    op.create_index("ix_hook_versions_hook_seq", "hook_versions", ["hook", "seq"])


def _accounts() -> None:
    for name, kind in (
        ("checked_at", sa.Double()),
        ("checked", sa.Text()),
        ("balance", sa.Text()),
        ("balance_at", sa.Double()),
    ):
        op.add_column("accounts", sa.Column(name, kind, nullable=True))
    op.create_index("ix_pushes_by_time", "pushes", ["account", "started_at"])


def _seq() -> sa.Column[Any]:
    return sa.Column("seq", _BIG, autoincrement=True, nullable=False)


def _text(name: str, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, **more)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Double(), nullable=False)
