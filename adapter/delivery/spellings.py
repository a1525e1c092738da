"""One phone, several numbers: what a channel calls it may differ from what a message to it was addressed to.

WhatsApp still knows many numbers as they were written before their country's plan changed, and reports them so.
"""

from __future__ import annotations

import re
from typing import Final

# What may stand in the middle, and whether it does today; the same rules as the number doctor's.
_PLANS: Final = (
    (re.compile(r"(52)(1?)([2-9][0-9]{9})"), "1", False),  # Mexico: +52 1 55 1234 5678 until August 2019
    (re.compile(r"(55[1-9]{2})(9?)([6-9][0-9]{7})"), "9", True),  # Brazil: eight digits until 2016; not landlines
    (re.compile(r"(54)(9?)([1-3][0-9]{9})"), "9", True),  # Argentina: the 9 is dialled from abroad, to mobiles
)


def spellings(number: str) -> tuple[str, ...]:
    """The numbers under which a phone is known, as digits with country code; the one of today first."""
    for plan, middle, is_today in _PLANS:
        if found := plan.fullmatch(number):
            both = (f"{found[1]}{middle}{found[3]}", f"{found[1]}{found[3]}")
            return both if is_today else both[::-1]
    return (number,)


def proper(number: str) -> str:
    """The number of today."""
    return spellings(number)[0]
