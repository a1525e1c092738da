"""The `push` part of a hook file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.mapping.schema.types import Strict, TextOrList, mapping, span, text, word

MOST_WAYS: Final = 4
MAIN: Final = "main"


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


_CONTENT: Final = frozenset({"message", "message_file", "media", "template", "location", "contact"})


class ContentSchema(Strict):
    """What is sent, and through which account and channel."""

    message = text()
    message_file = text()
    media = text()
    media_name = text()
    template = fields.Nested(TemplateSchema)
    location = mapping()
    contact = fields.List(fields.Raw())
    priority = fields.Raw()
    application = fields.Raw()
    account = text()
    extra = mapping()

    @ma.validates_schema
    def has_one_text(self, data: Mapping[str, Any], **_: Any) -> None:
        """There is one text at most, and no variable that has a place of its own."""
        if "message" in data and "message_file" in data:
            raise ma.ValidationError("give message or message_file, not both", "message_file")
        if "template" in data and data.keys() & {"message", "message_file"}:
            raise ma.ValidationError(
                "a template has no text of its own; give template or message, not both", "template"
            )
        if taken := data.get("extra", {}).keys() & {"token", "data", "application"}:
            raise ma.ValidationError(f"{', '.join(sorted(taken))} cannot be given here", "extra")


class WaySchema(ContentSchema):
    """One entry of `push.fallback`: what it does not say it has from the push."""

    after = span(30)

    @ma.validates_schema
    def names_what_it_sends(self, data: Mapping[str, Any], **_: Any) -> None:
        """A name alone would be the name of nothing: content is taken from the push as a whole or not at all."""
        if "media_name" in data and not _says_something(data):
            raise ma.ValidationError("stands beside media; give media here too", "media_name")


class PushSchema(ContentSchema):
    """`push`: what is sent, to whom, through which account and channel."""

    to = TextOrList(required=True)
    reference = text()
    fallback = fields.List(
        fields.Nested(WaySchema),
        validate=validate.Length(1, MOST_WAYS, error=f"must be a list of 1 to {MOST_WAYS} ways"),
        error_messages={"invalid": f"must be a list of 1 to {MOST_WAYS} ways"},
    )

    @ma.validates_schema
    def says_something(self, data: Mapping[str, Any], **_: Any) -> None:
        """There is something to send."""
        if not _says_something(data):
            raise ma.ValidationError("has nothing to send: give message, message_file, media or template")

    @ma.validates_schema
    def each_way_is_another(self, data: Mapping[str, Any], **_: Any) -> None:
        """A way that does the same again is none."""
        ways = [data, *data.get("fallback", ())]
        does = [_does(way, data) for way in ways]
        same = [at for at in range(1, len(ways)) if does[at] == does[at - 1]]
        if same:
            sentence = "does the same as the way before it; give another account, application or content"
            raise ma.ValidationError({"fallback": {at - 1: [sentence] for at in same}})


def _says_something(data: Mapping[str, Any]) -> bool:
    return bool(data.keys() & _CONTENT or data.get("extra"))


def _does(way: Mapping[str, Any], push: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells one way from another: account, channel, content."""
    home = push.get("account", MAIN)
    account = way.get("account", home)
    application = way.get("application", push.get("application") if account == home else None)
    source = way if _says_something(way) else push
    content = {key: source[key] for key in (*_CONTENT, "media_name", "extra") if key in source}
    return account, None if application is None else str(application), content
