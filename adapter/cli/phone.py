"""`phone`: one number explained, as a hook would read it."""

from __future__ import annotations

import json
import sys
from typing import Any, Final

import click
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from adapter.config import read_settings
from adapter.mapping.phone import REFUSALS, REPAIRS, Diagnosis, PhoneFault, country_name, diagnose, region_of

_KINDS: Final = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed line (WhatsApp only where a business registered it)",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed line or mobile (the digits do not tell in this country)",
    PhoneNumberType.TOLL_FREE: "free for its callers",
    PhoneNumberType.PREMIUM_RATE: "premium rate",
    PhoneNumberType.SHARED_COST: "shared cost",
    PhoneNumberType.VOIP: "internet telephony",
    PhoneNumberType.PERSONAL_NUMBER: "personal number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company number",
    PhoneNumberType.VOICEMAIL: "voicemail",
}


@click.command()
@click.argument("number")
@click.option(
    "--region", help="The country of numbers without a country code: IN, India, +91; default: DEFAULT_REGION."
)
@click.option("--json", "as_json", is_flag=True, help="The same as one JSON object.")
def phone_command(number: str, region: str | None, as_json: bool) -> None:
    """What a hook makes of NUMBER, and why. Exit status 1 when it is refused."""
    letters = _letters(region)
    try:
        told = _accepted(diagnose(number, region=letters), letters)
    except PhoneFault as fault:
        told = _refused(fault, letters)
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(_lines(number, told)))
    sys.exit(0 if told["ok"] else 1)


def _letters(region: str | None) -> str | None:
    if region is None:
        settings, faults = read_settings()  # a fault elsewhere is no reason not to explain a number
        for fault in (fault for fault in faults if fault.startswith("DEFAULT_REGION ")):
            click.echo(fault, err=True)
        return str(settings.default_region) or None
    if (letters := region_of(region)) is None:
        raise click.BadParameter(f'"{region}" is no country this adapter knows; write its two letters such as IN.')
    return letters


def _accepted(found: Diagnosis, region: str | None) -> dict[str, Any]:
    parsed = phonenumbers.parse(f"+{found.number}")
    letters = phonenumbers.region_code_for_number(parsed)
    return {
        "ok": True,
        "number": found.number,
        "region": region,
        "repairs": [
            {"code": one.code, "was": one.was, "now": one.now, "meaning": REPAIRS[one.code]} for one in found.repairs
        ],
        "warnings": list(found.warnings),
        "kind": _KINDS.get(phonenumbers.number_type(parsed), "unknown"),
        "country": {
            "code": letters,
            "name": country_name(letters) if letters in phonenumbers.SUPPORTED_REGIONS else None,
        },
        "national": phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL),
        "international": phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL),
    }


def _refused(fault: PhoneFault, region: str | None) -> dict[str, Any]:
    return {
        "ok": False,
        "number": None,
        "region": region,
        "code": fault.code,
        "error": str(fault),
        "what_to_do": REFUSALS[fault.code],
        "candidates": list(fault.candidates),
    }


def _lines(number: str, told: dict[str, Any]) -> list[str]:
    if not told["ok"]:
        meant = [f"  It may mean: {one}" for one in told["candidates"]]
        return [f"Refused: {told['error']}", *meant, f"What to do: {told['what_to_do']}", _read_in(told)]
    shown = "".join(one if one.isprintable() else " " for one in number)
    return [
        f'"{shown}" is sent to {told["number"]}',
        *(line for repair in told["repairs"] for line in _repair_lines(repair)),
        *(f"Note: {warning.removeprefix('phone: ')}" for warning in told["warnings"]),
        f"Country: {told['country']['name'] or 'none'}",
        f"Kind: {told['kind']}",
        f"Written there: {told['national']}",
        f"Written abroad: {told['international']}",
        _read_in(told),
    ]


def _repair_lines(repair: dict[str, str]) -> tuple[str, str]:
    return f"  {repair['code']}: {repair['was']} -> {repair['now']}", f"      {repair['meaning']}"


def _read_in(told: dict[str, Any]) -> str:
    if told["region"] is None:
        return "Numbers without a country code belong to no country here; name one with --region or DEFAULT_REGION."
    return f"Numbers without a country code were read as in {country_name(told['region'])} ({told['region']})."
