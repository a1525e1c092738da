"""What keys mean, by the words people and programs make them of, in the languages senders are used in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_CAMEL: Final = re.compile(r"([a-z0-9])([A-Z])")
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")
_ASCII: Final = re.compile(r"[a-z0-9]+")


def _all(words_of_it: str) -> frozenset[str]:
    return frozenset(words_of_it.split())


_SECRET: Final = _all(
    "token tokens password passwd passcode passphrase pwd secret apikey signature hmac authorization auth credential"
    " credentials otp cvv cvc csrf nonce cookie accesskey handshakekey"
)
_HARMLESS_KEYS: Final = _all("idempotency primary foreign sort field question tracking")
_PHONE: Final = re.compile(
    r"phone|fone|\btel\b|telef|\bmobil|\bmob\b|movil|celular|\bcell?\b|whats|handy|\bgsm\b|\bmsisdn\b"
    r"|text reminder number|contact (?:no|number)\b|телефон|電話|电话|手机|फोन|هاتف|جوال"
)
_MOBILE: Final = re.compile(r"mobil|\bmob\b|movil|celular|cell|whats|handy|手机|جوال")
_NO_PHONE: Final = _all(
    "fax code type country ext extension verified consent opt optin id label headphone headphones microphone model"
)
_OTHER_PEOPLE: Final = _all(
    "owner agent company shop store sender staff manager support office assigned assignee rep admin host user driver"
    " emergency work seller vendor supplier created creator modified"
)
_FIRST_NAME: Final = re.compile(
    r"\bfirst ?name\b|\bname first\b|\bfname\b|\bgiven ?name\b|\bforename\b|vorname|prenom|\bname (?:\w+ )*first$"
)
_NAME: Final = re.compile(
    r"\bnames?$|\bfull ?name\b|\byour ?name\b|nombre|\bnome\b|\bnom\b|имя|名前|姓名|氏名|नाम|الاسم"
    r"|\bname (?:\w+ )*(?:full|last)$"
)
_NO_PERSON: Final = _all(
    "last family middle nick sur surname lastname company business organization organisation org product form file"
    " username login campaign deal opportunity event page domain shop store item module app country city state"
    " province template section tag list stage pipeline status webhook host brand variant payment method account"
    " field plan service currency job task project course lead potential source channel group category key internal"
    " discount shipping coupon location file document transmission bank meeting scheduled type memberships"
    " prefix suffix title property empresa negocio apellido sobrenome nachname firma"
)
_TECHNICAL: Final = re.compile(
    r"^previous\b|\bip\b|\buser ?agent\b|\brefer{1,2}er\b|\breferring\b|\blanding\b|\bcookies?\b|\b[a-z]*clid\b"
    r"|^utm\b|\bcaptcha\b|\bslug\b|\bwebhook\b|\bversion\b|\bpowered by\b|\btimestamp\b|\btracker\b|\bserver\b"
    r"|\b(?:page|source|site|landing|admin|edit|view|response|resource|status|cancel|reschedule|webhook|enterprise"
    r"|partner) (?:ur[il]|link)\b"
    r"|\bbuild\b|\bsubmit source\b|\btime to submit\b|^(?:item )?type$|\busername\b|\blocale\b|\blivemode\b"
    r"|\btest\b|^pretty$|\braw\b|\battempt\b|\bchange (?:source|flag)\b|\bgraphql\b|^v$|\buuid\b"
    r"|\bis (?:read|starred|fulfilled|bulk)\b"
    r"|\b(?:form|site|page|app|portal|subscription|webhook|channel|organi[sz]ation|org|account|user|owner|creator"
    r"|team|element|field|ad|adgroup|adset|campaign|plan|template|request|stage|pipeline|company|parent|location"
    r"|device|person|source|session|action|respondent|post|module|uri|zu) ?id\b"
)
_TRAP: Final = re.compile(r"gotcha|honey|\bhp\b|\btrap\b|\bbot field\b")
_COUNT: Final = re.compile(
    r"\bquantity\b|\bqty\b|\bcount\b|\bguests?\b|\bpersons?\b|\bpeople\b|\bseats?\b|\bage\b|\bscore\b|\badults?\b"
    r"|\bchildren\b|\bnights?\b|\brooms?\b|\brating\b|\bstars?\b|\bduration\b|\bpoints?\b|\bmenge\b|\bcantidad\b"
    r"|\bquantidade\b|\banzahl\b|\bedad\b|\bidade\b"
)
_MONEY: Final = re.compile(
    r"\bamount\b|\btotal\b|\bprice\b|\bcost\b|\bsum\b|\bfee\b|\bbalance\b|\bsubtotal\b|\btax\b|\bbudget\b"
    r"|\b(?:deal|order|cart|weighted|current) value\b"
    r"|\bbetrag\b|\bimporte\b|\bvalor\b|\bpreco\b|\bprecio\b|\bmontant\b|\bpreis\b|\bsumme\b"
)
_IDENTITY: Final = re.compile(
    r"\bids?$|\bno$|\bnr$|\bnumber\b|\bnumero\b|\bnummer\b|\bcode\b|\bzip\b|\bpostal\b|\bpostcode\b|\bpin\b|\bref\b"
    r"|\breference\b|\bserial\b|\baccount\b|\byear\b|\bformatted\b|\bphone\b|\bfield\b"
)
_NUMBERED: Final = r"(?:order|invoice|booking|reservation|ticket|payment|transaction|case|deal|shipment|appointment)"
_NATURAL_KEYS: Final = tuple(
    re.compile(text)
    for text in (
        rf"{_NUMBERED} ?(?:no|nr|number)\b|^(?:\w+ )?ref(?:erence)?$",
        rf"{_NUMBERED} ?id\b|\b(?:potential|opportunity) ?id\b",
        r"\blead ?(?:id|no|number)\b",
        r"\b(?:submission|entry|response|unique|event) ?(?:id|no|number)\b",
        r"^(?:data )?id$",
    )
)
# Up to here people know the number; the rest are ids of programs.
_KNOWN_TO_PEOPLE: Final = 2
_MESSAGE: Final = re.compile(
    r"\bmessage\b|\bcomments?\b|\bnotes?\b|^(?:your )?question$|\b[ei]nquiry\b|mensaje|mensagem|nachricht|сообщение"
)
_SHOP: Final = re.compile(r"\border\b|\binvoice\b|\bcart\b|\bcheckout\b|\bpayment\b|\bsales ?order\b|\bline items\b")


def words(*keys: str) -> str:
    """The words of keys between single blanks, without accents: `billing`, `firstName` give `billing first name`."""
    return " ".join(_WORD.findall(_bare(" ".join(keys))))


def slug(text: str) -> str:
    """The words of a text in ASCII between `_`, digits left where they are: `CF7 to Webhook` gives `cf7_to_webhook`."""
    return "_".join(_ASCII.findall(_bare(text)))


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", _CAMEL.sub(r"\1 \2", text))
    return "".join(one for one in apart if not unicodedata.combining(one)).casefold()


def _has(spelt: str, known: Iterable[str]) -> bool:
    return not frozenset(spelt.split()).isdisjoint(known)


def is_secret(key: str) -> bool:
    """Whether a key of a payload, a query or a head names a proof, such as `HandshakeKey`, `api_key` or `token`."""
    spelt = words(key)
    parts = spelt.split()
    is_key = len(parts) > 1 and parts[-1] == "key" and parts[-2] not in _HARMLESS_KEYS
    return is_key or spelt in {"api", "session id", "sid"} or _has(spelt, _SECRET)


def is_technical(spelt: str, key: str) -> bool:
    """Whether it tells of the sending program and not of the event."""
    return key.startswith(("$", "_", "@", "X-")) or _TECHNICAL.search(spelt) is not None


def is_trap(key: str) -> bool:
    """Whether a form's hidden field is meant for machines."""
    return _TRAP.search(words(key)) is not None


def is_phone(spelt: str) -> bool:
    """Whether the key says that a phone number stands there."""
    return _PHONE.search(spelt) is not None and not _has(spelt, _NO_PHONE)


def is_mobile(spelt: str) -> bool:
    """Whether it is a phone in somebody's pocket, which takes messages."""
    return _MOBILE.search(spelt) is not None


def is_of_others(spelt: str) -> bool:
    """Whether it belongs to somebody of the business and not to its customer."""
    return _has(spelt, _OTHER_PEOPLE)


def is_first_name(spelt: str) -> bool:
    """Whether the key says that a person's first name stands there."""
    return _FIRST_NAME.search(spelt) is not None and not _has(spelt, _NO_PERSON)


def is_name(spelt: str) -> bool:
    """Whether a person's name may stand there."""
    return _NAME.search(spelt) is not None and not _has(spelt, _NO_PERSON)


def is_country(spelt: str) -> bool:
    """Whether the key says that a country stands there."""
    return re.search(r"\bcountry\b|\bpais\b|\bland\b|\bpays\b", spelt) is not None and "calling" not in spelt


def is_count(spelt: str) -> bool:
    """Whether people count this; an id is never counted."""
    return _COUNT.search(spelt) is not None and _IDENTITY.search(spelt) is None


def is_money(spelt: str) -> bool:
    """Whether an amount of money stands there."""
    return _MONEY.search(spelt) is not None and _IDENTITY.search(spelt) is None


def is_message(spelt: str) -> bool:
    """Whether a person wrote it in their own words."""
    return _MESSAGE.search(spelt) is not None and not is_of_others(spelt)


def is_of_a_shop(spelt: str) -> bool:
    """Whether something was bought."""
    return _SHOP.search(spelt) is not None


def natural_key(spelt: str) -> int | None:
    """How well the key names one event, 0 best; None where it does not."""
    return next((rank for rank, pattern in enumerate(_NATURAL_KEYS) if pattern.search(spelt)), None)


def is_reference(spelt: str) -> bool:
    """Whether it names the event with a number that its customer knows, too."""
    rank = natural_key(spelt)
    return rank is not None and rank < _KNOWN_TO_PEOPLE


def is_email(spelt: str) -> bool:
    """Whether an e-mail address stands there."""
    return re.search(r"\be ?mail\b(?! (?:messages|count|opt))|\bcorreo\b", spelt) is not None
