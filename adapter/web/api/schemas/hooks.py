"""Hooks, and what would come out of them."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from adapter.web.api.schemas.base import Strict, moment, text_or_null, told


class FaultRow(ma.Schema):
    """A fault of a hook's file."""

    line = fields.Integer(required=True)
    sentence = fields.String(required=True)


class HookRow(ma.Schema):
    """A hook."""

    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("on", "off", "captures", "paused", "faulty")))
    serves = fields.Boolean(
        required=True, metadata=told("a version of it is answering; also with faults in a newer one")
    )
    url = fields.String(required=True)
    source = text_or_null()
    description = fields.String()
    faults = fields.List(fields.Nested(FaultRow), required=True)
    paused = fields.Boolean(required=True)
    last_event_at = moment("when its last event came")


class HookAnswer(ma.Schema):
    """One hook."""

    ok = fields.Boolean(required=True)
    hook = fields.Nested(HookRow, required=True)


class HooksAnswer(ma.Schema):
    """All hooks, by name."""

    ok = fields.Boolean(required=True)
    hooks = fields.List(fields.Nested(HookRow), required=True)


class PreviewBody(Strict):
    """A stored event, or a raw HTTP request as text: request line, headers, blank line, body."""

    event = fields.String(metadata=told("the id of an event"))
    request = fields.String(metadata=told("a raw HTTP request"))
    check_auth = fields.Boolean(
        load_default=True, truthy={True}, falsy={False}, metadata=told("whether a raw request must prove itself")
    )

    @ma.validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if ("event" in data) == ("request" in data):
            raise ma.ValidationError("send either event or request", "event")


class PreviewAnswer(ma.Schema):
    """What would come of a request, as `python -m adapter preview` prints it."""

    ok = fields.Boolean(required=True)
    preview = fields.Dict(required=True)


class SwitchAnswer(ma.Schema):
    """What pausing or resuming did."""

    ok = fields.Boolean(required=True)
    changed = fields.Boolean(required=True, metadata=told("false: it was so already"))
    waiting = fields.Integer(metadata=told("messages of it that wait"))
    queued = fields.Integer(metadata=told("parked messages that were queued"))
