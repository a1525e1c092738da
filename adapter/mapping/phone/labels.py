"""The words people write beside a number: `Mobile: …`, `WhatsApp +91 …`, `(M) …`, `… (home)`."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from adapter.mapping.phone.folding import folded

# No fax among them: a message to a fax reaches nobody.
_WORDS: Final = (
    "phone phones phn ph telephone telephones tel tele telf tlf tfno fone mobile mobil mobiles mob mbl cell cellphone "
    "cellular contact call calls whatsapp whats app wa wapp wsp number numbers no nr num nos number1 "
    "my our home office work res residence off main direct personal business alternate alt primary secondary and or "
    "m t p h o w c r "
    "telefon telefonnummer telefonnr handy handynummer handynr mobilnummer mobiltelefon mobilfunk nummer rufnummer "
    "privat "
    "telephone portable numero gsm fixe "
    "telefono telefonos movil celular celulares cel fijo casa trabajo oficina contacto "
    "telefone telemovel fixo comercial residencial contato zap "
    "cellulare cell fisso recapito ufficio "
    "telefoon telefoonnummer mobiele gsmnummer "
    "telefonul nomor nomer hp telp telepon ponsel telpon telefonu komorka kom numer tlfnr puhelin puh matkapuhelin "
    "cep ceptel numara numarasi sdt dt "
    "тел телефон моб мобильный мобильный сот номер ватсап вотсап "
    "फोन फ़ोन मोबाइल मो नंबर दूरभाष ফোন মোবাইল நம்பர் போன் மொபைல் ఫోన్ మొబైల్ "
    "هاتف الهاتف جوال الجوال موبايل محمول رقم واتساب واتس تلفن موبایل "
    "טלפון נייד 电话 電話 手机 手機 电话号码 手机号 手机号码 携帯 携帯電話 전화 전화번호 휴대폰 휴대전화"
)
_KNOWN: Final = frozenset(folded(word) for word in _WORDS.split())
_BEFORE: Final = re.compile(r"[^0-9+]{1,40}")
_BEHIND: Final = re.compile(r"[^0-9]{1,40}\Z")
_COUNTED: Final = re.compile(r"\A[1-9]\s?[:)]\s?(?=[0-9+(])")  # Phone 1: …
_LETTERS: Final = re.compile(r"[^\W\d_]+(?:['’\u0300-\u036f\u0900-\u0dff\u064b-\u065f]+[^\W\d_]*)*")
_MARKS: Final = " \t.,:;)]}>-=#*/\\|_~\u2010-\u2015\u2192"


def without_labels(text: str) -> str:
    """The text without known words before and behind its digits; the same text where other words stand there."""
    return _without_last(_without_first(text)).strip()


def _without_first(text: str) -> str:
    found = _BEFORE.match(text)
    if not found or found.end() == len(text) or not _is_label(found[0]):
        return text
    cut = max(at for at, one in enumerate(found[0], 1) if _is_wordy(one))
    rest = text[cut:].lstrip(_MARKS)
    return _COUNTED.sub("", rest, count=1)


def _without_last(text: str) -> str:
    found = _BEHIND.search(text)
    if not found or found.start() == 0 or not _is_label(found[0]) or _is_wordy(found[0][0]):
        return text
    return text[: found.start()]


def _is_label(text: str) -> bool:
    """Whether every word is a known one, or a picture such as ☎ stands there; one letter needs a mark beside it."""
    words = [folded(word) for word in _LETTERS.findall(text)]
    if any(word not in _KNOWN for word in words):
        return False
    if len(words) == 1 and len(text) == 1:
        return False
    return bool(words) or any(map(_is_picture, text))


def _is_wordy(one: str) -> bool:
    return unicodedata.category(one)[0] in "LM" or _is_picture(one)


def _is_picture(one: str) -> bool:
    return unicodedata.category(one) in {"So", "Sk"} and one not in "^`´"
