"""A draft as the hook file that a person reads: every guess is marked, and what was not guessed says where to write."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Final

import phonenumbers

from adapter.draft.fields import Choice, Field
from adapter.draft.leaves import Leaf
from adapter.intake.sources import SourceKind
from adapter.written import comment, inline, scalar, sequence

_MOST_SHOWN: Final = 40
_MOST_LEFT_OUT: Final = 40
_ANY_COUNTRY: Final = "IN"


@dataclasses.dataclass(frozen=True, slots=True)
class Around:
    """What a draft says besides its fields.

    `address` is the adapter's own, without a final slash. `signs`: the request carries the source's signature.
    `proofs` are other places where something came that may be a proof: `bearer`, `basic`, or `header`, `query`,
    `field`, and its name.
    `has_event_id`: the source's event id came. `traps` are a form's hidden fields. `batch` is None for a single event,
    else what `for_each` must say, "" where the source says it.
    """

    name: str
    kind: SourceKind
    file: str
    address: str
    variable: str
    method: str
    signs: bool
    proofs: tuple[tuple[str, str], ...]
    has_event_id: bool
    traps: tuple[str, ...]
    batch: str | None


def page(around: Around, choice: Choice) -> str:
    """The text of the hook file."""
    parts = [
        _heading(around), _source(around), _auth(around), _fields(choice, around), _dedupe(around, choice),
        _push(choice), _browser(around),
    ]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _heading(around: Around) -> list[str]:
    file, title = inline(around.file, _MOST_SHOWN), around.kind.title
    secret = f"the secret that {title} signs with" if around.signs else "a long random text"
    token = "" if around.signs else f"/<{around.variable}>"
    lines = (  # an address must not be broken
        f"Drafted from {file}, which looks like a request of {title}.",
        "Read every line: what is marked as a guess may be wrong.",
        f"1. In .env: {around.variable}=<{secret}>",
        f"2. In {title}, paste this address: {inline(around.address)}/hooks/{around.name}{token}",
        f"3. python -m adapter check, then: python -m adapter test {around.name}",
    )
    return [f"# {line}" for line in lines]


def _source(around: Around) -> list[str]:
    lines = [f"source: {around.kind.name}", "description: Say here what this hook is for"]
    if around.method not in around.kind.methods:
        lines.append(f"methods: [{around.method}]   # as the request came")
    if around.batch:
        lines.append(
            f"for_each: {scalar(around.batch)}   # the request is a list: one message for each element, `item`"
        )
    elif around.batch is not None:
        lines.append(comment("A request may hold several events; each makes a message."))
    return lines


def _auth(around: Around) -> list[str]:
    value = f'"${{{around.variable}}}"'
    if around.signs:
        return [
            "auth:",
            f"  - hmac: {{preset: {around.kind.preset}, secret: {value}}}   # its signature came with the request",
        ]
    lines = ["auth:", f"  - token: ${{{around.variable}}}   # at the end of the address, or in a header X-Hook-Token"]
    for place, name in around.proofs:
        if place == "bearer":
            lines.append("  # A Bearer token came in Authorization; it is looked for there as well.")
        elif place == "basic":
            lines.append(f"  # - basic: {{username: hook, password: {value}}}   # instead: such a proof came")
        else:
            came = f"{{secret: {value}, {place}: {scalar(name)}}}"
            lines.append(f"  # - token: {came}   # instead, if what came there is the sender's token")
    return lines


def _fields(choice: Choice, around: Around) -> list[str]:
    lines = ["fields:", *_phone(choice, around)]
    if choice.name is not None:
        lines += ["  name:", _from(choice.name.leaves, choice.name.shown), "    default: there"]
    for field in choice.others:
        lines += _other(field)
    if choice.left_out:
        lines.append(comment(_left_out(choice.left_out), "  "))
    return lines


def _left_out(keys: Sequence[str]) -> str:
    shown = ", ".join(inline(key, _MOST_SHOWN) for key in keys[:_MOST_LEFT_OUT])
    more = f" and {len(keys) - _MOST_LEFT_OUT} more" if len(keys) > _MOST_LEFT_OUT else ""
    return f"Left out: {shown}{more}."


def _phone(choice: Choice, around: Around) -> Iterator[str]:
    yield from ("  phone:", "    type: phone", "    required: true")
    found = choice.phone
    if found is None:
        key = "phone" if around.batch is None else "item.phone"
        yield f"    from: [{key}]   # FILL IN: no phone number was found; write the key that will hold it"
        return
    yield _from(found.leaves, found.shown)
    if found.country is not None:
        came = inline(str(found.country.value), _MOST_SHOWN)
        yield f'    region_from: {scalar(found.country.place)}   # guess: "{came}" came here'
    elif found.number is None and found.is_international:
        yield "    # FILL IN: this is no valid number, nothing can be sent to it; draft from a request with a real one"
    elif found.number is None and found.shown:
        yield f"    # region: {_ANY_COUNTRY}   # FILL IN: the number has no country code; write your country here"
    else:
        country = _country_of(found.number)
        yield f"    # region: {country}   # write your country here if numbers may come without a country code"


def _country_of(number: str | None) -> str:
    code = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{number}")) if number else None
    return code if code and code.isalpha() else _ANY_COUNTRY


def _from(leaves: Sequence[Leaf], shown: str) -> str:
    places = sequence(leaf.place for leaf in leaves)
    came = f'"{inline(shown, _MOST_SHOWN)}" came here' if shown.strip() else "it came empty"
    return f"    from: {places}   # guess: {came}"


def _other(field: Field) -> Iterator[str]:
    yield f"  {field.name}:"
    if field.type != "text":
        yield f"    type: {field.type}"
    yield _from(field.leaves, field.shown)


def _dedupe(around: Around, choice: Choice) -> list[str]:
    if around.has_event_id:
        return [
            comment(f"What {around.kind.title} sends a second time is noticed by its own id, without a dedupe here.")
        ]
    if choice.key is not None:
        name = choice.key.name
        rule = f"dedupe: {{key: [{name}], within: 72h}}"
        return [f"# {rule}   # guess: without the first #, one message for each {name}"]
    return ["# dedupe: {digest: true, within: 10m}   # without the first #, the very same request is taken once"]


def _push(choice: Choice) -> list[str]:
    lines = ["push:", '  to: "{{ phone }}"', "  message: |"]
    return lines + [f"    {line}" if line else "" for line in _message(choice)] + ["", *_hint(choice)]


def _message(choice: Choice) -> list[str]:
    greeting = "Hi {{ name }}," if choice.name else "Hello,"
    key, written = choice.reference, choice.message
    if choice.is_of_a_shop:
        thanks = "thank you for your order!"
    elif written is not None:
        thanks = "thank you for your message! We will answer soon."
    else:
        thanks = "thank you! We have received your details and will get back to you soon."
    lines = [f"{greeting} {thanks}"]
    if key is not None:
        lines += ["{% if " + key.name + " %}", "Your reference: {{ " + key.name + " }}", "{% endif %}"]
    return lines


def _hint(choice: Choice) -> list[str]:
    names = ["phone", *(["name"] if choice.name else []), *(field.name for field in choice.others)]
    return [
        comment(f"Write your own words above. Fields that may stand in them as {{{{ name }}}}: {', '.join(names)}.")
    ]


def _browser(around: Around) -> list[str]:
    if not (around.kind.browser and around.traps):
        return []
    return [
        "browser:",
        f"  honeypot: {scalar(around.traps[0])}   # guess: people do not see this field, machines fill it in",
    ]
