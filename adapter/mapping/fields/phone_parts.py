"""A phone number that a form or CRM sends in pieces, or as an object beside its label, as one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.mapping.fields.notes import as_text

_WHOLE: Final = ("full", "e164", "international", "formatted", "value", "raw")
_COUNTRY: Final = ("country_code", "countrycode", "dial_code", "dialcode", "calling_code", "country")
_AREA: Final = ("area", "area_code", "areacode")
_NUMBER: Final = ("phone", "number", "phone_number", "phonenumber", "national", "subscriber")


def joined(value: Any) -> str | None:
    """The number of an object such as Jotform's `{"area": "81", "phone": "900000559"}` or Pipedrive's
    `{"value": "+1…", "primary": true}`, of a list of the latter the primary one; None where it is no such thing."""
    if isinstance(value, list):
        primary = [one for one in value if isinstance(one, Mapping) and one.get("primary") is True]
        return joined(primary[0]) if len(primary) == 1 else None
    if not isinstance(value, Mapping):
        return None
    parts = {str(key).casefold().replace(" ", "_"): one for key, one in value.items() if _is_part(one)}
    if whole := next((parts[key] for key in _WHOLE if key in parts), None):
        return as_text(whole).strip()
    number = next((parts[key] for key in _NUMBER if key in parts), None)
    if number is None:
        return None
    country, area = (next((parts[key] for key in keys if key in parts), "") for keys in (_COUNTRY, _AREA))
    code = as_text(country).strip().lstrip("+")
    return " ".join(
        filter(None, (f"+{code}" if code.isdecimal() else "", as_text(area).strip(), as_text(number).strip()))
    )


def _is_part(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(str(value).strip())
