"""`/healthz` (the process), `/readyz` (an event can be stored), `/healthz/relay` (somebody sends)."""

from __future__ import annotations

import time
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, current_app

from adapter.delivery.control import paused
from adapter.store.engine import UNAVAILABLE, Store
from adapter.store.migrate import is_current
from adapter.store.tables import ACCOUNTS, MESSAGES, PROBES, RELAYS, WAITS
from adapter.web.inbound import json_answer, services

blueprint: Final = Blueprint("health", __name__)
_ALIVE_SECONDS: Final = 30.0
_LATE_SECONDS: Final = 300.0
_WRITE_SECONDS: Final = 2.0


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return json_answer({"ok": True})


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when an event can be stored; a silent relay or late messages are told, never refused for."""
    store = services().store
    reason = _not_ready(store)
    try:
        degraded = [] if reason else _degraded(store)
    except UNAVAILABLE:
        reason = "The database cannot be read; senders are told to come back."
    if reason:
        return json_answer({"ok": False, "message": reason}, 503, retry_after=10)
    return json_answer({"ok": True, "degraded": degraded} if degraded else {"ok": True})


@blueprint.get("/healthz/relay")
def relay() -> Response:
    """503 when no relay has been alive for a while; those that are, with the age of their sign of life."""
    try:
        relays = _relays(services().store)
    except UNAVAILABLE:
        return json_answer({"ok": False, "message": "The database does not answer."}, 503, retry_after=10)
    age = min((one["seen_seconds_ago"] for one in relays), default=None)
    if age is None or age > _ALIVE_SECONDS:
        return json_answer({"ok": False, "message": _no_relay(age)}, 503, retry_after=30)
    return json_answer({"ok": True, "seen_seconds_ago": age, "relays": relays})


def _not_ready(store: Store) -> str | None:
    try:
        if not is_current(store):
            return "The database has not the newest tables; run: python -m adapter migrate."
        _write_something(store)
    except UNAVAILABLE:
        return "The database cannot be written; senders are told to come back."
    return None


def _write_something(store: Store) -> None:
    """A full disk shows only when something is really written; often asked, it is done once in a while."""
    last: float = current_app.extensions.get("adapter_wrote_at", float("-inf"))
    if time.monotonic() - last < _WRITE_SECONDS:
        return
    with store.write() as connection:
        changed = connection.execute(sa.update(PROBES).where(PROBES.c.name == "readyz").values(at=time.time()))
        if changed.rowcount == 0:
            connection.execute(sa.insert(PROBES).values(name="readyz", at=time.time()))
    current_app.extensions["adapter_wrote_at"] = time.monotonic()


def _degraded(store: Store) -> list[str]:
    with store.read() as connection:
        oldest = connection.execute(
            sa.select(sa.func.min(MESSAGES.c.created_at)).where(MESSAGES.c.destination == services().destination, WAITS)
        ).scalar()
    told: list[str] = []
    age = _relay_age(store)
    if age is None or age > _ALIVE_SECONDS:
        told.append(_no_relay(age))
    if oldest is not None and time.time() - oldest > _LATE_SECONDS:
        told.append(f"The oldest due message waits since {round(time.time() - oldest)} s.")
    if stuck := _parked(store):
        told.append(f"Accounts that cannot send: {stuck}. Their messages wait; why ID says the cause.")
    if stopped := len(paused(store)):
        told.append(
            f"Paused by the owner: {stopped} of the hooks and accounts. Go on with: python -m adapter resume NAME."
        )
    return told


def _parked(store: Store) -> int:
    mine = (ACCOUNTS.c.destination == services().destination) & ACCOUNTS.c.parked.is_not(None)
    with store.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(ACCOUNTS).where(mine)).scalar_one())


def _relay_age(store: Store) -> float | None:
    return min((one["seen_seconds_ago"] for one in _relays(store)), default=None)


def _relays(store: Store) -> list[dict[str, Any]]:
    """Every relay that did not say goodbye, the one seen last first; a machine's name is not told to strangers."""
    query = sa.select(RELAYS.c.id, RELAYS.c.started_at, RELAYS.c.seen_at).order_by(RELAYS.c.seen_at.desc())
    now = time.time()
    with store.read() as connection:
        return [
            {
                "id": row.id[:8],
                "seen_seconds_ago": round(max(0.0, now - row.seen_at), 1),
                "up_seconds": round(max(0.0, now - row.started_at)),
            }
            for row in connection.execute(query)
        ]


def _no_relay(age: float | None) -> str:
    since = "" if age is None else f" since {round(age)} s"
    return f"Nothing is being sent: no relay alive{since}. Messages are kept. Start: python -m adapter relay."
