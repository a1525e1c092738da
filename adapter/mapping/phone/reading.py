"""The second half of the doctor's work: digits and separators as a number at home, or with a country code."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from adapter.mapping.phone import plan
from adapter.mapping.phone.countries import country_name
from adapter.mapping.phone.diagnosis import PhoneFault
from adapter.mapping.phone.plan import Steps

_SEPARATORS: Final = re.compile(r"[\s().\[\]\-_~*\u2010-\u2015\u2212\u00b7\u2022\u30fb\u30fc]+")
_DIGITS: Final = re.compile(r"\+*[0-9]+(?:\+[0-9]+)?\Z")
_TWO_PLUS: Final = re.compile(r"(?:\+|00)?([1-9][0-9]{0,2})\+(?=[0-9])")
_OPTIONAL_ZERO: Final = re.compile(r"(?<=[0-9)\s])[\s\-]{0,5}[(\[]\s{0,2}0\s{0,2}[)\]]\s{0,5}")
_ABROAD_TOO: Final = "read as a national number; with a country code it would be a number abroad."
_NATIONAL_TOO: Final = "read with a country code; in the hook's country it would be a national number."
_CODE_TOO: Final = "read as a national number; the first digits could also be the country code (then it is +{})."
_AREA_TOO: Final = "read with its country code; without one it would be the number +{}."
_TWICE_TOO: Final = "read with the country code written twice; if it is not, this is the number +{}."
_ONCE_TOO: Final = "read as it stands; if its country code stands there twice, this is the number +{}."
_FOREIGN: Final = "is no number in {}; read with its country code, as a number in {}."


@dataclasses.dataclass(frozen=True, slots=True)
class Manner:
    """How digits are read: `region` is the country of numbers without a code; `lost_plus` says that a blank stood where
    a form loses a `+`; `abroad_first` prefers the reading with a country code, as for recipients."""

    region: str | None = None
    lost_plus: bool = False
    abroad_first: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A number, the steps from the text to it, and a sentence for each doubt. The first step may change nothing."""

    steps: Steps
    doubts: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        return self.steps[-1][1]

    def after(self, code: str, text: str) -> Reading:
        return dataclasses.replace(self, steps=((code, text), *self.steps))


def bare(text: str) -> str | None:
    """The digits, with `+` where it stood; None where other signs are among them."""
    digits = _SEPARATORS.sub("", text)
    return digits if _DIGITS.match(digits) else None


def read(text: str, manner: Manner) -> Reading | None:
    """The text as one number; None where it is none. Raises PhoneFault where it could be two different ones."""
    without = _OPTIONAL_ZERO.sub(" ", text)
    whole = _spelled(text, manner)
    if without == text:
        return whole
    if whole and not plan.trunk_prefix(plan.region_of_number(whole.number)).startswith("0"):
        return whole  # +39 (0)2 …: Italy dials its zero from abroad too
    shorter = _spelled(without, manner)
    return shorter.after("optional_zero", without) if shorter else whole


def _spelled(text: str, manner: Manner) -> Reading | None:
    digits = bare(text)
    if digits is None:
        return None
    if twice := _TWO_PLUS.match(digits):  # +91 +91 98765 43210
        rest = digits[twice.end() - 1 :]
        found = _international(rest[1:], "separators") if rest.startswith(f"+{twice[1]}") else None
        return found.after("country_code_twice", rest) if found else None
    if "+" in digits:
        return _behind_plus(digits.lstrip("+"))
    if digits.startswith("00"):
        return _international(digits[2:], "exit_prefix") or _behind_own_prefix(digits, manner.region)
    return _behind_own_prefix(digits, manner.region) or _plain(text, digits, manner)


def _behind_plus(digits: str) -> Reading | None:
    if "+" in digits:
        return None
    code = "exit_prefix" if digits.startswith("00") else "separators"
    return _international(digits.removeprefix("00"), code)


def _behind_own_prefix(digits: str, region: str | None) -> Reading | None:
    rest = digits[len(plan.exit_prefix(digits, region)) :]
    if rest == digits or plan.valid(rest) is None:
        return None
    return _international(rest, "exit_prefix")


def _international(digits: str, code: str) -> Reading | None:
    steps = plan.settled(digits)
    if steps is None:
        return None
    found = Reading(((code, digits), *steps))
    for single in plan.undoubled(digits):
        once = plan.valid(single)
        if once and once != found.number:
            return _of_twice(found, once)
    return found


def _of_twice(found: Reading, once: str) -> Reading:
    """+49 49 1512 3456789: behind +49 also a landline's digits, where numbers may have any length; what only so is a
    mobile number has its country code twice."""
    if plan.is_mobile(once) and not plan.is_mobile(found.number):
        steps = (found.steps[0], ("country_code_twice", once))
        return Reading(steps, (_TWICE_TOO.format(found.number),))
    return dataclasses.replace(found, doubts=(*found.doubts, _ONCE_TOO.format(once)))


def _plain(text: str, digits: str, manner: Manner) -> Reading | None:
    """Digits without a sign of where they are meant."""
    written = plan.valid(digits)
    national = plan.national(digits, manner.region) if manner.region else None
    coded = _international(digits, "lost_plus" if manner.lost_plus else "separators")
    if written and (national == written or manner.abroad_first):
        is_doubtful = national not in {None, written} and not _is_plainly_coded(national, written)
        return _doubted(coded, _NATIONAL_TOO if is_doubtful else None)
    if manner.region and national and written:
        return _of_both(digits, national, written, manner.region, coded)
    if national:
        return Reading(plan.changed_inside(digits, national))
    mended = _mended_at_home(digits, manner.region)
    if mended and coded and mended.number != coded.number:
        raise _ambiguous(text, mended.number, coded.number)
    is_guess = manner.region and coded and not (manner.lost_plus or manner.abroad_first)
    return mended or (_foreign(coded, str(manner.region)) if coded and is_guess else coded)


def _of_both(digits: str, national: str, written: str, region: str, coded: Reading | None) -> Reading | None:
    """Of a number at home and one with a country code; where both are in the country (4915123456789 in Germany), the
    one that is a mobile number."""
    home = Reading(plan.changed_inside(digits, national))
    if plan.country_code_of(written) != plan.country_code(region):
        return _doubted(home, _ABROAD_TOO)
    if _is_plainly_coded(national, written):
        return coded
    if plan.trunk_prefix(region) and not plan.is_mobile(national):  # a national number would begin with the prefix
        return _doubted(coded, _AREA_TOO.format(national))
    return _doubted(home, _CODE_TOO.format(written))


def _is_plainly_coded(national: str | None, written: str) -> bool:
    """Whether of two readings in one country only the one with the country code is a mobile number."""
    same = national is not None and plan.country_code_of(national) == plan.country_code_of(written)
    return same and plan.is_mobile(written) and not plan.is_mobile(str(national))


def _mended_at_home(digits: str, region: str | None) -> Reading | None:
    """A number of the region whose plan has changed, such as eight digits of a mobile number in Brazil."""
    if region is None:
        return None
    start = plan.country_code(region) + digits.lstrip("0")
    steps = plan.settled(start)
    if not steps or any(code in {"country_code_twice", "trunk_zero"} for code, _ in steps):
        return None
    return Reading((("national_number", start), *steps))


def _foreign(found: Reading, region: str) -> Reading:
    if plan.country_code(region) == plan.country_code_of(found.number):
        return found
    return _doubted(found, _FOREIGN.format(country_name(region), _place(found.number))) or found


def _place(number: str) -> str:
    """The country of a number; satellite and other networks have none, but a code of their own."""
    region = plan.region_of_number(number)
    return country_name(region) if region.isalpha() else f"the network +{plan.country_code_of(number)}"


def _doubted(found: Reading | None, doubt: str | None) -> Reading | None:
    return dataclasses.replace(found, doubts=(*found.doubts, doubt)) if found and doubt else found


def _ambiguous(text: str, home: str, abroad: str) -> PhoneFault:
    return PhoneFault(
        f'"{text}" may be +{home} in {_place(home)} or +{abroad} in {_place(abroad)}, '
        "so it is not known which one is meant.",
        code="ambiguous",
        candidates=(home, abroad),
    )
