"""An approved WhatsApp template as a hook fills it: clean values, as many as the approved text has places."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter.errors import InvalidFields
from adapter.intake.payload import Repair
from adapter.mapping.message import Template
from adapter.mapping.template import Text, Values

MOST_BODY: Final = 1024  # characters with the values filled in (Picky Assist's page on template variables)
MOST_HEADER: Final = 60  # its pages on template variables and on documents
_RUNS: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}\Z")
_PLACE: Final = re.compile(r"\{\{([^{}]*)\}\}")


class ApprovedFault(ValueError):
    """An approved text whose places cannot be filled; the message is a sentence without its place."""


@dataclasses.dataclass(frozen=True, slots=True)
class ApprovedText:
    """The text WhatsApp approved, with `{{1}}` to `{{places}}`; it is data, no template of ours."""

    source: str
    places: int

    @classmethod
    def of(cls, source: str) -> ApprovedText:
        """Raises ApprovedFault for places that are not numbered 1, 2, 3 …, or a text that is too long as it is."""
        names = [name.strip() for name in _PLACE.findall(source)]
        if odd := [name for name in names if not _NUMBER.match(name)]:
            raise ApprovedFault(f'its places are numbers such as {{{{1}}}}, not "{{{{{odd[0][:30]}}}}}"')
        numbers = {int(name) for name in names}
        if gaps := sorted(set(range(1, max(numbers, default=0) + 1)) - numbers):
            raise ApprovedFault(f"{{{{{gaps[0]}}}}} is missing; its places are numbered without gaps")
        if len(_PLACE.sub("", source)) > MOST_BODY:
            raise ApprovedFault(f"has more than the {MOST_BODY:,} characters WhatsApp takes")
        return cls(source.replace("\r\n", "\n").rstrip(), len(numbers))

    def filled(self, values: Sequence[str]) -> str:
        """The text with its values; as many as it has places."""
        return _PLACE.sub(lambda place: values[int(place[1]) - 1], self.source)


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateTexts:
    """`push.template`, compiled. One lone `{{ list }}` in `values` gives several; a header is one text or several."""

    id: Text
    language: Text
    values: tuple[Text, ...]
    header: Text | tuple[Text, ...] | None
    approved: ApprovedText | None

    @classmethod
    def of(cls, parts: Mapping[str, Any], approved: ApprovedText | None) -> TemplateTexts:
        """From what `compiled` made of the mapping."""
        header = parts.get("header")
        several = tuple(header) if isinstance(header, list) else header
        return cls(parts["id"], parts["language"], tuple(parts.get("values") or ()), several, approved)

    @property
    def may_vary(self) -> bool:
        """Whether the number of values is known at run time only."""
        return len(self.values) == 1 and self.values[0].is_lone and (self.approved is None or self.approved.places != 1)


def fill(texts: TemplateTexts, values: Values) -> tuple[Template, list[Repair]]:
    """The template for these values. Raises InvalidFields where WhatsApp would refuse it, TemplateFault as texts do."""
    repairs: list[Repair] = []
    parts = [_clean(raw, f"template value {at}", repairs) for at, raw in enumerate(_values(texts, values), 1)]
    _require_body(parts, texts.approved)
    return (
        Template(
            id=_word(texts.id, "id", values),
            language=_word(texts.language, "language", values),
            values=tuple(parts),
            header=_header(texts.header, values, repairs),
            text=texts.approved.filled(parts) if texts.approved else None,
        ),
        repairs,
    )


def _values(texts: TemplateTexts, values: Values) -> list[str]:
    if texts.may_vary:
        lone = texts.values[0]
        if isinstance(found := lone.value(values), list | tuple):
            return [lone.printed(one) for one in found]
    return [text.render(values) for text in texts.values]


def _require_body(parts: Sequence[str], approved: ApprovedText | None) -> None:
    if empty := [str(at) for at, part in enumerate(parts, 1) if not part]:
        raise _refused(f"Template value {', '.join(empty)} is empty; WhatsApp refuses a template with an empty value.")
    if approved is not None and len(parts) != approved.places:
        raise _refused(f"The template takes {approved.places} values, but {len(parts)} came.")
    size = len(approved.filled(parts)) if approved else max(map(len, parts), default=0)
    if size > MOST_BODY:
        longest = max(range(len(parts)), key=lambda at: len(parts[at])) + 1
        raise _refused(
            f"The template's text would have {size:,} characters; WhatsApp takes {MOST_BODY:,}. "
            f"The longest value is number {longest} ({len(parts[longest - 1]):,})."
        )


def _header(
    texts: Text | tuple[Text, ...] | None, values: Values, repairs: list[Repair]
) -> str | tuple[str, ...] | None:
    if texts is None:
        return None
    if isinstance(texts, Text):
        return _checked_header(_clean(texts.render(values), "template header", repairs)) or None
    found = tuple(_checked_header(_clean(text.render(values), "template header", repairs)) for text in texts)
    if not all(found):
        raise _refused("A value of the template's header is empty; WhatsApp refuses a template with an empty value.")
    return found


def _checked_header(text: str) -> str:
    if len(text) > MOST_HEADER:
        raise _refused(f"The template's header has {len(text):,} characters; WhatsApp takes {MOST_HEADER}.")
    return text


def _word(text: Text, key: str, values: Values) -> str:
    word = text.render(values).strip()
    if not word:
        raise _refused(f"The template's {key} is empty.")
    return word


def _clean(raw: str, name: str, repairs: list[Repair]) -> str:
    """A template value may hold no line break, tab or more than four blanks in a row (Meta's rule)."""
    text = _RUNS.sub(" ", raw).strip()
    if text != raw.strip():
        repairs.append(Repair(name, "template_value_cleaned", raw.strip()[:80], text[:80]))
    return text


def _refused(sentence: str) -> InvalidFields:
    return InvalidFields(sentence, fields={"template": [sentence]})
