"""One event: its story, its request, and what was done to it."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from adapter.web.api.schemas.base import STATES, count_of, moment, text_or_null, told


class StepRow(ma.Schema):
    """One step of a story."""

    at = moment("when")
    step = fields.String(required=True)
    text = fields.String(required=True, metadata=told("what happened"))
    do = fields.String(required=True, metadata=told("what to do, or empty"))


class StoryMessage(ma.Schema):
    """A message with all that was written down about it."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATES))
    because = fields.String(required=True, metadata=told("its state, the cause and what to do, as one text"))
    do = fields.String(required=True, metadata=told("what to do, or empty"))
    hook = fields.String()
    account = fields.String()
    destination = fields.String()
    number = fields.String()
    reference = fields.String()
    text = text_or_null()
    made = fields.Dict(metadata=told("channel, template, characters, media"))
    error = text_or_null()
    report = text_or_null()
    push_id = text_or_null()
    msg_id = text_or_null()
    credit = text_or_null()
    created_at = moment("when it was made")
    changed_at = moment("when its state changed last")
    due_at = moment("when it is due next")
    expires_at = moment("when it is too late")
    deadline_at = moment("when another way is taken")
    chain = fields.String()
    way = fields.Integer()
    next_way = text_or_null()
    ways_left = fields.Integer()
    attempts = fields.List(fields.Dict())
    reports = fields.List(fields.Dict())
    notices = fields.List(fields.Dict())
    opt_out = fields.Dict(allow_none=True)
    steps = fields.List(fields.Nested(StepRow))


class Story(ma.Schema):
    """Everything known of an event, in the order it happened."""

    id = fields.String(required=True)
    hook = fields.String(required=True)
    source = fields.String(required=True)
    destination = fields.String(required=True)
    status = fields.String(required=True)
    reason = text_or_null("why it made no message")
    received_at = moment("when it came")
    request_id = fields.String()
    body_bytes = fields.Integer()
    decoded_as = text_or_null()
    because = text_or_null("why it was read so")
    fields_ = fields.Dict(data_key="fields", attribute="fields", allow_none=True)
    errors = fields.Dict(allow_none=True)
    repairs = fields.List(fields.Dict(), allow_none=True)
    warnings = fields.List(fields.String(), allow_none=True)
    duplicates = fields.Integer()
    duplicate_at = moment("when it came again last")
    trial = fields.Boolean()
    states = count_of("its messages by state")
    messages = fields.List(fields.Nested(StoryMessage), metadata=told("at most the first 100"))
    steps = fields.List(fields.Nested(StepRow))


class StoryAnswer(ma.Schema):
    """One event."""

    ok = fields.Boolean(required=True)
    event = fields.Nested(Story, required=True)


class KeptRequest(ma.Schema):
    """A request as it is kept, the proof overwritten."""

    ok = fields.Boolean(required=True)
    method = fields.String(required=True)
    path = fields.String(required=True)
    query = fields.String(required=True)
    headers = fields.List(fields.List(fields.String()), required=True, metadata=told("[name, value] each"))
    body = fields.String(required=True, metadata=told("as UTF-8 text"))
    body_base64 = fields.String(required=True, metadata=told("the exact bytes"))


class ActedAnswer(ma.Schema):
    """What was done to one event or message."""

    ok = fields.Boolean(required=True)
    dry_run = fields.Boolean(required=True)
    messages = fields.Integer(required=True, metadata=told("how many were changed or made, or would be"))
    states = count_of("those that were changed, by the state they were in")
    made = fields.Integer(metadata=told("new messages of an event that was rejected"))
    message = fields.String(required=True, metadata=told("the same in words, or why there was nothing to do"))
