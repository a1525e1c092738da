"""Approved templates: Meta's rules for values, and the text WhatsApp approved where the hook declares it."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import InvalidFields
from adapter.mapping.approved import ApprovedFault, ApprovedText
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook
from adapter.mapping.message import Template
from adapter.mapping.phone import PhoneNumber
from adapter.mapping.render import Rendered, render

HEAD = "source: form\nauth: none\nfields:\n  phone: {}\n  x: {}\n  y: {}\n  rows: {type: json}\n"


def hook(template: str) -> Hook:
    return load_hook("h", f'{HEAD}push:\n  to: "{{{{ phone }}}}"\n  template: {template}\n', Surroundings())


def rendered(template: str, **values: Any) -> Rendered:
    return render(hook(template), {"phone": PhoneNumber("919876543210"), "x": None, "y": None, "rows": None, **values})


def made(template: str, **values: Any) -> Template:
    found = rendered(template, **values).messages[0].template
    assert found is not None
    return found


def faults(template: str) -> list[str]:
    with pytest.raises(HookFaults) as caught:
        hook(template)
    return [fault.sentence for fault in caught.value.faults]


def test_values_are_cleaned_and_noted() -> None:
    found = rendered('{id: XY6479, language: en, values: ["{{ x }}", "{{ y }}"]}', x="Loom\n91\t x     y", y="17")
    assert found.messages[0].template == Template("XY6479", "en", ("Loom 91 x y", "17"))
    assert [(repair.field, repair.code, repair.now) for repair in found.repairs] == [
        ("template value 1", "template_value_cleaned", "Loom 91 x y")
    ]


def test_a_value_that_a_filter_wrote_is_clean() -> None:
    found = rendered("{id: X, language: en, values: [\"{{ x | currency('EUR') }}\"]}", x="5")
    assert found.repairs == ()


@pytest.mark.parametrize(
    ("header", "sent"),
    [
        ('"{{ y }}"', "17"),
        ('["{{ y }}"]', ("17",)),
        ('["{{ y }}", "Loom"]', ("17", "Loom")),
        ('"{{ x }}"', None),
    ],
)
def test_a_header_is_the_name_of_a_document_or_the_values_of_a_text_header(header: str, sent: Any) -> None:
    assert made(f"{{id: X, language: en, header: {header}}}", y=" 17 ").header == sent


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ('{id: X, language: en, values: ["a", "{{ x }}"]}', {}, "Template value 2 is empty"),
        ('{id: X, language: en, values: ["{{ x }}"]}', {"x": " \n "}, "Template value 1 is empty"),
        ('{id: X, language: en, header: ["{{ x }}"]}', {}, "header is empty"),
        ('{id: X, language: en, header: "{{ x }}"}', {"x": "a" * 61}, "header has 61 characters; WhatsApp takes 60"),
        ('{id: X, language: en, header: ["a", "{{ x }}"]}', {"x": "a" * 61}, "header has 61 characters"),
        ('{id: "{{ x }}", language: en}', {}, "The template's id is empty"),
        ('{id: X, language: "{{ x }}"}', {}, "The template's language is empty"),
        ('{id: X, language: en, values: ["{{ x }}"]}', {"x": "a" * 1025}, "1,025 characters; WhatsApp takes 1,024"),
        ('{id: X, language: en, values: ["{{ rows }}"], text: "{{1}} and {{2}}"}', {"rows": ["a"]}, "takes 2 values, but 1 came"),
        ('{id: X, language: en, values: ["{{ rows }}"], text: "{{1}} and {{2}}"}', {"rows": ["a", "b", "c"]}, "takes 2 values, but 3 came"),
        ('{id: X, language: en, values: ["{{ rows }}"]}', {"rows": ["a", None]}, "Template value 2 is empty"),
        ('{id: X, language: en, values: ["{{ x }}", "b"], text: "Hi {{1}} {{2}}"}', {"x": "a" * 1020}, "1,025 characters; WhatsApp takes 1,024. The longest value is number 1 (1,020)"),
    ],
)  # fmt: skip
def test_what_whatsapp_would_refuse_is_refused(template: str, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        rendered(template, **values)
    assert words in caught.value.sentence
    assert list(caught.value.fields) == ["template"]


def test_id_and_language_come_from_expressions() -> None:
    found = made("{id: \"{{ 'DE1' if x == 'de' else 'EN1' }}\", language: \"{{ x }}\"}", x="de")
    assert (found.id, found.language) == ("DE1", "de")


@pytest.mark.parametrize(
    ("values", "rows", "sent"),
    [
        ('["{{ rows }}"]', ["a", 2], ("a", "2")),
        ('"{{ rows }}"', ["a", 2], ("a", "2")),
        ("\"{{ rows | map('upper') }}\"", ["a", "b"], ("A", "B")),
        ('["{{ rows }}"]', "a", ("a",)),
        ('["{{ rows }}", "c"]', ["a", "b"], ("a, b", "c")),
        ('["x {{ rows }}"]', ["a", "b"], ("x a, b",)),
    ],
)
def test_one_lone_list_gives_several_values(values: str, rows: Any, sent: tuple[str, ...]) -> None:
    assert made(f"{{id: X, language: en, values: {values}}}", rows=rows).values == sent


def test_a_list_in_the_only_place_of_a_text_is_one_value() -> None:
    found = made('{id: X, language: en, values: ["{{ rows }}"], text: "You took {{1}}."}', rows=["tea", "jam"])
    assert (found.values, found.text) == (("tea, jam",), "You took tea, jam.")


def test_the_approved_text_is_filled_in_and_never_a_template() -> None:
    text = "Hi {{1}}, {{ 2 }} and again {{1}}! {% if x %}"
    found = made(f"{{id: X, language: en, values: ['{{{{ x }}}}', 'two'], text: '{text}'}}", x="{{2}}")
    assert found.text == "Hi {{2}}, two and again {{2}}! {% if x %}"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ('{id: X, language: en, values: [a], text: "{{1}} {{2}}"}', "push.template.values: the approved text has 2 places, but 1 values are given"),
        ('{id: X, language: en, values: ["{{ x }}", "{{ y }}"], text: "{{1}}"}', "push.template.values: the approved text has 1 places, but 2 values are given"),
        ('{id: X, language: en, text: "{{1}}"}', "push.template.values: the approved text has 1 places, but 0 values are given"),
        ('{id: X, language: en, values: [a, b], text: "{{1}} {{3}}"}', "push.template.text: {{2}} is missing; its places are numbered without gaps"),
        ('{id: X, language: en, values: [a], text: "{{name}}"}', 'push.template.text: its places are numbers such as {{1}}, not "{{name}}"'),
        ('{id: X, language: en, values: [a, ""]}', "push.template.values[1]: is empty; WhatsApp refuses a template with an empty value"),
        (f"{{id: X, language: en, header: {'a' * 61}}}", "push.template.header: is longer than the 60 characters WhatsApp takes"),
        (f"{{id: X, language: en, text: {'a' * 1025}}}", "push.template.text: has more than the 1,024 characters WhatsApp takes"),
        ('{id: " ", language: en}', "push.template.id: is empty"),
    ],
)  # fmt: skip
def test_what_can_never_be_sent_is_told_while_the_hook_loads(template: str, sentence: str) -> None:
    assert faults(template) == [sentence]


@pytest.mark.parametrize("source", ["{{0}}", "{{2}}", "{{1}} {{x}}", "{{-1}}", "{{1.0}}", "{{}}", "{{²}}", "{{99999}}"])
def test_places_are_numbered_from_one(source: str) -> None:
    with pytest.raises(ApprovedFault):
        ApprovedText.of(source)
    assert ApprovedText.of("no place").places == 0
    assert ApprovedText.of("{{2}}{{1}}").filled(["a", "b"]) == "ba"
