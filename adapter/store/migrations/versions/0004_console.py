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
    op.create_index("ix_messages_by_account", "messages", ["account", "seq"])
    op.create_index("ix_messages_by_time", "messages", ["created_at"])
    _by_state()


def _by_state() -> None:
    straight = "'accepted', 'submitted', 'delivered', 'read'"
    op.drop_index("ix_messages_stopped", "messages")
    for name, where in (
        ("stopped", f"(status NOT IN ('queued', 'sending', {straight}))"),
        ("straight", f"status IN ({straight})"),
    ):
        op.create_index(
            f"ix_messages_{name}", "messages", ["status", "seq"],
            sqlite_where=sa.text(where), postgresql_where=sa.text(where),
        )  # fmt: skip


def _counted() -> None:
    op.create_table(
        "tallies",
        *_tally(),
        sa.PrimaryKeyConstraint("destination", "hour", "hook", "account", "status", name=op.f("pk_tallies")),
        sqlite_with_rowid=False,
    )
    op.create_table("tally_changes", _seq(), *_tally(), sa.PrimaryKeyConstraint("seq", name=op.f("pk_tally_changes")))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("messages", "events"):
        columns = _counted_by(table, is_sqlite=is_sqlite)
        where = f"WHERE {_MADE_NOTHING}" if table == "events" else ""
        op.execute(
            f"INSERT INTO tallies ({_TALLY}) SELECT {columns}, count(*) FROM {table} AS counted {where} "
            "GROUP BY 1, 2, 3, 4, 5"
        )
        (_count_rows if is_sqlite else _count_statements)(table)


_TALLY = "destination, hour, hook, account, status, count"
_MADE_NOTHING = "status IN ('ignored', 'rejected')"


def _counted_by(table: str, *, row: str = "", is_sqlite: bool) -> str:
    """What a row is counted by: columns of a tally but the count. SQLite may be built without `floor`."""
    at = f"{row}created_at" if table == "messages" else f"{row}received_at"
    hour = f"CAST({at} / 3600 AS INTEGER)" if is_sqlite else f"CAST(floor({at} / 3600) AS BIGINT)"
    account = f"{row}account" if table == "messages" else "''"
    return f"{row}destination, {hour}, {row}hook, {account}, {row}status"


def _count_rows(table: str) -> None:
    """SQLite has one writer at a time: a row that changes adds to the counts itself."""

    def add(row: str, by: int) -> str:
        only = f"{row}{_MADE_NOTHING}" if table == "events" else "true"
        return (
            f"INSERT INTO tallies ({_TALLY}) SELECT {_counted_by(table, row=row, is_sqlite=True)}, {by} WHERE {only} "
            "ON CONFLICT (destination, hour, hook, account, status) DO UPDATE SET count = count + excluded.count;"
        )

    more, less = add("NEW.", 1), add("OLD.", -1)
    op.execute(f"CREATE TRIGGER {table}_made AFTER INSERT ON {table} BEGIN {more} END")
    op.execute(f"CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN {less} END")
    op.execute(
        f"CREATE TRIGGER {table}_moved AFTER UPDATE OF status ON {table} WHEN OLD.status <> NEW.status "
        f"BEGIN {less} {more} END"
    )


def _count_statements(table: str) -> None:
    """On PostgreSQL a statement adds what it changed as rows of its own, so that no two transactions meet here."""
    columns = _counted_by(table, is_sqlite=False)
    only = f"WHERE {_MADE_NOTHING}" if table == "events" else ""
    parts = {
        "made": ("INSERT", "NEW TABLE AS came", {"came": 1}),
        "gone": ("DELETE", "OLD TABLE AS went", {"went": -1}),
        "moved": ("UPDATE", "OLD TABLE AS went NEW TABLE AS came", {"came": 1, "went": -1}),
    }
    names = "d, h, k, a, s"
    for part, (what, tables, signs) in parts.items():
        rows = " UNION ALL ".join(f"SELECT {columns}, {by} FROM {name} {only}" for name, by in signs.items())
        op.execute(
            f"CREATE FUNCTION count_{table}_{part}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
            f"INSERT INTO tally_changes ({_TALLY}) SELECT {names}, sum(n) FROM ({rows}) AS changed ({names}, n) "
            f"GROUP BY {names} HAVING sum(n) <> 0; RETURN NULL; END$$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_{part} AFTER {what} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION count_{table}_{part}()"
        )


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
