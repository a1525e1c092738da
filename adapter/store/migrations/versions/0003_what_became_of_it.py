"""What became of a message: reports and callbacks, other ways, courtesy, opt-outs, and notices of its states."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_FIRST_ASK = 1800.0
_ASKED_FOR = 86_400.0  # of what was taken in the last day it is still asked what became of it
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WANTED = "NEW.notify IS NOT NULL AND OLD.status <> NEW.status AND {find}(NEW.notify, ',' || NEW.status || ',') > 0"
_INSERT = (
    "INSERT INTO notices (message_id, event_id, hook, destination, state, error, created_at, status, due_at) VALUES "
    "(NEW.id, NEW.event_id, NEW.hook, NEW.destination, NEW.status, NEW.error, NEW.changed_at, 'queued', 0);"
)


def upgrade() -> None:
    """Change tables and indexes; rows stay. A later version that rebuilds `messages` must make the trigger again."""
    _messages()
    _pushes_attempts_accounts()
    _new_tables()
    _trigger()


def _messages() -> None:
    with op.batch_alter_table("messages") as messages:
        for name in ("reported_at", "expires_at", "deadline_after", "deadline_at"):
            messages.add_column(sa.Column(name, sa.Double(), nullable=True))
        for name in ("report", "chain", "origin", "next_way", "notify"):
            messages.add_column(sa.Column(name, sa.Text(), nullable=True))
        for name in ("courtesy", "ways"):
            messages.add_column(sa.Column(name, sa.JSON(), nullable=True))
        messages.add_column(sa.Column("released", sa.Boolean(), server_default=sa.false(), nullable=False))
        messages.add_column(sa.Column("way", sa.Integer(), server_default="1", nullable=False))
    waits = "status IN ('queued', 'retrying', 'parked', 'held')"
    _index("messages", "back", ["number"], "status IN ('parked', 'held')")
    _index("messages", "expires", ["expires_at"], f"expires_at IS NOT NULL AND {waits}")
    _index("messages", "deadline", ["deadline_at"], "deadline_at IS NOT NULL")
    _index("messages", "reference", ["reference"], "reference <> id")


def _pushes_attempts_accounts() -> None:
    with op.batch_alter_table("pushes") as pushes:
        pushes.add_column(sa.Column("push_id", sa.Text(), nullable=True))
        pushes.add_column(sa.Column("ask_at", sa.Double(), nullable=True))
        pushes.add_column(sa.Column("asks", sa.Integer(), server_default="0", nullable=False))
    op.execute("UPDATE pushes SET push_id = (SELECT max(push_id) FROM attempts WHERE attempts.push = pushes.id)")
    ask = sa.text(
        "UPDATE pushes SET ask_at = finished_at + :first "
        "WHERE outcome = 'accepted' AND push_id IS NOT NULL AND finished_at > :recent"
    )
    op.execute(ask.bindparams(first=_FIRST_ASK, recent=time.time() - _ASKED_FOR))
    _index("pushes", "push_id", ["push_id"], "push_id IS NOT NULL")
    _index("pushes", "ask", ["account", "ask_at"], "ask_at IS NOT NULL")
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(sa.Column("delivery", sa.Text(), nullable=True))
    _index("attempts", "msg_id", ["msg_id"], "msg_id IS NOT NULL")
    with op.batch_alter_table("accounts") as accounts:
        accounts.add_column(sa.Column("reported_at", sa.Double(), nullable=True))
        accounts.add_column(sa.Column("reports", sa.Integer(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("strangers", sa.Integer(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("cap_day", sa.Text(), nullable=True))
        accounts.add_column(sa.Column("cap_used", sa.Integer(), server_default="0", nullable=False))


def _new_tables() -> None:
    op.create_table(
        "reports",
        sa.Column("seq", _BIG, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("message_id", "push", "status")],
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_reports")),
    )
    op.create_index(op.f("ix_reports_message_id"), "reports", ["message_id"])
    op.create_table(
        "callbacks",
        sa.Column("seq", _BIG, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("account", "destination")],
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_callbacks")),
    )
    op.create_index(op.f("ix_callbacks_due_at"), "callbacks", ["due_at"])
    op.create_table(
        "optouts",
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("account", "number")],
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account", "number", name=op.f("pk_optouts")),
    )
    op.create_table(
        "handed",
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("message_id", "hook", "number")],
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_handed")),
    )
    op.create_index(op.f("ix_handed_at"), "handed", ["at"])
    op.create_index("ix_handed_hook_number_at", "handed", ["hook", "number", "at"])
    op.create_table(
        "notices",
        sa.Column("seq", _BIG, autoincrement=True, nullable=False),
        *[
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("message_id", "event_id", "hook", "destination", "state")
        ],
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("lease_boot", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_notices")),
    )
    op.create_index(op.f("ix_notices_message_id"), "notices", ["message_id"])
    _index("notices", "due", ["destination", "due_at"], "status IN ('queued', 'sending')")


def _index(table: str, name: str, columns: list[str], where: str) -> None:
    """A partial index."""
    condition = sa.text(where)
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=condition, postgresql_where=condition)


def _trigger() -> None:
    """Whatever changes a message's state makes the notice of it in the same transaction, so none is ever forgotten."""
    if op.get_bind().dialect.name == "sqlite":
        wanted = _WANTED.format(find="instr")
        op.execute(f"CREATE TRIGGER notice AFTER UPDATE OF status ON messages WHEN {wanted} BEGIN {_INSERT} END")
        return
    op.execute(
        f"CREATE FUNCTION make_notice() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {_INSERT} RETURN NULL; END$$"
    )
    wanted = _WANTED.format(find="strpos")
    update = "AFTER UPDATE OF status ON messages FOR EACH ROW"
    op.execute(f"CREATE TRIGGER notice {update} WHEN ({wanted}) EXECUTE FUNCTION make_notice()")
