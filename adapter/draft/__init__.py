"""A hook file proposed from one captured request: its source, its fields, a message, and the request as a sample."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from adapter.draft.cleaned import Unclean, as_http_file, cleaned, is_signature, leaked
from adapter.draft.fields import Choice, choose
from adapter.draft.leaves import leaves
from adapter.draft.page import Around, page
from adapter.draft.vocabulary import is_secret, is_trap, slug
from adapter.intake.auth import PRESETS
from adapter.intake.decode import decode
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources import SOURCES, SourceKind, enrich, guess
from adapter.intake.sources.places import find

__all__ = ["Draft", "Unclean", "draft", "name_for"]

_LONGEST_NAME: Final = 40
_NO_TOKEN: Final = frozenset({"x-hook-token", "cookie", "set-cookie", "x-csrf-token"})
_SCHEMES: Final = frozenset({"bearer", "basic"})
_NOT_TELLING: Final = frozenset(
    {"", "captured", "request", "req", "sample", "test", "raw", "hook", "webhook", "accounts"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A proposed hook: the text of its file, the cleaned request it was drafted from, the variable its secret stands
    in, and sentences on what a person must fill in."""

    name: str
    hook: str
    request: RawRequest
    variable: str
    missing: tuple[str, ...]

    @property
    def sample(self) -> bytes:
        """The request as a file."""
        return as_http_file(self.request)


def draft(
    request: RawRequest,
    *,
    name: str,
    file: str,
    address: str = "https://<your host>",
    reserved: Collection[str] = (),
    region: str | None = None,
) -> Draft:
    """Propose the hook `name` for requests like this one.

    `file` is said in its heading, `address` is the adapter's own; no variable is called as one of `reserved`; `region`
    is the country of numbers without a country code. Raises Undecodable, and Unclean where a secret would stay.
    """
    raw = decode(request)
    kind = SOURCES[guess(request, raw)]
    variable = _variable(name, "SECRET" if _signs(kind, request) else "TOKEN", reserved)
    clean = cleaned(request, raw, name=name, variable=variable)
    payload = decode(clean)
    if leaked(payload, raw):
        raise Unclean("A secret of the request stands where it cannot be taken out; replace it by hand.")
    told = enrich(kind, clean, payload)
    batch, elements = _elements(kind, told.data)
    found = leaves(told, _labels(kind, payload.data, told.data), elements)
    choice = choose(found, region=region, empty_words=kind.empty_words)
    around = Around(
        name=name, kind=kind, file=file, address=address, variable=variable, method=request.method,
        signs=_signs(kind, request), proofs=tuple(_proofs(request, raw)), batch=batch,
        has_event_id=_has_event_id(kind, told.data, elements),
        traps=tuple(key for key in payload.received_keys if is_trap(key)),
    )  # fmt: skip
    return Draft(name, page(around, choice), clean, variable, tuple(_missing(choice)))


def name_for(stem: str, request: RawRequest) -> str:
    """A name for the hook: that of the file where it tells something, else the source's. Raises Undecodable."""
    name = re.sub(r"\A[\d_]+", "", slug(stem))[:_LONGEST_NAME].strip("_")
    return guess(request, decode(request)) if name in _NOT_TELLING else name


def _variable(name: str, kind: str, reserved: Collection[str]) -> str:
    spelt = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    variable = f"{spelt}_{kind}"
    return f"HOOK_{variable}" if variable in reserved or not spelt[:1].isalpha() else variable


def _signs(kind: SourceKind, request: RawRequest) -> bool:
    return kind.preset is not None and request.header(PRESETS[kind.preset].header) is not None


def _labels(kind: SourceKind, sent: Any, told: Any) -> frozenset[str]:
    """The keys that the source put beside the sender's in people's words; its headers are none."""
    return frozenset(told.keys() - sent.keys() - set(kind.headers)) if isinstance(told, Mapping) else frozenset()


def _elements(kind: SourceKind, data: Any) -> tuple[str | None, list[Any] | None]:
    """What `for_each` must say, "" where the source says it already and None where the request is one event; and the
    elements. A lone object stays as it is where the source's events are the list itself (HubSpot)."""
    if isinstance(data, list):
        return "" if kind.for_each == "@" else "@", data
    if not kind.for_each or kind.for_each == "@":
        return None, None
    found = find(data, kind.for_each)
    return "", found if isinstance(found, list) else [] if found is None else [found]


def _has_event_id(kind: SourceKind, data: Any, elements: list[Any] | None) -> bool:
    if elements is not None:
        data = {**(data if isinstance(data, Mapping) else {}), "item": elements[0] if elements else None}
    parts = [find(data, place) for place in kind.event_id]
    return bool(parts) and all(isinstance(part, str | int) and part != "" for part in parts)


def _proofs(request: RawRequest, payload: Payload) -> Iterator[tuple[str, str]]:
    """Where something came that may be a proof, as a draft's page takes it."""
    for header, value in dict(request.headers).items():
        if is_secret(header) and header.lower() not in _NO_TOKEN and not is_signature(header):
            scheme = value.partition(" ")[0].lower()
            yield scheme if scheme in _SCHEMES else "header", header
    query = [unquote_plus(pair.partition("=")[0]) for pair in request.query.split("&")]
    body = [key for key in payload.received_keys if key not in query] if isinstance(payload.data, Mapping) else []
    for place, keys in (("query", query), ("field", body)):
        yield from ((place, key) for key in dict.fromkeys(keys) if is_secret(key) and key != "token")


def _missing(choice: Choice) -> Iterator[str]:
    if choice.phone is None:
        yield "No phone number was found: write the key that will hold it at `from` of the field phone."
    elif not choice.phone.shown:
        yield "The phone number came empty, so nobody knows yet whether it is the right key: look at the field phone."
    elif choice.phone.number is None and choice.phone.is_international:
        yield "What came as phone number is not valid, so nothing can be sent to it; is it the right key?"
    elif choice.phone.number is None:
        yield "The phone number came without a country code: write your country at `region` of the field phone."
