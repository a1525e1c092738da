"""`send_at` of a hook: one expression over the fields, and the moment it gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from adapter.errors import InvalidFields
from adapter.mapping.budget import TemplateFault
from adapter.mapping.filters import Voice
from adapter.mapping.printed import is_nothing
from adapter.mapping.spans import language_with_spans, no_date, settled
from adapter.mapping.template import Rule, Values, lone_expression

MOST_DAYS_AHEAD: Final = 366


def compile_send_at(source: str, voice: Voice) -> Rule:
    """The expression of `{{ appointment - 1 day }}`. Raises TemplateFault."""
    inner = lone_expression(source)
    if inner is None:
        raise TemplateFault('must be one expression such as "{{ appointment - 1 day }}"')
    return Rule(inner, voice, environment=language_with_spans(voice))


def moment_of(rule: Rule, values: Values, *, zone: dt.tzinfo, now: float) -> float | None:
    """Unix seconds of the moment, which may be past; None where the value is missing.

    A date is its midnight in `zone`, and what has no offset is meant there. Raises InvalidFields for a moment more than
    MOST_DAYS_AHEAD days after `now`, TemplateFault for what is no date.
    """
    found = rule.value(values)
    if is_nothing(found):
        return None
    try:
        at = _aware(found, zone)
    except OverflowError as fault:
        raise TemplateFault(f"{rule.source.strip()} is out of the range of dates") from fault
    if at.timestamp() - now > MOST_DAYS_AHEAD * 86_400:
        raise _too_far(at)
    return at.timestamp()


_DATED: Final = ("date", "datetime")
_DAY: Final = dt.datetime(2026, 4, 10, 9, 30)  # noqa: DTZ001 - as a sender without a zone writes it
_SAMPLES: Final[Mapping[str, Any]] = {
    "date": _DAY.date(), "datetime": _DAY, "integer": 1, "decimal": Decimal(1), "boolean": True, "list": ["text"],
}  # fmt: skip


def without_date(rule: Rule, types: Mapping[str, str]) -> bool:
    """Whether it uses fields, but none that holds a date. `types`: that of each field."""
    used = [types[name] for name in rule.names if name in types]
    return bool(used) and not any(kind in _DATED for kind in used)


def doubt_of(rule: Rule, types: Mapping[str, str], zone: dt.tzinfo) -> str | None:
    """Why it fails for a value of each field's type; None where it does not."""
    values = {name: _SAMPLES.get(kind, "text") for name, kind in types.items()}
    try:
        moment_of(rule, values, zone=zone, now=_DAY.replace(tzinfo=zone).timestamp())
    except (TemplateFault, InvalidFields) as fault:
        return str(fault).rstrip(".")
    return None


def _aware(value: Any, zone: dt.tzinfo) -> dt.datetime:
    """In `zone`."""
    if isinstance(value, dt.datetime):
        return value.astimezone(zone) if value.tzinfo else settled(value, zone)
    if isinstance(value, dt.date):
        return settled(dt.datetime.combine(value, dt.time()), zone)
    raise no_date(value)


def _too_far(at: dt.datetime) -> InvalidFields:
    sentence = (
        f"send_at is {at:%Y-%m-%d %H:%M}, more than {MOST_DAYS_AHEAD} days ahead; correct the date where it came from."
    )
    return InvalidFields(sentence, fields={"send_at": [sentence]})
