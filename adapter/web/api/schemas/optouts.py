"""The opt-out lists."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from adapter.web.api.schemas.base import Strict, text_or_null, told


class OptoutsQuery(Strict):
    """A place in the lists."""

    account = fields.String()
    limit = fields.String(metadata=told("rows of a page, 1 to 1,000; 100 without it"))
    after = fields.String(metadata=told("what the page before gave as `next`"))


class AccountQuery(Strict):
    """An account."""

    account = fields.String()


class OptoutBody(Strict):
    """A number to put on a list."""

    number = fields.Raw(
        required=True, error_messages={"required": "is missing", "null": "is missing"},
        metadata=told("with the country's code; text or digits"),
    )  # fmt: skip
    account = fields.String(
        error_messages={"invalid": "must be text", "null": "must be text"}, metadata=told("main where it is left away")
    )


class OptoutRow(ma.Schema):
    """A number on a list."""

    account = fields.String(required=True)
    number = fields.String(required=True)
    since = fields.String(required=True, metadata=told("an ISO time"))
    via = fields.String(required=True)
    word = text_or_null()


class OptoutsPage(ma.Schema):
    """A page of the lists."""

    ok = fields.Boolean(required=True)
    optouts = fields.List(fields.Nested(OptoutRow), required=True)
    next = text_or_null("ask again with `after` set to this")


class OptoutAdded(ma.Schema):
    """What adding did."""

    ok = fields.Boolean(required=True)
    added = fields.Boolean(required=True, metadata=told("false: it was on the list already"))
    cancelled = fields.Integer(required=True, metadata=told("messages that waited for it"))


class OptoutRemoved(ma.Schema):
    """What removing did."""

    ok = fields.Boolean(required=True)
    removed = fields.Boolean(required=True)


class LineFault(ma.Schema):
    """A line that could not be read."""

    line = fields.Integer(required=True)
    error = fields.String(required=True)


class OptoutsImported(ma.Schema):
    """What importing did."""

    ok = fields.Boolean(required=True)
    added = fields.Integer(required=True)
    known = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    faults = fields.List(fields.Nested(LineFault), required=True)
    more_faults = fields.Integer(metadata=told("how many more, where there are over 1,000"))
