"""What a text costs as an SMS: its encoding, and into how many parts it is cut (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

# 3GPP TS 23.038, the default alphabet (without its escape, 0x1B) and the extension table, whose signs take two places.
_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
# What word processors write where the alphabet has a plain sign.
_TYPOGRAPHIC: Final = str.maketrans({
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
    "…": "...", "•": "-", "\t": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200b": "", "`": "'", "´": "'",
})  # fmt: skip
GSM: Final = "GSM-7"
UCS: Final = "UCS-2"
_ALONE: Final = {GSM: 160, UCS: 70}
_JOINED: Final = {GSM: 153, UCS: 67}  # the header that joins the parts takes six octets of each


@dataclasses.dataclass(frozen=True, slots=True)
class Sms:
    """`characters` as the network counts them (a € takes two in GSM-7, an emoji two in UCS-2); `because` is the first
    character that GSM-7 does not have, such as `"₹" (U+20B9)`, None where it has them all."""

    encoding: str
    characters: int
    parts: int
    because: str | None


def measure(text: str) -> Sms:
    """How `text` travels."""
    odd = next((sign for sign in text if sign not in _BASIC and sign not in _EXTENDED), None)
    if odd is None:
        return _measured(GSM, (2 if sign in _EXTENDED else 1 for sign in text), None)
    name = f"U+{ord(odd):04X}"
    because = f'"{odd}" ({name})' if odd.isprintable() and not odd.isspace() else name
    return _measured(UCS, (2 if sign > "\uffff" else 1 for sign in text), because)


def doubt(text: str) -> str | None:
    """A sentence where the text takes more than one part, with what would make it shorter."""
    sms = measure(text)
    if sms.parts == 1:
        return None
    why = f" because of {sms.because}" if sms.because else ""
    sentence = (
        f"The SMS takes {sms.parts} parts ({sms.characters:,} characters in {sms.encoding}{why}); each is paid for."
    )
    plain = measure(text.translate(_TYPOGRAPHIC))
    if plain.parts < sms.parts:
        sentence += f" With plain quotes, hyphens and blanks it takes {plain.parts}."
    return sentence


def _measured(encoding: str, sizes: Iterable[int], because: str | None) -> Sms:
    """A sign of two places is never cut in half, so a part may end one place early."""
    characters, parts, filled = 0, 1, 0
    for size in sizes:
        characters += size
        filled += size
        if filled > _JOINED[encoding]:
            parts, filled = parts + 1, size
    return Sms(encoding, characters, 1 if characters <= _ALONE[encoding] else parts, because)
