"""The `notify` part of a hook file: which changes of a message's state are posted where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate

from adapter.errors import messages_in
from adapter.mapping.schema.types import Strict, mapping, text

STATES: Final = (
    "retrying", "accepted", "submitted", "delivered", "read", "parked", "unknown", "held", "failed", "refunded", "dead",
    "cancelled",
)  # fmt: skip
"""The states a hook may be told of: all but those that every message passes in a moment."""
MOST: Final = 5
_URL: Final = re.compile(
    r"https?://(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[1-9][0-9]{0,4}))?(?:[/?][!$-;=?-Z_a-z~]*)?\Z"
)
_LONGEST_URL: Final = 2_048
_SHAPE: Final = "must be an address such as https://hooks.zapier.com/hooks/catch/1/abc, the same for every message"


def _address(value: str) -> None:
    match = _URL.match(value) if len(value) <= _LONGEST_URL else None
    if match is None or int(match["port"] or 1) > 65_535:
        raise ma.ValidationError(_SHAPE)


def _texts(value: Mapping[str, Any]) -> None:
    if wrong := [key for key, inner in value.items() if isinstance(inner, dict | list)]:
        raise ma.ValidationError({key: ["must be text: a form has no lists and mappings"] for key in wrong})


class NotifySchema(Strict):
    """`notify: {on: [delivered, failed], url: https://…}`, perhaps with `json` or `form`, and `secret`."""

    on = fields.List(
        text(validate=validate.OneOf(STATES, error="must be one of " + ", ".join(STATES))),
        required=True,
        validate=validate.Length(min=1, error="names no state"),
        error_messages={"invalid": "must be a list of states such as [delivered, failed]"},
    )
    url = text(required=True, validate=_address)
    json = mapping()
    form = mapping(validate=_texts)
    secret = text(validate=validate.Length(min=1, error="is empty"))

    @ma.validates_schema
    def one_body(self, data: Mapping[str, Any], **_: Any) -> None:
        """A body is JSON or a form."""
        if "json" in data and "form" in data:
            raise ma.ValidationError("give json or form, not both", "form")


class NotifyField(fields.Field[list[dict[str, Any]]]):
    """One mapping, or a list of them; always a list."""

    schema = NotifySchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        if isinstance(value, list) and not 1 <= len(value) <= MOST:
            raise ma.ValidationError(f"must be a mapping with on and url, or a list of 1 to {MOST} of them")
        found, faults = [], {}
        for index, one in enumerate(value if isinstance(value, list) else [value]):
            try:
                found.append(dict(self.schema.load(one)))
            except ma.ValidationError as fault:
                faults[index] = messages_in(fault)
        if faults:
            raise ma.ValidationError(faults if isinstance(value, list) else faults[0])
        return found
