"""What to look for among messages and events: a search as its address says it, and the same as a condition."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Final

from adapter.delivery.families import FAMILIES, LOOKS, OF_FAMILY
from adapter.delivery.search_words import Understood, cleaned, understand
from adapter.errors import Refusal

WHENS: Final[Mapping[str, tuple[str, float]]] = {
    "1h": ("last hour", 3_600.0),
    "24h": ("last 24 hours", 86_400.0),
    "7d": ("last 7 days", 7 * 86_400.0),
    "30d": ("last 30 days", 30 * 86_400.0),
}
FILTERS: Final = ("q", "state", "hook", "account", "when", "from", "to")
"""What a search's address may say, beside its place in the list."""
_LONGEST_NAME: Final = 100
_MOST_SEQ: Final = 2**63 - 1
_YEAR_9000: Final = 221_845_392_000.0


class BadSearch(Refusal):
    """A filter that cannot be understood; nothing was searched."""

    status = 400
    code = "bad_search"


@dataclasses.dataclass(frozen=True, slots=True)
class Search:
    """Which messages or events are meant; what is empty is not asked.

    `state`: a state, or a family of them. `since`, `until`: Unix seconds, `until` not included. `when`: the word that
    `since` comes from. `after`: older than that `seq`; `before`: newer. `regions`: countries whose national spelling of
    numbers is known. `newest`: nothing behind that `seq`.
    """

    destination: str = ""
    q: str = ""
    state: str = ""
    hook: str = ""
    account: str = ""
    when: str = ""
    since: float | None = None
    until: float | None = None
    after: int | None = None
    before: int | None = None
    newest: int | None = None
    regions: tuple[str, ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """The states that are asked for; none: all."""
        return OF_FAMILY.get(self.state, (self.state,)) if self.state else ()

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return any((self.q, self.state, self.hook, self.account, self.since is not None, self.until is not None))

    def understood(self) -> Understood:
        """What `q` was taken for."""
        return understand(self.q, regions=self.regions)

    def as_query(self, **changes: str | int) -> dict[str, str]:
        """The parameters that `read` makes the same search of, without its place; `changes` add to it, "" removes."""
        told = {"q": self.q, "state": self.state, "hook": self.hook, "account": self.account, "when": self.when}
        if not self.when:
            told |= {"from": _iso(self.since), "to": _iso(self.until)}
        return {key: str(value) for key, value in (told | changes).items() if value != ""}

    def frozen(self, newest: int) -> Search:
        """The same for a job: up to that `seq`, and "last hour" stays the hour that it is now."""
        return dataclasses.replace(self, newest=newest, when="", after=None, before=None)

    def without_place(self) -> Search:
        """The same from the newest on."""
        return dataclasses.replace(self, after=None, before=None)

    def words(self, zone: str = "UTC") -> dict[str, str]:
        """Each filter in words, by its parameter: `{"state": "state: failed"}`."""
        told = {key: f"{key}: {value}" for key, value in (("state", self.state), ("hook", self.hook)) if value}
        if self.state:
            told["state"] = f"state: {FAMILIES.get(self.state) or LOOKS[self.state].word.lower()}"
        if self.q:
            told = {"q": f"“{self.q}”"} | told
        if self.account:
            told["account"] = f"account: {self.account}"
        if self.when:
            return told | {"when": WHENS[self.when][0]}
        for key, word, at in (("from", "since", self.since), ("to", "until", self.until)):
            if at is not None:
                local = dt.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone))
                told[key] = f"{word} {local:%Y-%m-%d %H:%M}"
        return told


def read(
    query: Mapping[str, str], *, destination: str, now: float, zone: str = "UTC", regions: Sequence[str] = ()
) -> Search:
    """The search that these parameters mean: q, state, hook, account, when or from and to, after or before.

    `from` and `to` are ISO times, local to `zone` where they name no offset. Raises BadSearch with a sentence.
    """
    state, when = query.get("state", ""), query.get("when", "")
    if state and state not in LOOKS and state not in FAMILIES:
        raise BadSearch(f'There is no state "{state[:40]}". Choose one of the list.')
    if when and when not in WHENS:
        raise BadSearch(f'"{when[:40]}" is no time to search in: 1h, 24h, 7d or 30d.')
    since = now - WHENS[when][1] if when else _moment(query.get("from", ""), zone)
    return Search(
        destination=destination,
        q=cleaned(query.get("q", "")),
        state=state,
        hook=cleaned(query.get("hook", ""))[:_LONGEST_NAME],
        account=cleaned(query.get("account", ""))[:_LONGEST_NAME],
        when=when,
        since=since,
        until=None if when else _moment(query.get("to", ""), zone),
        after=_seq(query.get("after", "")),
        before=_seq(query.get("before", "")),
        regions=tuple(dict.fromkeys(regions)),
    )


def _moment(text: str, zone: str) -> float | None:
    if not text.strip():
        return None
    try:
        found = dt.datetime.fromisoformat(text.strip())
        at = (found if found.tzinfo else found.replace(tzinfo=zoneinfo.ZoneInfo(zone))).timestamp()
    except (ValueError, OverflowError):
        at = -1.0
    if not 0 <= at < _YEAR_9000:
        raise BadSearch(f'"{text[:40]}" is no time. Write it like 2026-11-27T12:04.')
    return at


def _iso(at: float | None) -> str:
    return "" if at is None else dt.datetime.fromtimestamp(at, dt.UTC).isoformat().replace("+00:00", "Z")


def _seq(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _MOST_SEQ):
        raise BadSearch("The place in the list cannot be read. Begin again at the newest.")
    return int(text)
