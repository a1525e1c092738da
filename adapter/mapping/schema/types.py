"""Marshmallow fields and a base class for hook files: their sentences are for the person who wrote the file."""

from __future__ import annotations

import re
import zoneinfo
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields, validate
from phonenumbers import SUPPORTED_REGIONS

_DURATION: Final = re.compile(r"([1-9][0-9]{0,6})(s|m|h|d)\Z")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def text(**options: Any) -> fields.String:
    return fields.String(error_messages={"invalid": "must be text (put it in quotes)"}, **options)


def word(**options: Any) -> Word:
    return Word(error_messages={"invalid": "must be text (put it in quotes)"}, **options)


def boolean(**options: Any) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, error_messages={"invalid": "must be true or false"}, **options)


def mapping(**options: Any) -> fields.Dict:
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


def span(most_days: int, **options: Any) -> Duration:
    """A duration of at most so many days."""
    most = most_days * _SECONDS["d"]
    return Duration(validate=validate.Range(max=most, error=f"may be at most {most_days}d"), **options)


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


class Elsewhere(NotYet):
    """A key that people look for here, and that stands at another place."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> None:
        raise ma.ValidationError(f"does not stand here; write it as {self.place}")


class Strict(ma.Schema):
    """Unknown keys are faults; the sentences are for the person who wrote the file."""

    error_messages = {"unknown": "unknown key", "type": "must be a mapping of keys to values"}  # noqa: RUF012 - marshmallow's name


def region() -> fields.String:
    return text(validate=validate.OneOf(SUPPORTED_REGIONS, error="must be a country's two capital letters such as IN"))


class Zone(fields.Field[zoneinfo.ZoneInfo]):
    """A time zone by its name."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> zoneinfo.ZoneInfo:
        try:
            return zoneinfo.ZoneInfo(value if isinstance(value, str) else "")
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise ma.ValidationError(f'"{value}" is no time zone such as Asia/Kolkata') from None


class Locale(fields.Field[str]):
    """A language, perhaps with a country: `de`, `en_IN`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        from babel import Locale as Known
        from babel import UnknownLocaleError

        try:
            return str(Known.parse(str(value).replace("-", "_")))
        except (UnknownLocaleError, ValueError, TypeError):
            raise ma.ValidationError(f'"{value}" is no language such as en or en_IN') from None
