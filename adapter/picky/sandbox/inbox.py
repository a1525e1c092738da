"""What the sandbox keeps of a push: the push once, its messages one by one, and how both are shown."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any, Final

from adapter.picky.sandbox.refusals import Envelope, application

CREDIT: Final = "0.005"
PROJECT: Final = "3526"
# The numbers are not in time order: unknown, submitted, delivered, read; failed and refunded are the end.
_RANKS: Final = {0: 0, 4: 1, 1: 2, 3: 3, 2: 4, 5: 4}
# The delivery report knows 0-3 only, the events 0-5: submitted is not yet known there, refunded is failed.
_REPORTED: Final = {4: 0, 5: 2}
# The report's own enumeration: 1 image, 2 video, 3 text (the webhooks count differently).
_REPORT_IMAGE, _REPORT_TEXT = "1", "3"


@dataclasses.dataclass(frozen=True, slots=True)
class Push:
    """One call that was taken; `envelope` as received, `received_at` in Unix seconds."""

    push_id: str
    envelope: Envelope
    received_at: float

    @property
    def application(self) -> str:
        return application(self.envelope)

    @property
    def token(self) -> str:
        return str(self.envelope.get("token", ""))

    def shown_envelope(self) -> dict[str, Any]:
        """The top-level keys as received, without the recipients and with the token hidden."""
        return {key: "***" if key == "token" else value for key, value in self.envelope.items() if key != "data"}


@dataclasses.dataclass(slots=True)
class Message:
    """One recipient's message; `status` is the newest delivery status (0-5), moved by the events.

    `posted` are the statuses that its webhook answered with 200, in that order: what can be known of it outside.
    """

    push: Push
    number: str
    msg_id: str
    item: dict[str, Any]
    status: int = 0
    posted: list[int] = dataclasses.field(default_factory=list)

    def move(self, status: int) -> None:
        """Take on a newer delivery status; one that is older than the known one changes nothing."""
        if _RANKS[status] > _RANKS[self.status]:
            self.status = status

    @property
    def text(self) -> str:
        """The text that would be shown: the item's own, else the shared one, else `""`."""
        return str(self.item.get("message") or self.push.envelope.get("globalmessage") or "")

    @property
    def media(self) -> str | None:
        """The address of the file, the item's own before the shared one."""
        value = self.item.get("media") or self.push.envelope.get("globalmedia")
        return str(value) if value else None

    def row(self) -> dict[str, str]:
        """The row of `data` in the answer to the push: everything is text."""
        return {"msg_id": self.msg_id, "number": self.number, "credit": CREDIT}

    def view(self) -> dict[str, Any]:
        """The message as `/sandbox/messages` shows it; what was not sent is null, a missing text `""`."""
        return {
            "number": self.number,
            "message": self.text,
            "media": self.media,
            "application": self.push.application,
            "push_id": self.push.push_id,
            "msg_id": self.msg_id,
            "reference_number": self.item.get("reference_number"),
            "item": self.item,
            "envelope": self.push.shown_envelope(),
            "received_at": self.push.received_at,
            "status": self.status,
            "posted": list(self.posted),
        }

    def report_row(self) -> dict[str, str]:
        """The row of this message in a delivery report."""
        status = str(_REPORTED.get(self.status, self.status))
        return {"number": self.number, "msg_id": self.msg_id, "status": status, "error_code": ""}


def report(messages: Sequence[Message]) -> dict[str, Any]:
    """The delivery report of one push: no top-level `status`; `time` is DD-MM-YYYY in the account's zone, here UTC."""
    push = messages[0].push
    moment = datetime.datetime.fromtimestamp(push.received_at, datetime.UTC)
    return {
        "project_id": PROJECT,
        "push_id": push.push_id,
        "application": push.application,
        "message_type": _REPORT_IMAGE if messages[0].media else _REPORT_TEXT,
        "time": moment.strftime("%d-%m-%Y %I:%M %p"),
        "data": [message.report_row() for message in messages],
    }
