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
NULLABLE_JSON: Final = sa.JSON(none_as_null=True)

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
    sa.Column("trial", sa.Boolean, nullable=False, server_default=sa.false()),  # sent by the owner to try a hook
)
sa.Index("ix_events_hook", EVENTS.c.hook, EVENTS.c.seq)
sa.Index("ix_events_received_at", EVENTS.c.received_at)
MADE_NOTHING: Final = EVENTS.c.status.in_([sa.literal_column("'ignored'"), sa.literal_column("'rejected'")])
"""The event stands for itself."""
sa.Index(
    "ix_events_made_nothing", EVENTS.c.status, EVENTS.c.seq, sqlite_where=MADE_NOTHING, postgresql_where=MADE_NOTHING
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
    # what Picky Assist reported later: when it did last, and the text it gave
    sa.Column("reported_at", sa.Double),
    sa.Column("report", sa.Text),
    # courtesy: after `expires_at` it is too late; `courtesy` are the quiet hours and the limit it keeps to
    sa.Column("expires_at", sa.Double),
    sa.Column("courtesy", NULLABLE_JSON),
    sa.Column("released", sa.Boolean, nullable=False, server_default=sa.false()),  # by a person, whatever held it
    # fallback: the ways that remain, this one's place among them, the first one's id and account, the one that follows
    sa.Column("ways", NULLABLE_JSON),
    sa.Column("way", sa.Integer, nullable=False, server_default="1"),
    sa.Column("chain", sa.Text),
    sa.Column("origin", sa.Text),
    sa.Column("next_way", sa.Text),
    # seconds it may take to be delivered before the next way is taken, and the hour that makes
    sa.Column("deadline_after", sa.Double),
    sa.Column("deadline_at", sa.Double),
    sa.Column("notify", sa.Text),  # states the hook is told of, as `,delivered,failed,`
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
STRAIGHT: Final = status_is("accepted", "submitted", "delivered", "read")
"""Picky Assist took it, and nothing speaks against it; these are many, and looked for by state, newest first."""
BACK: Final = status_is("parked", "held")
"""It waits for the account, a person or an hour; looked for by number when that opts out."""
EXPIRES: Final = MESSAGES.c.expires_at.is_not(None) & status_is("queued", "retrying", "parked", "held")
"""It waits, and not for ever."""
HAS_DEADLINE: Final = MESSAGES.c.deadline_at.is_not(None)
"""Another way is taken where it is not delivered in time."""
HAS_WAYS: Final = MESSAGES.c.ways.is_not(None)
"""There is another way for it."""
OWN_REFERENCE: Final = MESSAGES.c.reference != MESSAGES.c.id
"""Its hook gave the reference; without one it is the id, which has an index."""


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
_partial_index("stopped", STOPPED, MESSAGES.c.status, MESSAGES.c.seq)
_partial_index("straight", STRAIGHT, MESSAGES.c.status, MESSAGES.c.seq)
_partial_index("back", BACK, MESSAGES.c.number)
_partial_index("expires", EXPIRES, MESSAGES.c.expires_at)
_partial_index("deadline", HAS_DEADLINE, MESSAGES.c.deadline_at)
_partial_index("reference", OWN_REFERENCE, MESSAGES.c.reference)

sa.Index("ix_messages_by_number", MESSAGES.c.number, MESSAGES.c.seq)
sa.Index("ix_messages_by_hook", MESSAGES.c.hook, MESSAGES.c.seq)
sa.Index("ix_messages_by_account", MESSAGES.c.account, MESSAGES.c.seq)
sa.Index("ix_messages_by_time", MESSAGES.c.created_at)

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
    sa.Column("push_id", sa.Text),
    # when its delivery report is to be asked for, and how often it was
    sa.Column("ask_at", sa.Double),
    sa.Column("asks", sa.Integer, nullable=False, server_default="0"),
)
TO_ASK: Final = PUSHES.c.ask_at.is_not(None)
"""Picky Assist may be asked what became of it."""
sa.Index(
    "ix_pushes_push_id",
    PUSHES.c.push_id,
    sqlite_where=PUSHES.c.push_id.is_not(None),
    postgresql_where=PUSHES.c.push_id.is_not(None),
)
sa.Index("ix_pushes_ask", PUSHES.c.account, PUSHES.c.ask_at, sqlite_where=TO_ASK, postgresql_where=TO_ASK)
sa.Index("ix_pushes_by_time", PUSHES.c.account, PUSHES.c.started_at)

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
    sa.Column("delivery", sa.Text),  # what was reported of it: accepted, submitted, delivered, read, failed, refunded
)
sa.Index(
    "ix_attempts_msg_id",
    ATTEMPTS.c.msg_id,
    sqlite_where=ATTEMPTS.c.msg_id.is_not(None),
    postgresql_where=ATTEMPTS.c.msg_id.is_not(None),
)

IS_TAKEN: Final = (ATTEMPTS.c.outcome == "accepted") | ATTEMPTS.c.delivery.is_not(None)
"""Picky Assist said that it took it, in its answer or in a report: it reports on nothing else."""

REPORTS: Final = sa.Table(
    "reports",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.Text, nullable=False, index=True),
    sa.Column("push", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # as attempts.delivery
    sa.Column("at", sa.Double, nullable=False),  # when it came in
    sa.Column("via", sa.Text, nullable=False),  # event, or asked
    sa.Column("error", sa.Text),
)
"""What was reported of an attempt, each time it changed something."""

CALLBACKS: Final = sa.Table(
    "callbacks",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("received_at", sa.Double, nullable=False),
    sa.Column("rows", sa.JSON, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", sa.Double, nullable=False, index=True),
)
"""Delivery reports that came from Picky Assist and are not applied yet, or wait for the message they are about."""

OPTOUTS: Final = sa.Table(
    "optouts",
    METADATA,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, primary_key=True),
    sa.Column("since", sa.Double, nullable=False),
    sa.Column("via", sa.Text, nullable=False),  # message, owner or import
    sa.Column("word", sa.Text),
)

HANDED: Final = sa.Table(
    "handed",
    METADATA,
    sa.Column("message_id", sa.Text, primary_key=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False, index=True),
    sa.Index("ix_handed_hook_number_at", "hook", "number", "at"),
)
"""Messages of hooks with a `limit` that were handed to Picky Assist."""

NOTICES: Final = sa.Table(
    "notices",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    # written by a trigger, in the transaction that changes the message's state
    sa.Column("message_id", sa.Text, nullable=False, index=True),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # queued, sending, sent, dead, cancelled
    sa.Column("due_at", sa.Double, nullable=False),
    sa.Column("entry", sa.Integer),  # of its hook's `notify`, once it is known which of them want it
    sa.Column("target", sa.Text),  # which address that entry named then
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("failing_since", sa.Double),
    sa.Column("finished_at", sa.Double),
    sa.Column("http_status", sa.Integer),
    sa.Column("fault", sa.Text),
    sa.Column("lease_token", sa.Text),
    sa.Column("lease_until", sa.Double),
    sa.Column("lease_boot", sa.Text),
)
NOTICE_WAITS: Final = NOTICES.c.status.in_([sa.literal_column("'queued'"), sa.literal_column("'sending'")])
sa.Index(
    "ix_notices_due", NOTICES.c.destination, NOTICES.c.due_at, sqlite_where=NOTICE_WAITS, postgresql_where=NOTICE_WAITS
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
    # what Picky Assist posted to its callback address
    sa.Column("reported_at", sa.Double),
    sa.Column("reports", sa.Integer, nullable=False, server_default="0"),
    sa.Column("strangers", sa.Integer, nullable=False, server_default="0"),  # rows about messages that are not ours
    # its daily cap: the day, and how many messages were handed over on it
    sa.Column("cap_day", sa.Text),
    sa.Column("cap_used", sa.Integer, nullable=False, server_default="0"),
    # the last check of its token: what came of it, as a code of an outcome, and the balance that was last told
    sa.Column("checked_at", sa.Double),
    sa.Column("checked", sa.Text),
    sa.Column("balance", sa.Text),
    sa.Column("balance_at", sa.Double),
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

TALLIES: Final = sa.Table(
    "tallies",
    METADATA,
    sa.Column("destination", sa.Text, primary_key=True),
    sa.Column("hour", BIG, primary_key=True, autoincrement=False),  # hours since 1970 of when it was made or came
    sa.Column("hook", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),  # empty for events that made nothing
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("count", BIG, nullable=False),
    sqlite_with_rowid=False,
)
"""How many messages, and events that made none, are in which state; kept by triggers, so nothing has to be counted."""

TALLY_CHANGES: Final = sa.Table(
    "tally_changes",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    *[sa.Column(one.name, one.type, nullable=False) for one in TALLIES.c],
)
"""PostgreSQL only: what is to be added to `tallies`. Two transactions that count never wait for each other here."""

SESSIONS: Final = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),  # the SHA-256 of what the browser's cookie holds
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("seen_at", sa.Double, nullable=False),
    sa.Column("shows_numbers", sa.Boolean, nullable=False, server_default=sa.false()),
)

SIGN_IN_TRIES: Final = sa.Table(
    "sign_in_tries",
    METADATA,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.Double, nullable=False),
)

API_TOKENS: Final = sa.Table(
    "api_tokens",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, unique=True),  # SHA-256 of a token of 256 random bits
    sa.Column("scope", sa.Text, nullable=False),  # read, or write
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("used_at", sa.Double),
    sa.Column("revoked_at", sa.Double),
)

AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("who", sa.Text, nullable=False),  # owner, or token <name>
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False, server_default=""),
)
"""What people did in the console and through the API; no numbers, texts and secrets."""

JOBS: Final = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),  # send_again, cancel, release or remake
    sa.Column("search", sa.JSON, nullable=False),  # the filter, as its address says it
    sa.Column("newest", BIG, nullable=False),  # the last `seq` that was counted: what came later is not meant
    sa.Column("total", BIG, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # running, stopped, done
    sa.Column("at_seq", BIG, nullable=False, server_default="0"),
    sa.Column("looked", BIG, nullable=False, server_default="0"),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("faults", sa.JSON, nullable=False),
    sa.Column("finished_at", sa.Double),
    sa.Column("lease_token", sa.Text),
    sa.Column("lease_until", sa.Double),
)

LISTENINGS: Final = sa.Table(
    "listenings",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("region", sa.Text, nullable=False, server_default=""),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("until", sa.Double, nullable=False),
    sa.Column("draft", sa.Text),  # the hook's text as far as it was edited
)
"""New hooks that are being made: for a while their address keeps what comes, and nothing is sent."""

NEAR_MISSES: Final = sa.Table(
    "near_misses",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
)
"""Requests that came and were not taken, while somebody waited for one: the newest few, without what they held."""

HOOK_VERSIONS: Final = sa.Table(
    "hook_versions",
    METADATA,
    sa.Column("seq", BIG, primary_key=True, autoincrement=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_hook_versions_hook_seq", "hook", "seq"),
)
"""What hook files held before the console changed them, and after."""
