"""From what is known of an event and its messages to the steps of their story, in the order it happened.

Steps are made from the very data that is shown beside them, so what was redacted there cannot come up here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from adapter.delivery.reports import ERRORS
from adapter.delivery.saying import Step, said, step, visible
from adapter.delivery.standing import Around, last_report, present_step, report_details
from adapter.delivery.states import WAITING
from adapter.delivery.texts import BY_CODE, CODES, STATES, Text, first_sentence
from adapter.errors import fault_lines
from adapter.picky import outcome as outcomes

MOST_ALIKE: Final = 20  # steps of one kind that are told
_ARRIVED: Final = ("delivered", "read")
_HANDED_OVER: Final = ("accepted", "submitted", *_ARRIVED)


def event_steps(event: Mapping[str, Any]) -> list[Step]:
    """What came and what was made of it."""
    received = said("received", method=visible(event["method"]), bytes=event["body_bytes"], source=event["source"],
                     destination=event["destination"])  # fmt: skip
    steps = [step(event["received_at"], "received", received)]
    if event["decoded_as"]:
        moment = "read" if event.get("because") else "read_so"
        read = said(moment, decoded_as=event["decoded_as"], because=visible(event.get("because")))
        steps.append(step(None, "read as", read))
    for word, texts in (
        ("repaired", map(_repaired, event.get("repairs") or [])),
        ("warning", (said("warning", warning=visible(one)) for one in event.get("warnings") or [])),
        ("wrong", (said("wrong", key=visible(key), fault=visible(text)) for key, text in _faults(event))),
    ):
        steps += _some(word, list(texts), event["id"])
    if event["status"] in {"ignored", "rejected"}:
        steps.append(step(None, event["status"], _nothing_sent(event)))
    if event["duplicates"]:
        times = "Once" if event["duplicates"] == 1 else f"{event['duplicates']:,} times"
        steps.append(step(event["duplicate_at"], "came again", said("again", times=times)))
    return steps


def _faults(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return fault_lines(event.get("errors") or {})


def _repaired(repair: Mapping[str, Any]) -> Text:
    moment = "repaired_unseen" if repair.get("was") is None else "repaired"
    was, now = visible(repair.get("was")), visible(repair.get("now"))
    return said(moment, field=visible(repair["field"]), was=was, now=now, code=repair["code"].replace("_", " "))


def _some(word: str, texts: Sequence[Text], identity: str) -> Iterator[Step]:
    """The first of many steps of one kind."""
    yield from (step(None, word, text) for text in texts[:MOST_ALIKE])
    if len(texts) > MOST_ALIKE:
        yield step(None, word, said("more", count=len(texts) - MOST_ALIKE, id=identity))


def _nothing_sent(event: Mapping[str, Any]) -> Text:
    if event["status"] == "ignored":
        why = said("ignored")
    else:
        why = said("rejected_push" if event["source"] == "push_api" else "rejected", id=event["id"])
    told = event.get("reason") and next(_faults(event), None) is None  # else the faults were told one by one
    return why + said("because", reason=visible(event["reason"])) if told else why


def message_steps(
    message: Mapping[str, Any], around: Around, *, before: Sequence[Mapping[str, Any]] = ()
) -> list[Step]:
    """A message's life in the order it happened; then how it stands, and what comes.

    `before`: the messages of the earlier ways, where this one is a later way of the same.
    """
    told, present = _without_last_report(message), present_step(message, around)
    past = [
        *_way(message, before), *_made(message), *_attempts(message), *_reports(message, told), *_opt_out(message),
        *_both(message, before), *([present] if present["step"] != "queued" else []), *map(_notice, message["notices"]),
    ]  # fmt: skip
    past.sort(key=lambda one: one["at"])
    return [*past, *([present] if present["step"] == "queued" else []), *_future(message)]


def _way(message: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    if before:
        last = before[-1]
        ended = last["status"] in {"failed", "refunded", "dead"} and last["changed_at"] <= message["created_at"]
        text = said("way" if ended else "way_late", way=message["way"], account=message["account"],
                     before=last["way"], status=last["status"])  # fmt: skip
        yield step(message["created_at"], f"way {message['way']}", text)


def _made(message: Mapping[str, Any]) -> Iterator[Step]:
    made = message["made"]
    kinds = [
        f"Template {visible(made['template'])}" if made["template"] else "",
        f"Text of {made['characters']:,} characters" if made["characters"] else "",
        "media" if made["media"] else "",
    ]
    what = " with ".join(kind for kind in kinds if kind) or "A push without text"
    what = what[0].upper() + what[1:]
    rendered = said("rendered", what=what, account=message["account"], channel=visible(made["channel"]))
    yield step(message["created_at"], "rendered", rendered)
    if message["status"] != "queued" or message["changed_at"] > message["created_at"]:
        yield step(message["created_at"], "queued", said("queued"))


def _attempts(message: Mapping[str, Any]) -> Iterator[Step]:
    attempts = message["attempts"]
    left_out = range(2, len(attempts) - MOST_ALIKE + 2)
    for at, attempt in enumerate(attempts):
        if at not in left_out:
            yield step(attempt["started_at"], f"attempt {at + 1}", _attempt(attempt, message))
        elif at == left_out[0]:
            yield step(attempt["started_at"], "attempts", said("between", count=len(left_out)))


def _attempt(attempt: Mapping[str, Any], message: Mapping[str, Any]) -> Text:
    if attempt["finished_at"] is None:
        is_open = message["status"] == "sending" and attempt is message["attempts"][-1]
        return said("open") if is_open else Text(first_sentence(outcomes.INTERRUPTED.code))
    meaning = BY_CODE.get(attempt["outcome"])
    if meaning is not None and meaning.content and attempt["together"] > 1:
        text = said("together", count=attempt["together"])
    else:
        text = Text(first_sentence(attempt["outcome"]))
    return text + said("took", seconds=attempt["finished_at"] - attempt["started_at"])


def _without_last_report(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The reports but for the one that says how the message stands now: the step of its state tells that."""
    return [one for one in message["reports"] if one is not last_report(message)]


def _reports(message: Mapping[str, Any], reports: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    for one in islice(reports, MOST_ALIKE):
        code = ERRORS.get(one["status"], "")
        text = Text(CODES[code].cause) if code else Text(STATES[one["status"]].cause)
        yield step(one["at"], one["status"], text + report_details(message, one))


def _opt_out(message: Mapping[str, Any]) -> Iterator[Step]:
    found = message["opt_out"]
    if found is not None:
        unseen = found["via"] == "message" and not found.get("word")
        moment = "opt_out_unseen" if unseen else f"opt_out_{found['via']}"
        yield step(found["since"], "opt-out", said(moment, word=visible(found.get("word"))))


def _both(message: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    """An earlier way arrived, and this one went out too."""
    arrived = next((one for one in before if one["status"] in _ARRIVED), None)
    if arrived is not None and message["status"] in _HANDED_OVER:
        times = [one["at"] for one in arrived["reports"] if one["status"] in _ARRIVED]
        yield step(min(times, default=arrived["changed_at"]), "twice", said("both", before=arrived["way"]))


def _notice(notice: Mapping[str, Any]) -> Step:
    status = "queued" if notice["status"] == "sending" else notice["status"]
    text = said(f"notice_{status}", state=notice["state"], id=notice["id"])
    if status != "sent" and notice.get("fault"):
        text += said("because", reason=visible(notice["fault"]))
    return step(notice["finished_at"] or notice["created_at"], "notice", text)


def _future(message: Mapping[str, Any]) -> Iterator[Step]:
    expires_at = message["expires_at"] if message["status"] in WAITING else None
    is_in_vain = bool(expires_at and message["due_at"] and message["due_at"] >= expires_at)
    if message["due_at"] and not is_in_vain:
        held = message["status"] == "held"
        yield step(message["due_at"], "next try", said("leaves" if held else "retry"))
    if expires_at:
        yield step(expires_at, "too late", said("never_leaves" if is_in_vain else "too_late"))
    if message["deadline_at"] and message["ways_left"] and not message["next_way"]:
        yield step(message["deadline_at"], "next way", said("deadline"))
