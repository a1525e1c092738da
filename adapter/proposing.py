"""A new hook's text, proposed from its first request, with what its owner chose instead of a guess."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from adapter.draft import Draft, draft
from adapter.draft.cleaned import Unclean
from adapter.errors import Refusal
from adapter.intake.decode import decode
from adapter.intake.request import RawRequest
from adapter.intake.sources import SOURCES

_MOST_KEYS: Final = 200
# What a draft tells of its request: in a file that is committed nobody's data stands.
_GUESS: Final = re.compile(r"   # guess: (?:\".*\" came here|it came empty)$", re.MULTILINE)
_TO_DO: Final = re.compile(r"^# (?:Drafted from|Read every line|[123]\. ).*\n", re.MULTILINE)
_REGION: Final = re.compile(r"^    # region: .*\n", re.MULTILINE)
_FILE: Final = "the request that came"


class NotProposed(Refusal):
    """No hook can be proposed from this request; the sentence says why."""

    status = 422
    code = "not_proposed"


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """What the owner chose instead of the guesses; what is empty was left as it was guessed."""

    phone: str = ""
    name: str = ""
    region: str = ""
    message: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Proposal:
    """The text of the hook; `variable` its secret stands in, `signs` whether the sender signs with a secret of its own;
    `missing` says what must be filled in; `chosen` are the guesses and choices as they stand in the text; `keys` is
    what came, by the sender's names."""

    text: str
    variable: str
    signs: bool
    missing: tuple[str, ...]
    chosen: Chosen
    keys: tuple[str, ...]


def propose(
    request: RawRequest, *, name: str, source: str, chosen: Chosen, address: str, reserved: Collection[str]
) -> Proposal:
    """Propose the hook `name` for this request of `source`. Raises NotProposed."""
    try:
        drafted = draft(
            request, name=name, file=_FILE, address=address, reserved=reserved, region=chosen.region or None
        )
        keys = decode(request).received_keys
    except (Refusal, Unclean) as fault:
        raise NotProposed(f"No hook can be proposed from this request: {fault}") from fault
    hook = _yaml().load(_plain(drafted.hook, with_region=bool(chosen.region)))
    hook["description"] = f"Made from a request of {SOURCES[source].title}"
    if SOURCES[hook["source"]].preset is None and SOURCES[source].for_each is None:
        hook["source"] = source  # the owner knows better than a guess
    _choose(hook, chosen)
    text = io.StringIO()
    _yaml().dump(hook, text)
    return Proposal(
        text.getvalue(), drafted.variable, _signs(hook), _missing(drafted, chosen), _standing(hook, chosen),
        tuple(keys[:_MOST_KEYS]),
    )  # fmt: skip


def _plain(text: str, *, with_region: bool) -> str:
    """The draft without what it tells of its request, and of what is to be done by hand."""
    text = _GUESS.sub("", _TO_DO.sub("", text)).lstrip("\n")
    return _REGION.sub("", text) if with_region else text


def places(text: str) -> dict[str, str]:
    """Where each field of the hook's text is looked for, by the field's name."""
    return {name: ", ".join(_froms(field)) or str(name) for name, field in _yaml().load(text)["fields"].items()}


def _yaml() -> YAML:
    made = YAML(typ="rt")
    made.width = 4_096
    made.preserve_quotes = True
    return made


def _choose(hook: Any, chosen: Chosen) -> None:
    fields = hook["fields"]
    if chosen.phone:
        fields["phone"]["from"] = _one(chosen.phone)
        fields["phone"].pop("region_from", None)
    if chosen.name:
        fields.setdefault("name", {"default": "there"})["from"] = _one(chosen.name)
    if chosen.region:
        fields["phone"]["region"] = chosen.region
    if chosen.message:
        lines = chosen.message.replace("\r\n", "\n").strip("\n")
        hook["push"]["message"] = LiteralScalarString(lines + "\n")


def _one(place: str) -> CommentedSeq:
    """A list of one, on its line."""
    made = CommentedSeq([place])
    made.fa.set_flow_style()
    return made


def _standing(hook: Any, chosen: Chosen) -> Chosen:
    fields = hook["fields"]
    name = fields.get("name")
    return Chosen(
        phone=next(_froms(fields["phone"]), ""),
        name=next(_froms(name), "") if name is not None else "",
        region=chosen.region,
        message=str(hook["push"]["message"]),
    )


def _froms(field: Any) -> Iterator[str]:
    found = field.get("from", []) if isinstance(field, Mapping) else []
    yield from map(str, found if isinstance(found, list) else [found])


def _signs(hook: Any) -> bool:
    return any("hmac" in one for one in hook["auth"])


def _missing(drafted: Draft, chosen: Chosen) -> tuple[str, ...]:
    return () if chosen.phone or chosen.region else drafted.missing
