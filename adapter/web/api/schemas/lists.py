"""Messages and events as pages of a filter."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from adapter.delivery.families import FAMILIES, LOOKS
from adapter.delivery.search import WHENS
from adapter.web.api.schemas.base import STATES, Strict, count_of, moment, text_or_null, told


class Filter(Strict):
    """Which messages or events are meant; all of it together."""

    q = fields.String(metadata=told("a number in any spelling, a reference, an id, or words of the text"))
    state = fields.String(
        validate=validate.OneOf([*LOOKS, *FAMILIES], error=f"is no state; there are {', '.join(LOOKS)}"),
        metadata=told("the last five are families of states"),
    )
    hook = fields.String()
    account = fields.String()
    when = fields.String(validate=validate.OneOf(list(WHENS), error="must be one of " + ", ".join(WHENS)))
    from_ = fields.String(data_key="from", metadata=told("an ISO time; without offset it is local to TIMEZONE"))
    to = fields.String(metadata=told("an ISO time, not included"))


class PageQuery(Filter):
    """A filter, and a place in its list."""

    after = fields.String(
        validate=validate.Regexp(r"[0-9]{1,18}\Z", error="must be what the page before gave as next"),
        metadata=told("what the page before gave as `next`"),
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200), metadata=told("rows of a page"))


class MessageRow(ma.Schema):
    """A message as lists show it."""

    id = fields.String(required=True)
    event = fields.String(attribute="event_id", required=True)
    hook = fields.String(required=True)
    account = fields.String(required=True)
    number = fields.String(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATES))
    error = text_or_null("the code of what went wrong")
    text = text_or_null("the beginning of its text")
    template = text_or_null()
    created_at = moment("when it was made")
    changed_at = moment("when its state changed last")
    push_id = text_or_null()
    msg_id = text_or_null()
    credit = text_or_null()
    way = fields.Integer()
    trial = fields.Boolean(allow_none=True, metadata=told("sent by the owner to try a hook"))


class EventRow(ma.Schema):
    """An event as lists show it."""

    id = fields.String(required=True)
    hook = fields.String(required=True)
    source = fields.String(required=True)
    received_at = moment("when it came")
    status = fields.String(required=True)
    reason = text_or_null("why it made no message")
    messages = fields.Integer(required=True)
    duplicates = fields.Integer(metadata=told("how often it came again"))
    trial = fields.Boolean()
    states = count_of("its messages by state")


class _Page(ma.Schema):
    ok = fields.Boolean(required=True)
    next = text_or_null("ask again with `after` set to this; null on the last page")
    total = fields.Integer(allow_none=True, metadata=told("how many fit; not counted on later pages"))
    more = fields.Boolean(metadata=told("there are more than `total`"))
    complete = fields.Boolean(metadata=told("false: the search took too long and was cut; narrow the time"))
    searched = fields.String(metadata=told("what `q` was taken for"))


class MessagesPage(_Page):
    """A page of messages, newest first."""

    messages = fields.List(fields.Nested(MessageRow), required=True)


class EventsPage(_Page):
    """A page of events, newest first."""

    events = fields.List(fields.Nested(EventRow), required=True)
