"""The shape of a whole hook file; what is not supported yet is refused by name, never ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import jmespath
import marshmallow as ma
from jmespath.exceptions import JMESPathError
from marshmallow import fields, validate

from adapter.mapping.schema.auth import AuthField
from adapter.mapping.schema.courtesy import LimitSchema, QuietSchema
from adapter.mapping.schema.field import FieldSchema
from adapter.mapping.schema.notify import NotifyField
from adapter.mapping.schema.push import PushSchema
from adapter.mapping.schema.types import (
    Duration,
    Elsewhere,
    Locale,
    NotYet,
    Strict,
    TextOrList,
    Zone,
    boolean,
    region,
    span,
    text,
)

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
RESERVED_NAMES: Final = frozenset({"accounts"})
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "MERGE")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_CLASS: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z", re.ASCII)
_LONGEST_DIGEST: Final = 24 * 3600.0
_OWN_WORDS: Final = frozenset(
    {"item", "self", "loop", "true", "false", "none", "and", "or", "not", "if", "else", "in", "is"}
)


class DedupeSchema(Strict):
    """`dedupe: {key: [deal_id], within: 72h}`, or `{digest: true, within: 10m}` over all that came."""

    key = TextOrList()
    digest = boolean()
    within = Duration()

    @ma.validates_schema
    def one_way(self, data: Mapping[str, Any], **_: Any) -> None:
        """Fields or the whole payload; the latter only within a short window, for it knows no event."""
        if ("key" in data) == bool(data.get("digest")):
            raise ma.ValidationError("give key: [fields], or digest: true for all that came; one of them", "key")
        if data.get("digest") and data.get("within", 0.0) > _LONGEST_DIGEST:
            raise ma.ValidationError("all that came may count as the same for 24h at most", "within")


class DedupeField(fields.Field[Any]):
    """A mapping, or the word none: also what carries an event id of its own is then taken each time."""

    schema = DedupeSchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value == "none":
            return {}
        found: dict[str, Any] = DedupeSchema().load(value)
        return found


def _one_event(value: str) -> None:
    try:
        jmespath.compile(value)
    except (JMESPathError, ValueError, TypeError, RecursionError):
        raise ma.ValidationError(f'"{value}" is no JMESPath to a list, such as line_items or order.items[]') from None


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
        keys=text(validate=[
            validate.Regexp(_IDENTIFIER, error="a field's name must be letters, digits and _, such as deal_id"),
            validate.NoneOf(_OWN_WORDS, error="this word has a meaning of its own; choose another name"),
        ]),
        values=fields.Nested(FieldSchema),
        error_messages={"invalid": "must be a mapping of field names to their types"},
    )  # fmt: skip
    when = text()
    dedupe = DedupeField()
    for_each = text(validate=_one_event)
    push = fields.Nested(PushSchema, required=True)
    respond = text(load_default="queued", validate=validate.OneOf(["queued", "sent"], error="must be queued or sent"))
    on_unknown = text(load_default="hold", validate=validate.OneOf(["hold", "resend"], error="must be hold or resend"))
    browser = fields.Nested(BrowserSchema)
    region = region()
    region_from = TextOrList()
    locale = Locale()
    timezone = Zone()
    reject_status = fields.Integer(
        strict=True, validate=validate.OneOf([422, 200], error="must be 422 or 200"),
        error_messages={"invalid": "must be 422 or 200"},
    )  # fmt: skip
    schema_ = text(
        data_key="schema",
        validate=validate.Regexp(_CLASS, error="must name a class such as mypackage.MySchema"),
    )
    limits = NotYet()
    retention = NotYet()
    delay = span(90)
    send_at = text()
    expires = span(366)
    quiet = fields.Nested(QuietSchema)
    limit = fields.Nested(LimitSchema)
    fallback = Elsewhere("push.fallback")
    notify = NotifyField()

    @ma.validates_schema
    def says_what_it_reads(self, data: Mapping[str, Any], **_: Any) -> None:
        """Fields of the file, or a class of the owner's."""
        if ("fields_" in data) == ("schema_" in data):
            raise ma.ValidationError("give fields, or schema: with a class of your own; one of them", "fields")

    @ma.validates_schema
    def leaves_once(self, data: Mapping[str, Any], **_: Any) -> None:
        """After a while, or at a moment."""
        if "delay" in data and "send_at" in data:
            raise ma.ValidationError("give delay or send_at, not both", "send_at")
