"""How a message stands now: its state and the cause, why it does not move, and what to do."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final

from adapter.delivery.saying import Step, filled, said, span, step, visible
from adapter.delivery.states import DUE, ENDED_BADLY
from adapter.delivery.texts import BY_CODE, CODES, MOMENTS, OWN, STATES, Text, first_sentence

_REPORTED: Final = ("accepted", "submitted", "delivered", "read", "failed", "refunded")


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """What a message's fate depends on beside itself.

    `resend_after`: seconds after which a message without answer and report very probably did not arrive. `accounts`:
    their rows by name; `paused`: (kind, name); `ahead`: messages before this one by its id, where that was counted.
    """

    now: float
    resend_after: float
    accounts: Mapping[str, Mapping[str, Any]]
    paused: frozenset[tuple[str, str]]
    ahead: Mapping[str, int]
    most_ahead: int

    def has_reports(self, account: str) -> bool:
        """Whether a delivery report ever came for this account."""
        return self.accounts.get(account, {}).get("reported_at") is not None


def because(message: Mapping[str, Any]) -> str:
    """A message's state and its cause, as one text."""
    return _stands(message).cause


def _stands(message: Mapping[str, Any]) -> Text:
    """The texts of its state, before anything from outside is in them."""
    return filled(_of_state(message), {**message, "msg_id": message["msg_id"] or "-"})


def present_step(message: Mapping[str, Any], around: Around) -> Step:
    """How a message stands now, why, and what to do."""
    text = _stands(message)
    if message["next_way"] and message["status"] in ENDED_BADLY:
        text = Text(text.cause) + said("other_way", next_way=message["next_way"])
    elif message["status"] in _MORE:
        text += _MORE[message["status"]](message, around)
    elif message["status"] in DUE:
        text += _stopped(message, around)
    report = last_report(message) if message["status"] in _REPORTED else None
    if report is not None:
        text += report_details(message, report)
    elif message.get("report") and message["status"] in {"failed", "refunded"}:
        text += said("says", report=visible(message["report"]))
    return step(report["at"] if report else message["changed_at"], message["status"], text)


def _of_state(message: Mapping[str, Any]) -> Text:
    """A state and its cause. A code that some earlier state left behind does not explain this one."""
    status, code = message["status"], message["error"] or ""
    own = OWN.get(status, {}).get(code)
    if own is not None:
        return Text(own.cause, own.do or STATES[status].do)
    text = STATES[status]
    if status in _CAUSED and code in BY_CODE:
        return _CAUSED[status](code)
    return text + said("by_hand") if status == "cancelled" else text


def _both_say(status: str) -> Callable[[str], Text]:
    return lambda code: Text(f"{STATES[status].cause} {CODES[code].cause}", CODES[code].do or STATES[status].do)


def _code_says(status: str, otherwise: str) -> Callable[[str], Text]:
    return lambda code: CODES[code] if BY_CODE[code].state == status else MOMENTS[otherwise]


_CAUSED: Final[Mapping[str, Callable[[str], Text]]] = {
    "parked": _both_say("parked"),
    "failed": _both_say("failed"),
    "retrying": _code_says("retrying", "split"),
    "unknown": _code_says("unknown", "partly"),
    "held": lambda _: MOMENTS["held_whole"] + Text("", STATES["held"].do),
    "dead": lambda code: STATES["dead"] + said("last", cause=first_sentence(code)),
}
"""What a state and the code of an answer say together."""


def _accepted(message: Mapping[str, Any], around: Around) -> Text:
    if not around.has_reports(message["account"]):
        return said("blind", account=message["account"])
    since = around.now - (message["reports"][-1]["at"] if message["reports"] else message["changed_at"])
    return said("silent", age=span(since)) if since >= around.resend_after else Text()


def _unknown(message: Mapping[str, Any], around: Around) -> Text:
    if message["due_at"]:
        return said("resend")
    if not around.has_reports(message["account"]) or message["reports"]:
        return said("left", id=message["id"])
    over = around.now - message["changed_at"] >= around.resend_after
    return said("no_report" if over else "report_due", limit=span(around.resend_after), id=message["id"])


_MORE: Final[Mapping[str, Callable[[Mapping[str, Any], Around], Text]]] = {"accepted": _accepted, "unknown": _unknown}


def _stopped(message: Mapping[str, Any], around: Around) -> Text:
    """Why a message does not move: somebody paused it, its account cannot send, or others are before it."""
    text = Text()
    for kind in ("hook", "account"):
        if (kind, message[kind]) in around.paused:
            text += said("paused", kind=kind, name=message[kind])
    account = around.accounts.get(message["account"], {})
    if account.get("parked") is not None:
        code = account["parked"]
        return text + said("cannot", account=message["account"], cause=CODES[code].cause if code in CODES else code)
    if account.get("doubt_seconds") and not account["doubt_answered"]:
        return text + said("doubt", account=message["account"])
    ahead = around.ahead.get(message["id"], 0)
    if ahead > around.most_ahead:
        return text + said("ahead_many", count=around.most_ahead)
    return text + said("ahead", count=ahead) if ahead else text


def last_report(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The report that says how the message stands now, if one does."""
    return next((one for one in reversed(message["reports"]) if one["status"] == message["status"]), None)


def report_details(message: Mapping[str, Any], report: Mapping[str, Any]) -> Text:
    """What a report says beside its state."""
    numbers = [at for at, one in enumerate(message["attempts"], 1) if one["push"] == report["push"]]
    text = said("of_attempt", attempt=numbers[0]) if numbers and len(message["attempts"]) > 1 else Text()
    if report.get("error"):
        text += said("says", report=visible(report["error"]))
    return text + said("asked") if report["via"] == "asked" else text
