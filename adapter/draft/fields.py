"""Which of a request's values become fields, under which names, and which are left out."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any, Final

from adapter.draft.leaves import Leaf, is_empty, lone
from adapter.draft.people import Phone, find_names, find_phone
from adapter.draft.types import type_of
from adapter.draft.vocabulary import (
    is_email,
    is_message,
    is_money,
    is_of_a_shop,
    is_reference,
    is_technical,
    natural_key,
    slug,
)
from adapter.mapping.fields import as_text

MOST_FIELDS: Final = 15
_LONGEST_NAME: Final = 32
_SHORT_ANSWER: Final = 4
# Words with a meaning of their own in a template or in a hook file.
_TAKEN: Final = frozenset(
    {"item", "true", "false", "none", "null", "and", "or", "not", "if", "else", "elif", "in", "is", "for", "set",
     "loop", "self", "do", "with", "block", "import", "include", "from", "phone", "name"}
)  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One proposed field: its places, best first, and what came in the first of them that was not empty."""

    name: str
    type: str
    leaves: tuple[Leaf, ...]
    shown: str


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """The fields of a draft, `others` in the order they are written; `left_out` are the places that no field reads."""

    phone: Phone | None
    name: Field | None
    others: tuple[Field, ...]
    left_out: tuple[str, ...]

    def named(self, test: Any) -> Field | None:
        """The first other field for whose key the test is true."""
        return next((field for field in self.others if test(field.leaves[0].spelt)), None)

    @property
    def key(self) -> Field | None:
        """The field that names the event best."""
        ranked = [(rank, field) for field in self.others if (rank := natural_key(field.leaves[0].spelt)) is not None]
        return min(ranked, key=lambda one: one[0])[1] if ranked else None

    @property
    def reference(self) -> Field | None:
        """The number of the event that its customer knows."""
        return self.key if self.key and is_reference(self.key.leaves[0].spelt) else None

    @property
    def message(self) -> Field | None:
        """What a person wrote."""
        return self.named(is_message)

    @property
    def is_of_a_shop(self) -> bool:
        """Whether something was bought."""
        return any(is_of_a_shop(field.leaves[0].spelt) for field in self.others)


def choose(leaves: Sequence[Leaf], *, region: str | None, empty_words: frozenset[str]) -> Choice:
    """The fields worth having: the phone number, the name, and up to fifteen in all that hold something."""
    leaves = _told_once(leaves)
    phone = find_phone(leaves, region=region, empty_words=empty_words)
    names = find_names(leaves, phone.best if phone else None, empty_words=empty_words)
    used = {leaf.place for leaf in (*(phone.leaves if phone else ()), *names)}
    rest = _worthwhile([leaf for leaf in leaves if leaf.place not in used], empty_words)
    taken: set[str] = set()
    others = tuple(_field(leaf, taken) for leaf in rest[: MOST_FIELDS - 2])
    used |= {field.leaves[0].place for field in others}
    left = tuple(leaf.place for leaf in leaves if leaf.place not in used and not leaf.in_row)
    return Choice(phone, _name(names, empty_words), others, left)


def _told_once(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Without what the source has told in people's words, or a part of it: it lies in the payload as well. Of the
    labels `email7` and `email` of one answer (Jotform) only the latter."""
    labels = {leaf.key: leaf.value for leaf in leaves if leaf.is_label}
    leaves = [
        leaf
        for leaf in leaves
        if not leaf.is_label or (bare := leaf.key.rstrip("0123456789")) == leaf.key or labels.get(bare) != leaf.value
    ]
    told = [f" {as_text(leaf.value).strip()} " for leaf in leaves if leaf.is_label and not isinstance(leaf.value, list)]
    return [leaf for leaf in leaves if leaf.is_label or not _is_part(as_text(leaf.value).strip(), told)]


def _is_part(text: str, told: Sequence[str]) -> bool:
    return len(text) > 2 and any(f" {text} " in one for one in told)


def _name(leaves: Sequence[Leaf], empty_words: frozenset[str]) -> Field | None:
    if not leaves:
        return None
    best = next(leaf for leaf in leaves if not is_empty(leaf.value, empty_words))
    return Field("name", "text", tuple(leaves), as_text(lone(best.value)))


def _worthwhile(leaves: Sequence[Leaf], empty_words: frozenset[str]) -> list[Leaf]:
    """What tells of the event and holds something, top first. Beside answers of people only what names the event or
    says what it is worth."""
    found = [
        leaf
        for leaf in leaves
        if not (leaf.in_row or is_empty(leaf.value, empty_words) or is_technical(leaf.spelt, leaf.key))
    ]
    once: dict[tuple[str, bool], str] = {}  # a source tells an answer under two labels, but people also say "yes" twice
    for leaf in found:
        text = as_text(leaf.value)
        is_telling = leaf.is_label and len(text) > _SHORT_ANSWER
        once.setdefault((text, True) if is_telling else (leaf.place, False), leaf.place)
    kept = frozenset(once.values())
    found = [leaf for leaf in found if leaf.place in kept]
    if any(leaf.is_label for leaf in found):
        found = [leaf for leaf in found if _weight(leaf) == 0]
    return sorted(found, key=lambda leaf: (_weight(leaf), leaf.depth))


def _weight(leaf: Leaf) -> int:
    """0 for what people wrote, what names the event, or what it is worth; 1 for the rest."""
    telling = (natural_key(leaf.spelt) is not None, is_money(leaf.spelt), is_message(leaf.spelt), is_email(leaf.spelt))
    return 0 if leaf.is_label or any(telling) else 1


def _field(leaf: Leaf, taken: set[str]) -> Field:
    value = as_text(lone(leaf.value)) if not isinstance(leaf.value, list) else ", ".join(map(as_text, leaf.value))
    return Field(_identifier(leaf, taken), type_of(leaf), (leaf,), value)


def _identifier(leaf: Leaf, taken: set[str]) -> str:
    """A name for templates: the key's own words, with those of what holds it where two would be alike."""
    spelt, whole = _short(slug(leaf.key)), _short(slug(leaf.spelt))
    telling = (name for name in (spelt, whole, f"field_{spelt}", f"field_{whole}") if name != "field_")
    numbered = (f"field_{number}" for number in itertools.count(1))
    free = (name for name in itertools.chain(telling, numbered) if name[:1].isalpha() and name not in _TAKEN | taken)
    name = next(free)
    taken.add(name)
    return name


def _short(name: str) -> str:
    """The first words of a name, as many as a name of a field has room for."""
    if len(name) <= _LONGEST_NAME:
        return name
    return name[:_LONGEST_NAME].rpartition("_")[0] or name[:_LONGEST_NAME]
