"""One row of what Picky Assist reports, as marshmallow schemas: outside types in, plain and storable values out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields

from adapter.picky.envelope import MOST_TEXT, Number

MOST_ID: Final = 200
MOST_ERROR: Final = 300
MOST_PAYLOAD: Final = 256  # WhatsApp's own limit for the id of a button
_BREAKS: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+")


def plain(value: Any) -> str:
    """The text of a text or a number, `""` of anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def text_in(value: Any, most: int = MOST_ID) -> str | None:
    """At most so many characters that every database can hold, trimmed; None where there are none."""
    text = plain(value).strip()[:most].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return text.strip() or None


class _Id(fields.Field[str | None]):
    """An id as text; `0` is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        text = text_in(value)
        return None if text == "0" else text


class _Status(fields.Field[int]):
    """0 unknown, 1 delivered, 2 failed, 3 read, 4 submitted to the channel, 5 refunded; not in the order of time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        text = text_in(value)
        if text not in {"0", "1", "2", "3", "4", "5"}:
            raise ma.ValidationError("must be a number from 0 to 5.")
        return int(text)


class _NumberOrNone(Number):
    """Digits with country code; None for a name, a group, or nothing that is a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError:
            return None


class _Error(fields.Field[str | None]):
    """One line; `0` is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        text = text_in(_BREAKS.sub(" ", plain(value)), MOST_ERROR)
        return None if text == "0" else text


class _Written(fields.Field[str]):
    """What a person wrote, line breaks and all."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return text_in(value, MOST_TEXT) or ""


class _Payload(fields.Field[str | None]):
    """The id of a button, which its sender chose."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str | None:
        return text_in(value, MOST_PAYLOAD)


class DeliveryRow(ma.Schema):
    """One row of a delivery event or a delivery report. Keys that are not named here are passed over."""

    class Meta:
        unknown = ma.EXCLUDE

    push_id = _Id(load_default=None)
    msg_id = _Id(load_default=None)
    number = _NumberOrNone(load_default=None)
    reference = _Id(load_default=None, data_key="reference_number")
    status = _Status(required=True)
    error = _Error(load_default=None, data_key="error_message")

    @ma.pre_load
    def one_error(self, data: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        """Events say `error_message`, reports `error_code`."""
        return {**data, "error_message": data.get("error_message") or data.get("error_code")}

    @ma.validates_schema
    def names_something(self, data: Mapping[str, Any], **_: Any) -> None:
        """A row without any id is about nothing that can be found."""
        if not (data["push_id"] or data["msg_id"] or data["reference"]):
            raise ma.ValidationError("has no msg_id, push_id or reference_number.")


class InboundRow(ma.Schema):
    """One message of a person. The name that comes with it is passed over: nothing here needs it."""

    class Meta:
        unknown = ma.EXCLUDE

    number = Number(required=True)
    text = _Written(required=True)
    unique_id = _Id(load_default=None)
    application = _Id(load_default=None)
    payload = _Payload(load_default=None)
