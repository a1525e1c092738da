"""The words that put who writes them on an opt-out list, and those that take them off: a table, by language."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

# Only words that mean nothing else to a shop. Not among them, though telephone companies know them: "cancel", "end",
# "quit", "revoke" and their like in every language, because customers write them about orders and appointments. Of the
# words that bring back even fewer: who opted out must mean it.
OUT: Final[Mapping[str, tuple[str, ...]]] = {
    # "Stop promotions" is the button that WhatsApp proposes for templates of marketing.
    "en": ("stop", "stop all", "stopall", "stop promotions", "unsubscribe", "opt out", "opt-out", "optout"),
    "ar": ("إيقاف", "توقف", "إلغاء الاشتراك"),
    "bn": ("স্টপ", "বন্ধ করুন", "থামুন"),
    "de": ("stopp",),
    "es": ("baja", "darme de baja", "dar de baja"),
    "fr": ("arrêt", "arrêter", "désabonner", "se désabonner", "désinscription"),
    "gu": ("સ્ટોપ", "બંધ કરો"),
    "hi": ("स्टॉप", "बंद करें", "बंद करो", "band karo", "band kare", "band karen"),
    "id": ("berhenti", "berhenti berlangganan"),
    "it": ("disiscrivimi", "disiscrizione", "disiscriviti"),
    "kn": ("ನಿಲ್ಲಿಸಿ",),
    "ml": ("നിർത്തുക",),
    "mr": ("स्टॉप", "बंद करा", "थांबवा"),
    "ms": ("berhenti", "berhenti melanggan"),
    "nl": ("stoppen", "uitschrijven"),
    "pa": ("ਬੰਦ ਕਰੋ",),
    "pt": ("parar", "pare", "sair", "descadastrar"),
    "ru": ("стоп", "отписаться", "отписка"),
    "sw": ("simamisha", "sitisha"),
    "ta": ("ஸ்டாப்", "நிறுத்து", "நிறுத்தவும்"),
    "te": ("స్టాప్", "ఆపు", "ఆపండి"),
    "tr": ("dur", "durdur", "abonelikten çık"),
    "ur": ("اسٹاپ", "بند کریں"),
}
IN: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("start", "unstop", "subscribe", "opt in", "opt-in", "optin"),
    "ar": ("اشترك",),
    "bn": ("স্টার্ট", "শুরু করুন"),
    "es": ("alta", "darme de alta"),
    "fr": ("réabonner", "se réabonner"),
    "gu": ("શરૂ કરો",),
    "hi": ("स्टार्ट", "शुरू करें", "शुरू करो", "shuru karo", "shuru kare", "shuru karen"),
    "id": ("mulai", "berlangganan"),
    "it": ("iscrivimi",),
    "kn": ("ಪ್ರಾರಂಭಿಸಿ",),
    "ml": ("തുടങ്ങുക",),
    "mr": ("सुरू करा", "सुरु करा"),
    "ms": ("mula", "langgan"),
    "pa": ("ਸ਼ੁਰੂ ਕਰੋ",),
    "pt": ("inscrever",),
    "ru": ("старт", "подписаться"),
    "sw": ("anza",),
    "ta": ("தொடங்கு", "தொடங்கவும்"),
    "te": ("ప్రారంభించు", "ప్రారంభించండి"),
    "tr": ("başlat",),
    "ur": ("شروع کریں",),
}
NONE: Final = ("none",)
"""As a setting: no word does it."""
_MOST_CHARACTERS: Final = 200
_DOTLESS: Final = str.maketrans("ı", "i")  # Turkish capitals lose their dot in most programs


class Said(NamedTuple):
    """What a message asks for, "out" or "in", by which word."""

    way: str
    word: str


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """The words of one adapter, each as `plain` makes it."""

    out: frozenset[str]
    back: frozenset[str]

    def meaning(self, text: str) -> Said | None:
        """What the whole of a message means; None for everything that is not just such a word."""
        word = plain(text) if len(text) <= _MOST_CHARACTERS else ""
        if word in self.out:
            return Said("out", word)
        return Said("in", word) if word in self.back else None


def words_for(locale: str, *, out: Sequence[str] = (), back: Sequence[str] = ()) -> Words:
    """The words of the settings; where there are none, those of English and of the locale's language."""
    language = locale.replace("-", "_").partition("_")[0].casefold()
    return Words(_words(out, OUT, language), _words(back, IN, language))


def _words(own: Sequence[str], table: Mapping[str, tuple[str, ...]], language: str) -> frozenset[str]:
    if tuple(word.casefold() for word in own) == NONE:
        return frozenset()
    return frozenset(filter(None, map(plain, own or _defaults(table, language))))


def _defaults(table: Mapping[str, tuple[str, ...]], language: str) -> Iterable[str]:
    return (*table["en"], *table.get(language, ()))


def plain(text: str) -> str:
    """A text as it is compared: in one form of Unicode, without case, accents and emoji, its blanks single, and
    without what stands around it."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_DOTLESS)
    kept = "".join(filter(_is_kept, apart))
    inner = [at for at, one in enumerate(kept) if one.isalnum()]
    if not inner:
        return ""
    end = next((at for at in range(inner[-1] + 1, len(kept)) if unicodedata.category(kept[at])[0] != "M"), len(kept))
    return " ".join(kept[inner[0] : end].split())


def _is_kept(one: str) -> bool:
    """Neither an accent (combining class 200 and above), nor an Arabic or Hebrew vowel point (10 to 35), nor what
    cannot be seen; vowel signs of Indian scripts stay (https://www.unicode.org/reports/tr44/)."""
    combining, category = unicodedata.combining(one), unicodedata.category(one)
    is_unseen = category in {"Cf", "Me", "Cc"} and not one.isspace()
    return combining < 200 and not 10 <= combining <= 35 and not is_unseen and not "\ufe00" <= one <= "\ufe0f"
