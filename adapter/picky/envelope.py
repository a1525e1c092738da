"""The push API's own JSON as marshmallow schemas, and the two encodings it travels in.

Names and rules are those of Picky Assist's push page (`docs/push-api.md`); what it leaves open is passed through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import marshmallow as ma
from marshmallow import fields

MOST_RECIPIENTS: Final = 1000
MOST_TEXT: Final = 4096
# Channels run by a handset or a browser: they cannot send different media in one call (official page on media).
PHONE_AUTOMATION: Final = frozenset({"1", "2", "3", "4", "10"})
MESSENGER: Final = "5"
_NUMBER: Final = re.compile(r"[1-9][0-9]{6,14}\Z")
_SEPARATORS: Final = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_CONTENT: Final = ("globalmessage", "globalmedia", "globalmedia_code", "template_id", "location", "contact")


class Number(fields.Field[str]):
    """Digits with country code; on input a number may carry `+`, `00` and separators. No region is guessed."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        digits = _SEPARATORS.sub("", text)
        digits = digits[1:] if digits.startswith("+") else digits.removeprefix("00")
        if not _NUMBER.match(digits):
            raise ma.ValidationError(
                f'"{text[:40]}" is not a mobile number with country code, digits only (such as 919876543210).'
            )
        return digits


class Scalar(fields.Field[str]):
    """A text or number; both are seen for the same variable, text is what travels."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ma.ValidationError("must be text or a number.")
        return str(value).strip()


class MessageText(fields.String):
    """A text that WhatsApp takes."""

    default_error_messages = {"invalid": "must be text."}  # noqa: RUF012 - marshmallow's name

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if len(text) > MOST_TEXT:
            raise ma.ValidationError(f"has {len(text):,} characters; WhatsApp takes {MOST_TEXT:,}.")
        return text


class _Envelope(ma.Schema):
    class Meta:
        unknown = ma.INCLUDE  # the documentation is known to be incomplete: undocumented variables pass as given

    @ma.pre_load
    def trim_keys(self, data: Any, **_: Any) -> Any:
        """The documentation's own samples spell `"priority "` with a blank."""
        return {str(key).strip(): value for key, value in data.items()} if isinstance(data, Mapping) else data


class ItemSchema(_Envelope):
    """One entry of `data`: a recipient."""

    number = Number()
    messenger_id = Scalar()
    message = MessageText(allow_none=True)
    media = fields.String(allow_none=True)
    media_code = fields.String(allow_none=True)
    reference_number = Scalar(allow_none=True)
    template_message = fields.List(Scalar())
    language = fields.String()
    template_header = fields.Raw()


class EnvelopeSchema(_Envelope):
    """The whole push: every documented variable by name, all others passed through."""

    token = fields.String(required=True)
    application = Scalar(required=True)
    globalmessage = MessageText(allow_none=True)
    globalmedia = fields.String(allow_none=True)
    globalmedia_code = fields.String(allow_none=True)
    media_code = fields.String(allow_none=True)
    media_name = fields.String(allow_none=True)
    priority = Scalar(validate=ma.validate.OneOf(["", "0", "1"], error="must be 0 (low) or 1 (high)."))
    voice = Scalar()
    sticker = Scalar()
    action = fields.Raw()
    location = fields.Raw()
    contact = fields.Raw()
    template_id = Scalar()
    language = fields.String()
    template_globalmessage = fields.List(Scalar())
    template_header = fields.Raw()
    interactive_globalbuttons = fields.List(Scalar())
    createcontact = Scalar()
    quoted = Scalar()
    data = fields.List(
        fields.Nested(ItemSchema),
        required=True,
        validate=ma.validate.Length(
            min=1, max=MOST_RECIPIENTS, error=f"must hold 1 to {MOST_RECIPIENTS:,} recipients."
        ),
    )

    @ma.validates_schema(skip_on_field_errors=True)
    def everyone_gets_something(self, data: Mapping[str, Any], **_: Any) -> None:
        """Each recipient has an address and something to receive."""
        address = "messenger_id" if data["application"] == MESSENGER else "number"
        shared = any(_filled(data.get(key)) for key in _CONTENT)
        faults: dict[int, dict[str, list[str]]] = {}
        for index, item in enumerate(data["data"]):
            if not item.get(address):
                faults[index] = {address: ["is missing."]}
            elif not shared and not any(_filled(item.get(key)) for key in ("message", "media", "media_code")):
                faults[index] = {"message": ["cannot be empty."]}
        if faults:
            raise ma.ValidationError({"data": faults})


def _filled(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def build_envelope(token: str, head: Mapping[str, Any], items: list[Mapping[str, Any]]) -> dict[str, Any]:
    """One push body: the token, what all its messages share, and one item each."""
    return {"token": token, **head, "data": [dict(item) for item in items]}


def encode(url: str, body: Mapping[str, Any], encoding: str) -> tuple[str, bytes, str]:
    """(url, bytes, content type) of a push as `json`, or as the normal POST with `data=` in a form or the query."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if encoding == "json":
        return url, text.encode(), "application/json"
    pair = urlencode({"data": text})
    if encoding == "form":
        return url, pair.encode(), "application/x-www-form-urlencoded"
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, pair))))), b"", ""
