"""What keeps messages from arriving, grouped: one sentence and one thing to do for each cause, the worst first."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from adapter.delivery import tallies
from adapter.delivery.saying import span, visible
from adapter.delivery.tallies import HOUR, Tally
from adapter.delivery.texts import BY_CODE, OWN, first_sentence
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, EVENTS, MESSAGES, PAUSES, RELAYS, STOPPED, WAITS, status_is

ALIVE_SECONDS: Final = 30.0
"""Without a sign of life for so long a relay counts as gone."""
RECENT_SECONDS: Final = 7 * 86_400.0
"""What ended longer ago is past, and no problem any more."""
_LATE_SECONDS: Final = 300.0
_NEWEST: Final = 200  # of what ended badly, looked at for its causes
_NEWEST_EVENTS: Final = 50  # their rows are large
_MOST_COUNTED: Final = 1_000
_BUSY: Final = 30  # events in thirty days make a hook that is missed when it is silent
_BUSY_SECONDS: Final = 30 * 86_400.0
_WAITING: Final = ("queued", "retrying", "parked", "held")
_ENDED: Final = ("failed", "dead", "refunded")


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """`sentence` holds nothing from outside but names; `said` is a text from outside.

    `since`: Unix seconds; `label` is the button, `path` where it leads, by POST where `posts`. `count`: how many it is
    about.
    """

    key: str
    family: str
    sentence: str
    label: str = ""
    path: str = ""
    posts: bool = False
    said: str = ""
    since: float | None = None
    count: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What is known of the store at one moment: all that the problems, and the first page, are made of.

    `accounts` are rows by name, `waiting` tallies of what waits or needs a person, `recent` of the last seven days,
    `busy` the same of the last thirty days, `last` the hooks' newest events, `ended` (state, code) of the newest
    that ended badly, `rejected` the reason of each hook's newest rejected event, `oldest` (when, hook) of the
    oldest message that is due.
    """

    now: float
    accounts: Mapping[str, Mapping[str, Any]]
    paused: Mapping[tuple[str, str], float]
    relay_seen: float | None
    waiting: Sequence[Tally]
    recent: Sequence[Tally]
    busy: Sequence[Tally]
    last: Mapping[str, float]
    held: int
    ended: Sequence[tuple[str, str]]
    rejected: Mapping[str, str]
    oldest: tuple[float, str] | None

    @property
    def has_relay(self) -> bool:
        """Whether anybody sends."""
        return self.relay_seen is not None and self.now - self.relay_seen <= ALIVE_SECONDS

    def waits(self, *states: str, hook: str = "", account: str = "") -> int:
        """How many are in one of these states that wait."""
        return sum(
            one.count
            for one in self.waiting
            if one.status in states and hook in {"", one.hook} and account in {"", one.account}
        )

    @property
    def needs_person(self) -> int:
        """Messages that do not move until somebody does something."""
        return self.waits("parked", "unknown") + self.held


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """What is known elsewhere: hooks that do not load, and accounts that have an address for their reports."""

    faulty: Mapping[str, str]
    with_callback: Collection[str]


def look(store: Store, destination: str, hooks: Sequence[str], *, now: float) -> State:
    """Everything, in a few short queries, none of which reads more rows than it shows; `hooks`: those there are."""
    starts = [0, int((now - RECENT_SECONDS) // HOUR), int((now - _BUSY_SECONDS) // HOUR)]
    everything, recent, busy = tallies.by_hook_since(store, destination, starts)
    waiting = [one for one in everything if one.status in {*_WAITING, "unknown"}]
    mine = ACCOUNTS.c.destination == destination
    with store.read() as connection:
        return State(
            now=now,
            accounts={row["name"]: dict(row) for row in connection.execute(sa.select(ACCOUNTS).where(mine)).mappings()},
            paused={(row.kind, row.name): row.since for row in connection.execute(sa.select(PAUSES))},
            relay_seen=connection.execute(sa.select(sa.func.max(RELAYS.c.seen_at))).scalar(),
            waiting=waiting,
            recent=recent,
            busy=busy,
            last=_last_events(connection, hooks),
            held=_held(connection, destination) if any(one.status == "held" for one in waiting) else 0,
            ended=_ended(connection, destination, now) if any(one.status in _ENDED for one in recent) else (),
            rejected=_rejected(connection, destination, now),
            oldest=_oldest(connection, destination, sorted({one.account for one in waiting})),
        )


def _last_events(connection: sa.Connection, hooks: Sequence[str]) -> dict[str, float]:
    """When each hook's newest event came."""
    found = {}
    for hook in hooks:
        newest = sa.select(EVENTS.c.received_at).where(EVENTS.c.hook == hook).order_by(EVENTS.c.seq.desc()).limit(1)
        if (at := connection.execute(newest).scalar()) is not None:
            found[hook] = at
    return found


def _held(connection: sa.Connection, destination: str) -> int:
    """Those held for a person: no hour will release them; counted up to a thousand."""
    mine = sa.select(MESSAGES.c.seq).where(
        STOPPED, status_is("held"), MESSAGES.c.due_at == 0, MESSAGES.c.destination == destination
    )
    counted = sa.select(sa.func.count()).select_from(mine.limit(_MOST_COUNTED).subquery())
    return int(connection.execute(counted).scalar_one())


def _ended(connection: sa.Connection, destination: str, now: float) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for state in _ENDED:
        newest = sa.select(MESSAGES.c.created_at, MESSAGES.c.error, MESSAGES.c.destination)
        newest = newest.where(STOPPED, status_is(state)).order_by(MESSAGES.c.seq.desc()).limit(_NEWEST)
        found += [
            (state, row.error or "")
            for row in connection.execute(newest)
            if row.created_at >= now - RECENT_SECONDS and row.destination == destination
        ]
    return found


def _rejected(connection: sa.Connection, destination: str, now: float) -> dict[str, str]:
    is_rejected = EVENTS.c.status.in_([sa.literal_column("'rejected'")])
    newest = sa.select(EVENTS.c.hook, EVENTS.c.received_at, EVENTS.c.reason, EVENTS.c.destination).where(is_rejected)
    found: dict[str, str] = {}
    for row in connection.execute(newest.order_by(EVENTS.c.seq.desc()).limit(_NEWEST_EVENTS)):
        if row.received_at >= now - RECENT_SECONDS and row.destination == destination:
            found.setdefault(row.hook, row.reason or "")
    return found


def _oldest(connection: sa.Connection, destination: str, accounts: Sequence[str]) -> tuple[float, str] | None:
    """The oldest that is due: of each account the first of each priority, by an index that holds only what is due."""
    found = []
    for account in accounts:
        mine = WAITS & (MESSAGES.c.account == account) & (MESSAGES.c.destination == destination)
        below: Any = sa.true()
        while True:
            order = (MESSAGES.c.priority.desc(), MESSAGES.c.seq)
            first = sa.select(MESSAGES.c.created_at, MESSAGES.c.hook, MESSAGES.c.priority).where(mine, below)
            row = connection.execute(first.order_by(*order).limit(1)).first()
            if row is None:
                break
            found.append((row.created_at, row.hook))
            below = MESSAGES.c.priority < row.priority
    return min(found, default=None)


def problems(state: State, around: Around) -> list[Problem]:
    """All of them, the worst first."""
    return [
        *_relay(state), *_parked(state), *_paused(state), *_undecided(state), *_faulty(around), *_late(state),
        *_rejects(state), *_ends(state), *_blind(state, around), *_silent(state),
    ]  # fmt: skip


def _messages(count: int, one: str, many: str = "") -> str:
    """`many`: what is said of several, where it is not the same."""
    return f"1 message {one}" if count == 1 else f"{count:,} messages {many or one}"


def _relay(state: State) -> list[Problem]:
    if state.has_relay:
        return []
    sentence = "Nothing is being sent: no relay is alive. Messages are kept. Start the worker process."
    return [Problem("relay", "badly", sentence, since=state.relay_seen)]


def _parked(state: State) -> list[Problem]:
    found = []
    for name in sorted({*state.accounts, *(one.account for one in state.waiting)}):
        row = state.accounts.get(name, {})
        code = row.get("parked")
        count = state.waits("parked", *(("queued", "retrying") if code else ()), account=name)
        if code is None and not count:
            continue
        cause = f"Account “{name}” cannot send: {_cause(code)}" if code else f"Account “{name}” could not send."
        waits = _messages(count, "waits here.", "wait here.") if count else ""
        found.append(Problem(
            f"parked-{name}", "person", f"{cause} {waits}".strip(), f"Resume {name}", f"/accounts/{name}/resume",
            posts=True, since=row.get("parked_at"), count=count,
        ))  # fmt: skip
    return found


def _cause(code: str) -> str:
    return BY_CODE[code].sentence if code in BY_CODE else visible(code)


def _paused(state: State) -> list[Problem]:
    found = []
    for (kind, name), since in state.paused.items():
        whose = {"hook": name} if kind == "hook" else {"account": name}
        count = state.waits("queued", "retrying", **whose)
        waits = _messages(count, "waits for it.", "wait for it.") if count else "Nothing waits for it."
        place = "/setup" if kind == "hook" else "/accounts"
        found.append(Problem(
            f"paused-{kind}-{name}", "person", f"The {kind} “{name}” is paused. {waits}", f"Resume {name}",
            f"{place}/{name}/resume", posts=True, since=since,
        ))  # fmt: skip
    return found


def _undecided(state: State) -> list[Problem]:
    found = []
    if unknown := state.waits("unknown"):
        sentence = _messages(unknown, "may or may not have arrived.")
        found.append(Problem("unknown", "person", sentence, "Decide", "/messages?state=unknown", count=unknown))
    if state.held:
        sentence = _messages(state.held, "is held for you to look at.", "are held for you to look at.")
        found.append(Problem("held", "person", sentence, "Look at them", "/messages?state=held", count=state.held))
    return found


def _faulty(around: Around) -> list[Problem]:
    return [
        Problem(f"faulty-{name}", "badly", f"The hook “{name}” does not load:", f"Mend {name}", f"/setup/{name}",
                said=visible(fault))
        for name, fault in around.faulty.items()
    ]  # fmt: skip


def _late(state: State) -> list[Problem]:
    is_open = not state.paused and all(row["parked"] is None for row in state.accounts.values())
    if state.oldest is None or not state.has_relay or not is_open or state.now - state.oldest[0] <= _LATE_SECONDS:
        return []
    at, hook = state.oldest
    sentence = f"The oldest message that is due, of “{hook}”, waits for {span(state.now - at)}. It leaves in its turn."
    return [Problem("late", "person", sentence, "See what waits", "/messages?state=queued")]


def _rejects(state: State) -> list[Problem]:
    counts: Counter[str] = Counter()
    for one in state.recent:
        if one.status == "rejected":
            counts[one.hook] += one.count
    found = []
    for hook, count in counts.most_common():
        reason = state.rejected.get(hook, "")
        many = "1 request" if count == 1 else f"{count:,} requests"
        sentence = f"{many} to “{hook}” made no message in the last 7 days."
        found.append(Problem(
            f"rejected-{hook}", "badly", sentence + (" The latest:" if reason else ""), "See what was wrong",
            f"/events?state=rejected&hook={hook}", said=visible(reason),
        ))  # fmt: skip
    return found


def _ends(state: State) -> list[Problem]:
    """What ended badly, by its cause; where there is too much to look at, by its state, with the commonest cause."""
    totals: Counter[str] = Counter()
    for one in state.recent:
        if one.status in _ENDED:
            totals[one.status] += one.count
    found = []
    for status, total in totals.items():
        causes = Counter(code for ended, code in state.ended if ended == status)
        by_cause = causes.most_common() if total <= _NEWEST else [(code, total) for code, _ in causes.most_common(1)]
        found += [_end(status, code, count, of=total) for code, count in by_cause]
    return sorted(found, key=lambda one: -one.count)


_WORDS: Final = {
    "failed": ("failed", "failed"),
    "dead": ("was given up", "were given up"),
    "refunded": ("came back as refunded", "came back as refunded"),
}


def _end(status: str, code: str, count: int, *, of: int) -> Problem:
    own = OWN.get(status, {}).get(code)
    cause = own.cause if own else first_sentence(code) if code in BY_CODE else visible(code)
    one, many = _WORDS[status]
    sentence = f"{_messages(count, one, many)} in the last 7 days."
    lead = "Most often lately:" if of > _NEWEST else ""
    path = f"/messages?state={status}&when=7d"
    return Problem(f"{status}-{code}", "badly", f"{sentence} {lead} {cause}", "See them", path, count=count)


def _blind(state: State, around: Around) -> list[Problem]:
    """Accounts that sent lately and never had a report: nobody would know what arrived."""
    sent = {one.account for one in state.recent if one.status in {"accepted", "submitted"}}
    return [
        Problem(
            f"blind-{name}", "quiet",
            f"Account “{name}” has never had a delivery report, so accepted is the last thing you will see. "
            "Paste its address into Picky Assist → Developers → Webhooks.",
            "Show the address", f"/accounts/{name}#reports",
        )
        for name, row in state.accounts.items()
        if name in sent and row["reported_at"] is None and name in around.with_callback
    ]  # fmt: skip


def _silent(state: State) -> list[Problem]:
    found = []
    counts: Counter[str] = Counter()
    for one in state.busy:
        counts[one.hook] += one.count
    for hook, count in counts.items():
        last = state.last.get(hook)
        if last is None or count < _BUSY or state.now - last <= max(86_400.0, 5 * _BUSY_SECONDS / count):
            continue
        sentence = (
            f"The hook “{hook}” is silent for {span(state.now - last)}; it had {count:,} requests in 30 days. "
            "See whether its sender still posts."
        )
        found.append(Problem(f"silent-{hook}", "quiet", sentence, f"Look at {hook}", f"/setup/{hook}", since=last))
    return found
