"""The `push` part of a hook file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from adapter.mapping.schema.types import NotYet, Strict, TextOrList, mapping, text, word


class TemplateValues(TextOrList):
    """A list of texts, or one text that gives a list; an empty one stays, it has a place."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int) and not isinstance(one, bool) for one in values):
            raise ma.ValidationError("must be text, or a list of texts")
        return [str(one) for one in values]


class TemplateHeader(TemplateValues):
    """One text (the name of a document) or a list of them (the values of a text header); it stays what it is."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        return found if isinstance(value, list) else found[0]


class TemplateSchema(Strict):
    """`push.template`: an approved WhatsApp template."""

    id = word(required=True)
    language = text(required=True)
    values = TemplateValues(load_default=list)
    header = TemplateHeader()
    text = text()


class PushSchema(Strict):
    """`push`: what is sent, to whom, through which account and channel."""

    to = TextOrList(required=True)
    message = text()
    message_file = text()
    media = text()
    media_name = text()
    template = fields.Nested(TemplateSchema)
    location = mapping()
    contact = fields.List(fields.Raw())
    reference = text()
    priority = fields.Raw()
    application = fields.Raw()
    account = text()
    extra = mapping(load_default=dict)
    fallback = NotYet()

    @ma.validates_schema
    def says_something(self, data: Mapping[str, Any], **_: Any) -> None:
        """There is exactly one text, and something to send."""
        if "message" in data and "message_file" in data:
            raise ma.ValidationError("give message or message_file, not both", "message_file")
        if "template" in data and data.keys() & {"message", "message_file"}:
            raise ma.ValidationError(
                "a template has no text of its own; give template or message, not both", "template"
            )
        if not data.keys() & {"message", "message_file", "media", "template", "location", "contact", "extra"}:
            raise ma.ValidationError("has nothing to send: give message, message_file, media or template")
        if taken := data["extra"].keys() & {"token", "data", "application"}:
            raise ma.ValidationError(f"{', '.join(sorted(taken))} cannot be given here", "extra")
