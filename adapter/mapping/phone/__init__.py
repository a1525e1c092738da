"""The number doctor: what people write as a phone number, as the digits Picky Assist takes (country code, no `+`)."""

from __future__ import annotations

from adapter.mapping.phone.codes import REFUSALS, REPAIRS
from adapter.mapping.phone.countries import country_name, region_of
from adapter.mapping.phone.diagnosis import Diagnosis, PhoneFault, PhoneNumber
from adapter.mapping.phone.doctor import diagnose, recipient

__all__ = [
    "REFUSALS",
    "REPAIRS",
    "Diagnosis",
    "PhoneFault",
    "PhoneNumber",
    "country_name",
    "diagnose",
    "recipient",
    "region_of",
]
