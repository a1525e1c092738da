"""The schemas of `/api`: they load what programs send, dump what they are answered, and are what is documented."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields

from adapter.delivery.families import LOOKS

STATES = tuple(LOOKS)


class Strict(ma.Schema):
    """What a program sends: a key that is not known is named, and nothing is done."""

    error_messages = {"unknown": "is not known here", "type": "must be an object"}  # noqa: RUF012 - marshmallow's name


class Nothing(Strict):
    """Nothing is taken: what stands there was meant for something else."""


def told(text: str) -> dict[str, str]:
    """The description of a field."""
    return {"description": text}


def moment(text: str) -> fields.Float:
    """Unix seconds, or null."""
    return fields.Float(allow_none=True, metadata=told(f"{text}, in Unix seconds"))


def text_or_null(text: str = "") -> fields.String:
    """A text, or null."""
    return fields.String(allow_none=True, metadata=told(text) if text else {})


def count_of(what: str) -> fields.Dict:
    """Counts by a word."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), metadata=told(what))


class Refused(ma.Schema):
    """Every refusal; `error` and `message` are the same sentence, which says what to change."""

    ok = fields.Boolean(required=True)
    error = fields.String(required=True)
    message = fields.String(required=True)
    code = fields.String(required=True, metadata=told("a stable word for programs"))
    fields_ = fields.Dict(data_key="fields", keys=fields.String(), required=True, metadata=told("faults by key"))
    received_keys = fields.List(fields.String(), required=True)
    request_id = fields.String(required=True)
