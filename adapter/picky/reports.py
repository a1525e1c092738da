"""What Picky Assist posts to a project's webhooks, and what it tells of a push when asked, as rows of one shape.

Types and spellings drift (`"8"` and `8`, `message_in_raw` and `message-in-raw`), and the content type means nothing:
JSON comes labelled as a form. So the bytes decide, keys are compared without case and hyphens, and ids become text.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal
from urllib.parse import unquote_plus

import marshmallow as ma

from adapter.picky.posted import Unreadable, form_of, json_of, require_shallow, text_of
from adapter.picky.report_rows import DeliveryRow, InboundRow, plain, text_in

MOST_ROWS: Final = 10_000
_MOST_VALUES: Final = 500_000
_MOST_WRAPPERS: Final = 3
_DELIVERY: Final = "1"  # the other events: 2 WhatsApp filter, 3 group join and exit, 4 new subscriber
_ECHO: Final = "1"
_MESSAGE: Final = frozenset({"message_in", "message_in_raw", "unique_id"})
_ENVELOPE: Final = frozenset({"event_id", "data", "message_in", "message_in_raw"})
_BRACKETS: Final = re.compile(r"data\[(\d{1,5})\]\[([\w-]{1,40})\]")
_MARKS: Final = _MESSAGE | _ENVELOPE | {"number"}
_DELIVERY_ROW: Final = DeliveryRow()
_INBOUND_ROW: Final = InboundRow()


class NotACallback(Unreadable):
    """Nothing of Picky Assist's can be read here; the message says where and why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Callback:
    """One POST of Picky Assist. `rows` are plain JSON, storable on every database.

    Of a `delivery`: `push_id`, `msg_id`, `number`, `reference`, `status` (0 to 5), `error`; all but the status may be
    None, one of the ids never is. Of an `inbound`, one: `number`, `text` (`""` for media), `unique_id`, `direction`
    (0), `application`, `payload` (the button's id). `other` is taken and ignored. `skipped` rows were of no use.
    """

    kind: Literal["delivery", "inbound", "other"]
    rows: tuple[dict[str, Any], ...] = ()
    skipped: int = 0


def read_callback(body: bytes, content_type: str) -> Callback:
    """What was posted, whatever the content type says. Raises NotACallback, and nothing else."""
    try:
        return _sorted(_posted(body, content_type))
    except Unreadable as fault:
        raise NotACallback(str(fault)) from None


def read_report(answer: Any) -> tuple[dict[str, Any], ...]:
    """The rows of an answer to `/delivery-report`, as those of a delivery; () where it is none. Raises nothing."""
    report = _named(answer) if isinstance(answer, Mapping) else {}
    data = report.get("data")
    candidates = data[:MOST_ROWS] if isinstance(data, list) else [data]
    top = {"push_id": report["push_id"]} if "push_id" in report else {}
    rows = (_row({**_named(row), **top}) for row in candidates if isinstance(row, Mapping))
    return tuple(row for row in rows if row is not None)


def _posted(body: bytes, content_type: str) -> dict[str, Any]:
    text = text_of(body).strip()
    if text[:1] in {"{", "["}:
        return _unwrapped(_json(text, "The body"))
    return _unwrapped(_field_with_json(form_of(body, content_type)))


def _json(text: str, where: str) -> Any:
    if text.count(",") + text.count("[") + text.count("{") > _MOST_VALUES:  # counted before memory is taken for them
        raise NotACallback(f"{where} holds more than {_MOST_VALUES:,} values.")
    value = json_of(text, where)
    require_shallow(value)
    return value


def _field_with_json(form: Mapping[str, str]) -> Any:
    """The form itself where it holds Picky Assist's own fields, else the JSON that is one of its values or names."""
    if rows := _bracketed(form):
        return {**form, "data": rows}
    if _named(form).keys() & _MARKS:
        return form
    text = next((text.strip() for text in (*form.values(), *form) if text.strip()[:1] in {"{", "["}), None)
    if text is None:
        raise NotACallback("The request is neither JSON nor a form with the fields that Picky Assist posts.")
    return _json(text, "The field")


def _bracketed(form: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a form that spells them `data[0][status]`."""
    rows: dict[str, dict[str, str]] = {}
    for key, value in form.items():
        if found := _BRACKETS.fullmatch(key):
            rows.setdefault(found[1], {})[found[2]] = value
    return list(rows.values())


def _unwrapped(value: Any) -> dict[str, Any]:
    """The object with the event's or the message's own keys, by their names in one spelling."""
    for _ in range(_MOST_WRAPPERS):
        if isinstance(value, list):
            value = value[0] if len(value) == 1 and _is_envelope(value[0]) else {"data": value}
        posted = _named(value)
        if posted.keys() & _MESSAGE:
            return posted
        data = posted.get("data")
        if isinstance(data, str) and data.strip()[:1] in {"{", "["}:
            data = posted["data"] = _json(data.strip(), "The field data")
        if "event_id" in posted or not _is_envelope(data):
            return posted
        value = data
    raise NotACallback("The request is wrapped in itself too often.")


def _named(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key).strip().lower().replace("-", "_"): inner for key, inner in value.items()}


def _is_envelope(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(_named(value).keys() & _ENVELOPE)


def _sorted(posted: Mapping[str, Any]) -> Callback:
    event = text_in(posted.get("event_id"))
    if event is None and posted.keys() & _MESSAGE:
        return _inbound(posted)
    if event not in {None, _DELIVERY}:
        return Callback("other")
    candidates = _candidates(posted)
    if len(candidates) > MOST_ROWS:
        raise NotACallback(f"The report holds {len(candidates):,} rows; at most {MOST_ROWS:,} are taken at once.")
    rows = tuple(row for row in map(_row, candidates) if row is not None)
    kind: Literal["delivery", "other"] = "delivery" if rows or event else "other"
    return Callback(kind, rows, len(candidates) - len(rows))


def _candidates(posted: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of `data`; an object is one row, and so are the fields themselves where there is no `data`."""
    data = posted.get("data")
    if isinstance(data, list):
        return data
    if isinstance(data, Mapping):
        return [data]
    return [posted] if "status" in posted else []


def _row(row: Any) -> dict[str, Any] | None:
    """The row as DeliveryRow has it; None where it is of no use."""
    if not isinstance(row, Mapping):
        return None
    try:
        loaded: dict[str, Any] = _DELIVERY_ROW.load(_named(row))
    except ma.ValidationError:
        return None
    return loaded


def _inbound(posted: Mapping[str, Any]) -> Callback:
    """A person's message to this project: no echo of what was sent from elsewhere, and nothing written in a group."""
    if text_in(posted.get("direction")) == _ECHO or text_in(posted.get("group_id")):
        return Callback("other")
    try:
        row = _INBOUND_ROW.load({**posted, "text": _written(posted), "payload": _chosen(posted)})
    except ma.ValidationError:  # in groups and in phone automation a name may stand in place of the number
        return Callback("other")
    return Callback("inbound", ({**row, "direction": 0},))


def _written(posted: Mapping[str, Any]) -> str:
    """The text: as it is, else decoded; never both, for a person may write a `+` or a `%`."""
    raw = plain(posted.get("message_in_raw"))
    return raw if raw.strip() else unquote_plus(plain(posted.get("message_in")))


def _chosen(posted: Mapping[str, Any]) -> Any:
    """What the button or the entry of a list stands for, as its sender named it."""
    if plain(posted.get("payload")).strip():
        return posted["payload"]
    interactive = posted.get("interactive")
    if isinstance(interactive, str) and interactive.strip().startswith("{"):
        interactive = _json(interactive, "The field interactive")
    return interactive.get("id") if isinstance(interactive, Mapping) else None
