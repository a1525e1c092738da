"""What a bulk action would do to a search's messages or events: how many, which not and why, to whom, at what cost."""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from adapter.delivery.control import CANCEL, RELEASE, SEND_AGAIN, Action, Selection
from adapter.delivery.pace import spacing
from adapter.delivery.search import Search
from adapter.delivery.search_conditions import EVENTS_SOUGHT, MESSAGES_SOUGHT, Condition, Sought
from adapter.delivery.searching import Reader, scans
from adapter.picky.account import Account
from adapter.store.engine import Store
from adapter.store.limited import Limited, limited
from adapter.store.tables import EVENTS, MADE_NOTHING, MESSAGES

SECONDS: Final = 10.0
_NEWEST_PRICES: Final = 500  # messages of an account among which a price is looked for


@dataclasses.dataclass(frozen=True, slots=True)
class Bulk:
    """An action on many: its button, what it says of what it did, and the change of messages (None: events)."""

    name: str
    button: str
    will: str
    done: str
    action: Action | None

    @property
    def sought(self) -> Sought:
        """Where its rows are."""
        return EVENTS_SOUGHT if self.action is None else MESSAGES_SOUGHT

    def is_possible(self, states: Sequence[str]) -> bool:
        """Whether it may change any row in these states; none: of all."""
        possible = ("rejected",) if self.action is None else self.action.possible
        return not states or not set(states).isdisjoint(possible)

    def eligible(self, destination: str, *, unknown: bool) -> Condition:
        """The rows that it changes; `unknown`: also those that may have arrived."""
        if self.action is None:
            rejected = EVENTS.c.status == sa.literal_column("'rejected'")
            return sa.and_(MADE_NOTHING, rejected, EVENTS.c.destination == destination)
        possible = tuple(one for one in self.action.possible if unknown or one != "unknown")
        return self.action.where(Selection(destination, statuses=possible))


BULKS: Final[Mapping[str, Bulk]] = {
    one.name: one
    for one in (
        Bulk("send_again", "Send again", "will be sent again", "queued to be sent again", SEND_AGAIN),
        Bulk("cancel", "Cancel", "will be cancelled", "cancelled", CANCEL),
        Bulk("release", "Release", "will be sent now", "released", RELEASE),
        Bulk("remake", "Make again", "will be made again", "made again", None),
    )
}
_LEFT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("accepted", "submitted"), "already accepted by Picky Assist"),
    **dict.fromkeys(("delivered", "read"), "already arrived"),
    **dict.fromkeys(("queued", "retrying", "parked"), "waiting to be sent"),
    "sending": "being sent right now",
    "held": "held; Release sends them",
    "cancelled": "cancelled",
    **dict.fromkeys(("failed", "dead", "refunded"), "ended already"),
    "unknown": "may have arrived already",
}
_LEFT_EVENTS: Final = {"queued": "made their messages already", "ignored": "ignored on purpose"}
_NOT_AGAIN: Final = "taken by Picky Assist, or another way was taken for them"


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """A count, at which nothing has happened yet. `newest`: the last `seq` that was looked at.

    `left_out`: how many not, by the reason. `unknown`: how many more with those that may have arrived. `accounts`: how
    many of the messages go through which. `scans`: they were found by looking through the rows.
    """

    newest: int
    matched: int
    doable: int
    left_out: dict[str, int]
    unknown: int
    recipients: int
    accounts: dict[str, int]
    scans: bool


def plan(store: Store, bulk: Bulk, search: Search, *, unknown: bool = False) -> Plan:
    """Count what the action would do. Raises TooSlow where that takes too long."""
    newest = search.newest if search.newest is not None else _newest(store, bulk.sought.table)
    frozen = search.frozen(newest)
    looks_through = scans(store, frozen, events=bulk.action is None)
    reader = Reader(store, bulk.sought, frozen, 1)
    with limited(store, SECONDS) as reading:
        fits = reader.whole(reading, scans=looks_through)
        counts = _by_status(reading, bulk, fits, bulk.eligible(search.destination, unknown=True))
        able = {status: yes for status, (_, yes) in counts.items() if yes and (unknown or status != "unknown")}
        to_send = bulk.action is not None and bool(able)
        chosen = fits & bulk.eligible(search.destination, unknown=unknown)
        recipients = _recipients(reading, chosen) if to_send else 0
        accounts = _accounts(reading, chosen) if to_send else {}
    return Plan(
        newest, sum(every for every, _ in counts.values()), sum(able.values()), _left_out(bulk, counts, able),
        counts.get("unknown", (0, 0))[1], recipients, accounts, looks_through,
    )  # fmt: skip


def _newest(store: Store, table: sa.Table) -> int:
    with store.read() as connection:
        return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.seq), 0))).scalar_one())


def _by_status(reading: Limited, bulk: Bulk, fits: Condition, eligible: Condition) -> dict[str, tuple[int, int]]:
    """Of each state how many fit, and how many of them the action changes."""
    status = bulk.sought.table.c.status
    counted = sa.select(status, sa.func.count()).select_from(bulk.sought.table).group_by(status)
    able = dict(map(tuple, reading.execute(counted.where(fits & eligible))))
    return {name: (every, able.get(name, 0)) for name, every in map(tuple, reading.execute(counted.where(fits)))}


def _left_out(bulk: Bulk, counts: Mapping[str, tuple[int, int]], able: Mapping[str, int]) -> dict[str, int]:
    reasons = _LEFT if bulk.action else _LEFT_EVENTS
    left: dict[str, int] = {}
    for status, (every, can) in counts.items():
        is_possible = bulk.action is not None and status in bulk.action.possible
        maybe = can - able.get(status, 0)  # unknown, without the tick for them
        reason = _NOT_AGAIN if is_possible else reasons.get(status, status)
        for why, count in ((reason, every - can), (_LEFT["unknown"], maybe)):
            if count:
                left[why] = left.get(why, 0) + count
    return left


def _recipients(reading: Limited, chosen: Condition) -> int:
    return int(reading.execute(sa.select(sa.func.count(MESSAGES.c.number.distinct())).where(chosen))[0][0])


def _accounts(reading: Limited, chosen: Condition) -> dict[str, int]:
    counted = sa.select(MESSAGES.c.account, sa.func.count()).where(chosen).group_by(MESSAGES.c.account)
    return dict(map(tuple, reading.execute(counted)))


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """About how many calls it takes, how many seconds, and the credit; `credit` None where no price was seen yet."""

    calls: int
    seconds: float
    credit: decimal.Decimal | None
    price: str = ""


def effort(store: Store, counted: Mapping[str, int], accounts: Mapping[str, Account]) -> Effort:
    """What sending so many messages through these accounts takes, as fast as their pace allows."""
    calls, longest, credit, price = 0, 0.0, decimal.Decimal(0), ""
    known = True
    for name, count in counted.items():
        account = accounts.get(name, Account(name, "", ""))
        needed = -(-count // account.batch)
        seconds, burst = spacing(account.rate) if account.rate else (0.0, needed)
        calls, longest = calls + needed, max(longest, max(0, needed - burst) * seconds)
        price = _last_price(store, name)
        known = known and bool(price)
        credit += decimal.Decimal(price or 0) * count
    return Effort(calls, longest, credit if known and counted else None, price if len(counted) == 1 else "")


def _last_price(store: Store, account: str) -> str:
    """The credit of the newest message that was charged, as Picky Assist wrote it; `` where there is none."""
    mine = sa.select(MESSAGES.c.seq, MESSAGES.c.credit).where(MESSAGES.c.account == account)
    newest = mine.order_by(MESSAGES.c.seq.desc()).limit(_NEWEST_PRICES).subquery()
    query = sa.select(newest.c.credit).where(newest.c.credit.is_not(None)).order_by(newest.c.seq.desc()).limit(1)
    with store.read() as connection:
        found = str(connection.execute(query).scalar() or "")
    try:
        return found if decimal.Decimal(found).is_finite() else ""
    except decimal.InvalidOperation:
        return ""
