"""The numbers a message goes to: every entry of `to`, through the number doctor, each number once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from adapter.errors import InvalidFields
from adapter.intake.payload import Repair
from adapter.mapping import phone
from adapter.mapping.template import Text, Values

MOST_RECIPIENTS: Final = 1000


def recipients(to: Sequence[Text], values: Values, region: str | None) -> tuple[list[str], list[Repair], list[str]]:
    """Numbers, repairs and warnings. Raises InvalidFields where an entry is no number, or there is none at all."""
    numbers: dict[str, None] = {}
    repairs: list[Repair] = []
    warnings: list[str] = []
    faults: list[str] = []
    for entry in _entries(text.value(values) for text in to):
        try:
            found = phone.recipient(entry, region=region)
        except phone.PhoneFault as fault:
            faults.append(str(fault))
            continue
        repairs.extend(found.repairs)
        warnings.extend(found.warnings)
        if found.number in numbers:
            repairs.append(Repair("to", "same_number_twice", found.number, "sent once"))
        numbers[found.number] = None
    if not faults and not numbers:
        faults.append("There is no number to send to: every entry of `to` is empty.")
    if len(numbers) > MOST_RECIPIENTS:
        faults.append(f"{len(numbers):,} numbers are more than the {MOST_RECIPIENTS:,} that one event may message.")
    if faults:
        raise InvalidFields(" ".join(faults[:3]), fields={"to": faults})
    return list(numbers), repairs, warnings


def constant_faults(to: Text, region: str | None) -> Iterator[str]:
    """Why an entry that is the same for every event can never be sent to."""
    for entry in _entries([to.literal] if to.is_constant else []):
        try:
            phone.recipient(entry, region=region)
        except phone.PhoneFault as fault:
            yield str(fault).rstrip(".")


def _entries(values: Iterable[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, phone.PhoneNumber):
            yield value
        elif isinstance(value, list | tuple):
            yield from _entries(value)
        elif value is not None:
            yield from (part for part in str(value).replace(";", ",").replace("\n", ",").split(",") if part.strip())
