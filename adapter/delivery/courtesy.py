"""Courtesy: when a message may leave: its set hour, quiet hours, its recipient's limit, the account's daily cap."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from adapter.delivery import optouts
from adapter.delivery.batch import Outgoing
from adapter.delivery.states import ARRIVED
from adapter.picky.account import Account
from adapter.store.tables import ACCOUNTS, HANDED, MESSAGES


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """Why a message does not leave now: `held` until `due_at`, or `cancelled`; `error` is its code."""

    status: str
    error: str
    due_at: float = 0.0


def opens_at(moment: float, quiet: Mapping[str, Any] | None) -> float:
    """The first moment from this one on, in Unix seconds, that is quiet in none of the recipient's zones.

    Where the zones leave no such moment the hours are not kept to: a message must not wait for ever.
    """
    if not quiet:
        return moment
    zones = [zoneinfo.ZoneInfo(name) for name in quiet["zones"]]
    opens = moment
    for _ in range(2 * len(zones) + 2):
        later = max((_opens_in(zone, opens, quiet["from"], quiet["until"]) for zone in zones), default=opens)
        if later <= opens:
            return opens
        opens = later
    return moment


def _opens_in(zone: zoneinfo.ZoneInfo, moment: float, start: int, end: int) -> float:
    local = dt.datetime.fromtimestamp(moment, zone)
    minute = local.hour * 60 + local.minute
    is_quiet = start <= minute < end if start < end else minute >= start or minute < end
    if not is_quiet:
        return moment
    day = local.date() + dt.timedelta(days=int(minute >= end))
    # An hour that the clocks skip is the one after it; of one that comes twice the first counts.
    until = dt.datetime.combine(day, dt.time(end // 60, end % 60), zone)
    return max(until.timestamp(), moment + 60.0)


def next_day(moment: float, zone: dt.tzinfo) -> float:
    """The midnight after this moment, in Unix seconds."""
    day = dt.datetime.fromtimestamp(moment, zone).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), zone).timestamp()


def first_columns(message: Outgoing, now: float) -> dict[str, Any]:
    """The columns of `messages` that say when a new message leaves, and until when that makes sense."""
    meant = message.send_at if message.send_at is not None else now + message.delay
    hour = max(meant, now)
    leaves = opens_at(hour, (message.courtesy or {}).get("quiet"))
    columns: dict[str, Any] = {
        "status": "queued", "due_at": 0.0, "error": None,
        "expires_at": None if message.expires is None else meant + message.expires,
        "courtesy": dict(message.courtesy) if message.courtesy else None,
    }  # fmt: skip
    if leaves > now + _AT_ONCE:
        set_hour = "send_at" if message.send_at is not None else "delayed"
        columns |= {"status": "held", "due_at": leaves, "error": "quiet_hours" if leaves > hour else set_hour}
    return columns


_AT_ONCE: Final = 0.5  # what is held for less is not worth the state


def stops(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], account: Account, *, now: float, zone: dt.tzinfo
) -> dict[int, Stop]:
    """Which of these messages must not leave now, by `seq`, and why; those that may are counted as handed over.

    `zone` is where the account's day begins at midnight.
    """
    found = _opted_out(connection, rows, account) | _of_chains(connection, rows)
    for row in rows:
        if row.seq not in found and (stop := _too_soon_or_late(connection, row, now)):
            found[row.seq] = stop
    if account.daily_cap:
        found |= _capped(connection, [row for row in rows if row.seq not in found], account, now=now, zone=zone)
    _count(connection, [row for row in rows if row.seq not in found and (row.courtesy or {}).get("limit")], now)
    return found


def _opted_out(connection: sa.Connection, rows: Sequence[sa.Row[Any]], account: Account) -> dict[int, Stop]:
    """An opt-out counts for the account it was told to, and for the account whose message another way stands in for."""
    pairs = {row.seq: {(name, row.number) for name in (account.name, row.origin) if name} for row in rows}
    listed = optouts.among(connection, frozenset[tuple[str, str]]().union(*pairs.values()))
    stop = Stop("cancelled", optouts.ERROR)
    return {seq: stop for seq, asked in pairs.items() if listed and asked & listed}


def _of_chains(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> dict[int, Stop]:
    """Those in whose place another way was taken, and those that an earlier way, delivered after all, made needless."""
    found = {row.seq: Stop("cancelled", "overtaken") for row in rows if row.next_way}
    before = {row.seq: earlier_ways(row) for row in rows if row.chain and not row.next_way}
    if before:
        ids = {"ids": sorted({one for ids in before.values() for one in ids})}
        arrived = set(connection.execute(_ARRIVED, ids).scalars())
        otherwise = Stop("cancelled", "delivered_otherwise")
        found |= {seq: otherwise for seq, ids_before in before.items() if arrived.intersection(ids_before)}
    return found


def earlier_ways(row: sa.Row[Any]) -> list[str]:
    """The ids of the ways before this one."""
    return [row.chain, *(f"{row.chain}-{way}" for way in range(2, row.way))]


_ARRIVED: Final = sa.select(MESSAGES.c.id).where(
    MESSAGES.c.id.in_(sa.bindparam("ids", expanding=True)), MESSAGES.c.status.in_(ARRIVED)
)


def _too_soon_or_late(connection: sa.Connection, row: sa.Row[Any], now: float) -> Stop | None:
    if row.released:
        return None
    if row.expires_at is not None and row.expires_at <= now:
        return Stop("cancelled", "expired")
    courtesy = row.courtesy or {}
    opens = opens_at(now, courtesy.get("quiet"))
    if opens > now:
        return Stop("held", "quiet_hours", opens)
    limit = courtesy.get("limit")
    free = _free_at(connection, row, limit, now) if limit else now
    return Stop("held", "over_limit", free) if free > now else None


def _free_at(connection: sa.Connection, row: sa.Row[Any], limit: Mapping[str, Any], now: float) -> float:
    """When this recipient may get one more message of the hook."""
    earlier = (
        sa.select(HANDED.c.at)
        .where(HANDED.c.hook == row.hook, HANDED.c.number == row.number, HANDED.c.at > now - limit["within"])
        .where(HANDED.c.message_id.not_in([row.id, *(earlier_ways(row) if row.chain else ())]))
        .order_by(HANDED.c.at.desc())
        .limit(limit["count"])
    )
    times = list(connection.execute(earlier).scalars())
    return float(times[-1]) + float(limit["within"]) if len(times) >= limit["count"] else now


def _count(connection: sa.Connection, rows: Sequence[sa.Row[Any]], now: float) -> None:
    """A message that is tried again counts once, from its latest try."""
    if not rows:
        return
    insert: Any = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(HANDED)
    counted = insert.on_conflict_do_update(index_elements=["message_id"], set_={"at": insert.excluded.at})
    values = [{"message_id": row.id, "hook": row.hook, "number": row.number, "at": now} for row in rows]
    connection.execute(counted, values)


def _capped(
    connection: sa.Connection, rows: Sequence[sa.Row[Any]], account: Account, *, now: float, zone: dt.tzinfo
) -> dict[int, Stop]:
    """Those beyond the account's daily cap; its row is locked by `begin`. What a person released goes all the same."""
    today = dt.datetime.fromtimestamp(now, zone).date().isoformat()
    mine = (ACCOUNTS.c.name == account.name) & (ACCOUNTS.c.destination == rows[0].destination) if rows else sa.false()
    counted = connection.execute(sa.select(ACCOUNTS.c.cap_day, ACCOUNTS.c.cap_used).where(mine)).first()
    used = counted.cap_used if counted is not None and counted.cap_day == today else 0
    free = [row for row in rows if row.released]
    others = [row for row in rows if row not in free]
    left = max(0, account.daily_cap - used - len(free))
    over = others[left:]
    taken = len(rows) - len(over)
    connection.execute(sa.update(ACCOUNTS).where(mine).values(cap_day=today, cap_used=used + taken))
    stop = Stop("held", "daily_cap", next_day(now, zone))
    return {row.seq: stop for row in over}
