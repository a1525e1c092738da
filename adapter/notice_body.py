"""What a notice says: the body of a hook's `notify`, made of the message, its event, and the event's fields."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from adapter import answers
from adapter.delivery.noticing import Notice
from adapter.delivery.standing import because
from adapter.intake.request import RawRequest
from adapter.line import take
from adapter.mapping.hook import Hook
from adapter.mapping.notify import NOTICE, Notify
from adapter.mapping.template import budget
from adapter.picky.account import Account

MOST_BYTES: Final = 1024 * 1024
_MOST_EVENTS: Final = 4  # whose fields are kept: notices of one event come together
_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = "application/json"


class BodyFault(ValueError):
    """A body that cannot be made before its hook is mended; the text is a sentence."""


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """A notice with the rows of `messages` and `events` it is about."""

    notice: Notice
    message: Mapping[str, Any]
    event: Mapping[str, Any]

    @property
    def names(self) -> dict[str, Any]:
        """What a template finds under `notice`."""
        message, state, error = self.message, self.notice.state, self.notice.error
        kept = ("number", "reference", "account", "push_id", "msg_id")
        return {
            "id": message["id"], "event": self.notice.event_id, "hook": self.notice.hook, "status": state,
            **{key: message[key] for key in kept}, "error": error,
            "because": because({**message, "status": state, "error": error}),
            "at": _iso(self.notice.created_at), "text": message["item"].get("message"),
        }  # fmt: skip

    def of_element(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Those of an event's fields that its message was made from."""
        if self.message["element"] is None:
            return fields
        found = fields.get(str(self.message["element"]))
        return found if isinstance(found, Mapping) else {}


class FieldReader:
    """The typed fields of stored events, as their hooks read them today. Safe to share between threads."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()  # one at a time: reading a large event again must not crowd out the pushes
        self._known: OrderedDict[str, tuple[Hook, Mapping[str, Any]]] = OrderedDict()

    def read(self, hook: Hook, told: Told) -> dict[str, Any]:
        """The values of the message's fields; plain, as they were stored, where the hook cannot read them any more."""
        found = told.of_element(self._of_event(hook, told.event)) or told.of_element(told.event["fields"] or {})
        return dict.fromkeys(hook.fields.names) | dict(found)

    def _of_event(self, hook: Hook, event: Mapping[str, Any]) -> Mapping[str, Any]:
        with self._lock:
            by, fields = self._known.get(event["id"], (None, {}))
            if by is not hook:
                fields = self._taken(hook, event)
                self._known[event["id"]] = (hook, fields)
                while len(self._known) > _MOST_EVENTS:
                    self._known.popitem(last=False)
            return fields

    def _taken(self, hook: Hook, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """It was proven when it came, so no proof is asked for."""
        request = RawRequest(
            event["method"], event["path"], event["query"],
            tuple((name, value) for name, value in event["headers"]), event["body"],
        )  # fmt: skip
        return take(hook, request, self._accounts, now=event["received_at"], check_auth=False).fields


def body_of(entry: Notify, hook: Hook, told: Told, reader: FieldReader) -> tuple[bytes, str]:
    """(body, content type) of one notice. Raises BodyFault."""
    try:
        with budget(time.monotonic):
            body = _default(told) if entry.body is None else entry.made(_values(entry, hook, told, reader))
        made = _form(body) if entry.encoding == "form" else _json(body)
    except ValueError as fault:  # a TemplateFault, or a number that JSON cannot write
        raise BodyFault(f"The body of this notice cannot be made: {str(fault).rstrip('.')}.") from fault
    if len(made) > MOST_BYTES:
        raise BodyFault(f"The body of this notice would have more than {MOST_BYTES:,} bytes.")
    return made, _FORM if entry.encoding == "form" else _JSON


def _values(entry: Notify, hook: Hook, told: Told, reader: FieldReader) -> dict[str, Any]:
    fields = reader.read(hook, told) if entry.asks_for_fields else {}
    return {**fields, NOTICE: told.names}


def _default(told: Told) -> dict[str, Any]:
    data = {key: value for key, value in told.names.items() if key not in {"at", "text"}}
    return {
        "type": f"message.{told.notice.state}",
        "timestamp": _iso(told.notice.created_at),
        "data": {**data, "fields": dict(told.of_element(told.event["fields"] or {}))},
    }


def _json(body: Mapping[str, Any]) -> bytes:
    return json.dumps(answers.plain(body), ensure_ascii=False, allow_nan=False).encode(errors="replace")


def _form(body: Mapping[str, Any]) -> bytes:
    return urlencode({key: _text(value) for key, value in body.items()}, errors="replace").encode()


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _iso(moment: float) -> str:
    return dt.datetime.fromtimestamp(moment, dt.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
