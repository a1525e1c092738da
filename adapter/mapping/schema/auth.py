"""The `auth` part of a hook file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from adapter.mapping.schema.types import Duration, Strict, text


class TokenSchema(Strict):
    """`token: {secret: …, header: X-Api-Key}`: a token with a place of its own."""

    secret = text(required=True)
    header = text()
    query = text()
    field = text()

    @ma.validates_schema
    def one_place(self, data: Mapping[str, Any], **_: Any) -> None:
        """At most one place may be named."""
        if len(data.keys() & {"header", "query", "field"}) > 1:
            raise ma.ValidationError("name one place only: header, query or field")


class BasicSchema(Strict):
    """`basic: {username: …, password: …}`."""

    username = text(required=True)
    password = text(required=True)


class TimestampSchema(Strict):
    """Where a signature's timestamp is found."""

    header = text()
    pair = text()


class HmacSchema(Strict):
    """A signature over the raw body; `preset` fills in all but the secret."""

    preset = text()
    secret = text(required=True)
    header = text()
    algorithm = text(validate=validate.OneOf(["sha256", "sha1", "sha512"], error="must be sha256, sha1 or sha512"))
    encoding = text(validate=validate.OneOf(["hex", "base64"], error="must be hex or base64"))
    prefix = text()
    signed = text()
    timestamp = fields.Nested(TimestampSchema)
    id_header = text()
    unit = text(validate=validate.OneOf(["s", "ms"], error="must be s or ms"))
    tolerance = Duration()
    grammar = text(validate=validate.OneOf(["plain", "pairs", "list"], error="must be plain, pairs or list"))
    signature_pair = text()
    key_encoding = text(validate=validate.OneOf(["text", "base64"], error="must be text or base64"))


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


class HmacField(fields.Field[dict[str, Any]]):
    """A signing secret as text, for the source's own scheme, or a mapping."""

    schema = HmacSchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = HmacSchema().load({"secret": value} if isinstance(value, str) else value)
        return found


class ProofSchema(Strict):
    """One entry of `auth`."""

    token = TokenField()
    basic = fields.Nested(BasicSchema)
    hmac = HmacField()

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
