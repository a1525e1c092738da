"""The shape of a hook file as marshmallow schemas; what is not supported yet is refused by name, never ignored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate
from phonenumbers import SUPPORTED_REGIONS

from adapter.mapping.fields import TYPES

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
RESERVED_NAMES: Final = frozenset({"accounts"})
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "MERGE")
_DURATION: Final = re.compile(r"([1-9][0-9]{0,6})(s|m|h|d)\Z")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}\Z")
_OWN_WORDS: Final = frozenset({"item", "true", "false", "none", "and", "or", "not", "if", "else", "in", "is"})


def _text(**options: Any) -> fields.String:
    return fields.String(error_messages={"invalid": "must be text (put it in quotes)"}, **options)


def _word(**options: Any) -> Word:
    return Word(error_messages={"invalid": "must be text (put it in quotes)"}, **options)


def _boolean(**options: Any) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, error_messages={"invalid": "must be true or false"}, **options)


def _mapping(**options: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(), error_messages={"invalid": "must be a mapping of keys to values"}, **options
    )


class Word(fields.String):
    """A text that people also write as a bare number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if is_number else value, attr, data, **kwargs)


class Duration(fields.Field[float]):
    """A span such as `72h`, as seconds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        match = _DURATION.match(value) if isinstance(value, str) else None
        if match is None:
            raise ma.ValidationError("must be a span such as 30s, 15m, 72h or 7d")
        return float(int(match[1]) * _SECONDS[match[2]])


class TextOrList(fields.Field[list[str]]):
    """One text, or a list of texts; always a list."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        values = value if isinstance(value, list) else [value]
        values = [str(one) if isinstance(one, int) and not isinstance(one, bool) else one for one in values]
        if not all(isinstance(one, str) for one in values) or not any(values):
            raise ma.ValidationError("must be text, or a list of texts")
        return [one for one in values if one]


class NotYet(fields.Field[None]):
    """A key of the contract that this version refuses instead of ignoring it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> None:
        raise ma.ValidationError("is not supported yet; remove it")


class Strict(ma.Schema):
    """Unknown keys are faults; the sentences are for the person who wrote the file."""

    error_messages = {"unknown": "unknown key", "type": "must be a mapping of keys to values"}  # noqa: RUF012 - marshmallow's name


class TokenSchema(Strict):
    """`token: {secret: …, header: X-Api-Key}`: a token with a place of its own."""

    secret = _text(required=True)
    header = _text()
    query = _text()
    field = _text()

    @ma.validates_schema
    def one_place(self, data: Mapping[str, Any], **_: Any) -> None:
        """At most one place may be named."""
        if len(data.keys() & {"header", "query", "field"}) > 1:
            raise ma.ValidationError("name one place only: header, query or field")


class BasicSchema(Strict):
    """`basic: {username: …, password: …}`."""

    username = _text(required=True)
    password = _text(required=True)


class TimestampSchema(Strict):
    """Where a signature's timestamp is found."""

    header = _text()
    pair = _text()


class HmacSchema(Strict):
    """A signature over the raw body; `preset` fills in all but the secret."""

    preset = _text()
    secret = _text(required=True)
    header = _text()
    algorithm = _text(validate=validate.OneOf(["sha256", "sha1", "sha512"], error="must be sha256, sha1 or sha512"))
    encoding = _text(validate=validate.OneOf(["hex", "base64"], error="must be hex or base64"))
    prefix = _text()
    signed = _text()
    timestamp = fields.Nested(TimestampSchema)
    id_header = _text()
    unit = _text(validate=validate.OneOf(["s", "ms"], error="must be s or ms"))
    tolerance = Duration()
    grammar = _text(validate=validate.OneOf(["plain", "pairs", "list"], error="must be plain, pairs or list"))
    signature_pair = _text()
    key_encoding = _text(validate=validate.OneOf(["text", "base64"], error="must be text or base64"))


class TokenField(fields.Field[dict[str, Any]]):
    """A token as text, or as a mapping with its place."""

    schema = TokenSchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):
            found: dict[str, Any] = TokenSchema().load(value)
            return found
        if not isinstance(value, str) or not value:
            raise ma.ValidationError("must be text such as ${MY_TOKEN}")
        return {"secret": value}


class ProofSchema(Strict):
    """One entry of `auth`."""

    token = TokenField()
    basic = fields.Nested(BasicSchema)
    hmac = fields.Nested(HmacSchema)

    @ma.validates_schema
    def exactly_one(self, data: Mapping[str, Any], **_: Any) -> None:
        """Each entry is one proof."""
        if len(data) != 1:
            raise ma.ValidationError("each entry must be one of token, basic or hmac")


class AuthField(fields.Field[Any]):
    """`none`, or a list of proofs."""

    schema = ProofSchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        if value == "none":
            return []
        if not isinstance(value, list) or not value:
            raise ma.ValidationError("must be a list of proofs (token, basic, hmac), or the word none")
        found: list[dict[str, Any]] = ProofSchema(many=True).load(value)
        return found


def _region() -> fields.String:
    return _text(validate=validate.OneOf(SUPPORTED_REGIONS, error="must be a country's two capital letters such as IN"))


class FieldSchema(Strict):
    """One entry of `fields`."""

    type = _text(
        load_default="text", validate=validate.OneOf(list(TYPES), error="unknown type; known are " + ", ".join(TYPES))
    )
    from_ = TextOrList(data_key="from")
    required = _boolean(load_default=False)
    default = fields.Raw(allow_none=True)
    region = _region()
    choices = TextOrList()
    min = NotYet()
    max = NotYet()
    map = NotYet()
    pattern = NotYet()
    strip = NotYet()
    case = NotYet()
    split = NotYet()
    join = NotYet()
    format = NotYet()
    region_from = NotYet()
    fields_ = NotYet(data_key="fields")

    @ma.validates_schema
    def fits_its_type(self, data: Mapping[str, Any], **_: Any) -> None:
        """Options belong to a type, and a required field needs no default."""
        if data.get("required") and data.get("default") is not None:
            raise ma.ValidationError("a required field cannot have a default; keep one of them", "default")
        if "region" in data and data["type"] != "phone":
            raise ma.ValidationError("region belongs to a field of type phone", "region")
        if ("choices" in data) != (data["type"] == "choice"):
            raise ma.ValidationError("choices and type: choice belong together", "choices")


class DedupeSchema(Strict):
    """`dedupe: {key: [deal_id], within: 72h}`."""

    key = TextOrList(required=True)
    within = Duration(load_default=72 * 3600.0)


class TemplateSchema(Strict):
    """`push.template`: an approved WhatsApp template."""

    id = _word(required=True)
    language = _text(required=True)
    values = fields.List(_word(), load_default=list)
    header = TextOrList()


class PushSchema(Strict):
    """`push`: what is sent, to whom, through which account and channel."""

    to = TextOrList(required=True)
    message = _text()
    message_file = _text()
    media = _text()
    media_name = _text()
    template = fields.Nested(TemplateSchema)
    location = _mapping()
    contact = fields.List(fields.Raw())
    reference = _text()
    priority = fields.Raw()
    application = fields.Raw()
    account = _text()
    extra = _mapping(load_default=dict)
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


class BrowserSchema(Strict):
    """`browser`: how a person's browser is answered."""

    redirect = fields.Url(
        schemes={"http", "https"}, error_messages={"invalid": "must be an address such as https://example.com/thanks"}
    )
    origins = fields.List(_text(), load_default=list)
    honeypot = _text()


class EnabledField(fields.Field[Any]):
    """`true`, `false` or `capture`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value is True or value is False or value == "capture":
            return value
        raise ma.ValidationError("must be true, false or capture")


class HookSchema(Strict):
    """A whole hook file."""

    source = _text(required=True)
    description = _text(load_default="")
    enabled = EnabledField(load_default=True)
    auth = AuthField(
        required=True, error_messages={"required": "is missing: say how senders prove themselves, or `auth: none`"}
    )
    methods = fields.List(_text(validate=validate.OneOf(METHODS, error="must be one of " + ", ".join(METHODS))))
    fields_ = fields.Dict(
        data_key="fields",
        required=True,
        keys=_text(validate=[
            validate.Regexp(_IDENTIFIER, error="a field's name must be letters, digits and _, such as deal_id"),
            validate.NoneOf(_OWN_WORDS, error="this word has a meaning of its own; choose another name"),
        ]),
        values=fields.Nested(FieldSchema),
        error_messages={"invalid": "must be a mapping of field names to their types"},
    )  # fmt: skip
    when = _text()
    dedupe = fields.Nested(DedupeSchema)
    push = fields.Nested(PushSchema, required=True)
    respond = _text(load_default="queued", validate=validate.OneOf(["queued", "sent"], error="must be queued or sent"))
    on_unknown = _text(load_default="hold", validate=validate.OneOf(["hold", "resend"], error="must be hold or resend"))
    browser = fields.Nested(BrowserSchema)
    region = _region()
    locale = NotYet()
    timezone = _text()
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
