"""The shape of a whole hook file; what is not supported yet is refused by name, never ignored."""

from __future__ import annotations

import re
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.mapping.schema.auth import AuthField
from adapter.mapping.schema.field import FieldSchema
from adapter.mapping.schema.push import PushSchema
from adapter.mapping.schema.types import Duration, NotYet, Strict, TextOrList, region, text

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
RESERVED_NAMES: Final = frozenset({"accounts"})
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "MERGE")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_OWN_WORDS: Final = frozenset({"item", "true", "false", "none", "and", "or", "not", "if", "else", "in", "is"})


class DedupeSchema(Strict):
    """`dedupe: {key: [deal_id], within: 72h}`."""

    key = TextOrList(required=True)
    within = Duration(load_default=72 * 3600.0)


class BrowserSchema(Strict):
    """`browser`: how a person's browser is answered."""

    redirect = fields.Url(
        schemes={"http", "https"}, error_messages={"invalid": "must be an address such as https://example.com/thanks"}
    )
    origins = fields.List(text(), load_default=list)
    honeypot = text()


class EnabledField(fields.Field[Any]):
    """`true`, `false` or `capture`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value is True or value is False or value == "capture":
            return value
        raise ma.ValidationError("must be true, false or capture")


class HookSchema(Strict):
    """A whole hook file."""

    source = text(required=True)
    description = text(load_default="")
    enabled = EnabledField(load_default=True)
    auth = AuthField(
        required=True, error_messages={"required": "is missing: say how senders prove themselves, or `auth: none`"}
    )
    methods = fields.List(text(validate=validate.OneOf(METHODS, error="must be one of " + ", ".join(METHODS))))
    fields_ = fields.Dict(
        data_key="fields",
        required=True,
        keys=text(validate=[
            validate.Regexp(_IDENTIFIER, error="a field's name must be letters, digits and _, such as deal_id"),
            validate.NoneOf(_OWN_WORDS, error="this word has a meaning of its own; choose another name"),
        ]),
        values=fields.Nested(FieldSchema),
        error_messages={"invalid": "must be a mapping of field names to their types"},
    )  # fmt: skip
    when = text()
    dedupe = fields.Nested(DedupeSchema)
    push = fields.Nested(PushSchema, required=True)
    respond = text(load_default="queued", validate=validate.OneOf(["queued", "sent"], error="must be queued or sent"))
    on_unknown = text(load_default="hold", validate=validate.OneOf(["hold", "resend"], error="must be hold or resend"))
    browser = fields.Nested(BrowserSchema)
    region = region()
    locale = NotYet()
    timezone = text()
    reject_status = fields.Integer(
        strict=True, load_default=422, validate=validate.OneOf([422, 200], error="must be 422 or 200"),
        error_messages={"invalid": "must be 422 or 200"},
    )  # fmt: skip
    for_each = NotYet()
    schema = NotYet()
    region_from = NotYet()
    limits = NotYet()
    retention = NotYet()
    delay = NotYet()
    send_at = NotYet()
    expires = NotYet()
    quiet = NotYet()
    limit = NotYet()
    fallback = NotYet()
    notify = NotYet()

    @ma.validates("on_unknown")
    def only_hold(self, value: str, **_: Any) -> None:
        """`resend` needs delivery reports."""
        if value == "resend":
            raise ma.ValidationError("resend is not supported yet; use hold")
