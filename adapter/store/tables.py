"""The tables. Times are seconds since 1970 as floating numbers; due times are compared as numbers, never as text."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)
BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers rows by itself for INTEGER only

EVENTS: Final = sa.Table(
    "events",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("received_at", sa.Double, nullable=False),
    sa.Column("request_id", sa.Text, nullable=False),
    # the request as it came, the matched proof overwritten
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("headers", sa.JSON, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    # what was made of it
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("decoded_as", sa.Text),
    sa.Column("because", sa.Text),
    sa.Column("fields", sa.JSON),
    sa.Column("errors", sa.JSON),
    sa.Column("repairs", sa.JSON),
    sa.Column("warnings", sa.JSON),
    sa.Column("messages", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False, server_default="0"),
    sa.Column("duplicate_at", sa.Double),
)

MESSAGES: Final = sa.Table(
    "messages",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("event_id", sa.Text, nullable=False, index=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("head", sa.JSON, nullable=False),  # what messages of one push share
    sa.Column("head_digest", sa.Text, nullable=False),
    sa.Column("item", sa.JSON, nullable=False),  # this message's entry of `data`
    sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("changed_at", sa.Double, nullable=False),
    sa.Column("due_at", sa.Double, nullable=False),
    sa.Column("element", sa.Integer),  # of `for_each`, the index of what it was made from
    sa.Column("resend", sa.Boolean, nullable=False, server_default=sa.false()),  # its hook's `on_unknown`
    sa.Column("spaced", sa.Boolean, nullable=False, server_default=sa.false()),  # media that needs a pause before it
    sa.Column("split", sa.Text),  # the part of a refused push that it goes in, with its like alone
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # in a row, of those that are tried again
    sa.Column("failing_since", sa.Double),
    # the lease of the relay that works on it
    sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_token", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Column("lease_boot", sa.Text),
    sa.Column("push", sa.Text),  # our id of the latest push it was in
    # the receipt
    sa.Column("push_id", sa.Text),
    sa.Column("msg_id", sa.Text),
    sa.Column("credit", sa.Text),
    sa.Column("error", sa.Text),
)


def status_is(*statuses: str, of: sa.FromClause = MESSAGES) -> sa.ColumnElement[bool]:
    """The status is one of these, written out: a partial index is used only where a query repeats its words."""
    return of.c.status.in_([sa.literal_column(f"'{status}'") for status in statuses])


WAITS: Final = status_is("queued", "retrying") & (MESSAGES.c.due_at == sa.literal_column("0"))
"""It is due. A row whose time has come gets `due_at` 0, so that this index holds nothing but what is due."""
LATER: Final = MESSAGES.c.due_at > sa.literal_column("0")
"""It is due at a time."""
BUSY: Final = status_is("queued", "retrying", "sending")
"""It may stand before a later message to the same number."""
SENDING: Final = MESSAGES.c.status == sa.literal_column("'sending'")
STOPPED: Final = ~status_is("queued", "sending", "accepted", "submitted", "delivered", "read")
"""It left the straight way; these are few, and looked for by state."""


def _partial_index(name: str, where: sa.ColumnElement[bool], *columns: Any) -> None:
    sa.Index(f"ix_messages_{name}", *columns, sqlite_where=where, postgresql_where=where)


_partial_index(
    "due",
    WAITS,
    MESSAGES.c.account,
    MESSAGES.c.destination,
    MESSAGES.c.priority.desc(),
    MESSAGES.c.seq,
    MESSAGES.c.hook,
)
_partial_index("later", LATER, MESSAGES.c.due_at)
_partial_index("number", BUSY, MESSAGES.c.number, MESSAGES.c.account)
_partial_index("sending", SENDING, MESSAGES.c.lease_until)
_partial_index("stopped", STOPPED, MESSAGES.c.status)

PUSHES: Final = sa.Table(
    "pushes",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("encoding", sa.Text, nullable=False),
    sa.Column("head", sa.JSON, nullable=False),
    sa.Column("messages", sa.Integer, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("finished_at", sa.Double),
    sa.Column("outcome", sa.Text),
    sa.Column("http_status", sa.Integer),
    sa.Column("body_status", sa.Integer),
    sa.Column("answer", sa.Text),
)

ATTEMPTS: Final = sa.Table(
    "attempts",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("push", sa.Text, nullable=False, index=True),
    sa.Column("message_id", sa.Text, nullable=False, index=True),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("finished_at", sa.Double),
    sa.Column("outcome", sa.Text),
    sa.Column("push_id", sa.Text),
    sa.Column("msg_id", sa.Text),
    sa.Column("credit", sa.Text),
)

DEDUPE: Final = sa.Table(
    "dedupe",
    METADATA,
    sa.Column("hook", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False, index=True),
)

ACCOUNTS: Final = sa.Table(
    "accounts",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("destination", sa.Text, primary_key=True),
    # by the clock of leases, of the boot `clock_boot`
    sa.Column("clock_boot", sa.Text),
    sa.Column("next_call", sa.Double, nullable=False, server_default="0"),
    sa.Column("held_until", sa.Double, nullable=False, server_default="0"),
    sa.Column("next_media", sa.Double, nullable=False, server_default="0"),
    # after a call without answer: how long nothing is pushed before its balance is asked for, and whether that answered
    sa.Column("doubt_seconds", sa.Double, nullable=False, server_default="0"),
    sa.Column("doubt_until", sa.Double, nullable=False, server_default="0"),
    sa.Column("doubt_answered", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("trouble_since", sa.Double),
    sa.Column("parked", sa.Text),
    sa.Column("parked_at", sa.Double),
    sa.Column("probe_at", sa.Double),
)

PAUSES: Final = sa.Table(
    "pauses",
    METADATA,
    sa.Column("kind", sa.Text, primary_key=True),  # hook or account
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("since", sa.Double, nullable=False),
)

RELAYS: Final = sa.Table(
    "relays",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("seen_at", sa.Double, nullable=False),
)

PROBES: Final = sa.Table(
    "probes",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
)
