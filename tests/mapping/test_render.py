"""Values to messages: texts, recipients, templates, and what must never be sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapter.errors import HookError, InvalidFields
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.mapping.phone import PhoneNumber
from adapter.mapping.render import Rendered, applies, render
from adapter.mapping.template import Rule, TemplateFault, Text

PHONE = PhoneNumber("919876543210")


def hook(push: str, *fields: str, head: str = "") -> Hook:
    names = "".join(f"  {name}: {{}}\n" for name in ("phone", "x", "y", *fields))
    text = f"source: form\nauth: none\n{head}fields:\n{names}push:\n{push}"
    return load_hook("h", text, Surroundings())


def made(push: str, **values: Any) -> Rendered:
    return render(hook(push), {"phone": PHONE, "x": None, "y": None, **values})


def text_of(message: str, **values: Any) -> str | None:
    block = "\n".join(f"    {line}" for line in message.split("\n"))
    return made(f'  to: "{{{{ phone }}}}"\n  message: |\n{block}\n', **values).messages[0].text


def test_a_text_is_rendered_with_its_values() -> None:
    assert text_of("Hi {{ x }}!\n\nBye & co", x="Zoë & Söhne <b>") == "Hi Zoë & Söhne <b>!\n\nBye & co"


def test_a_missing_value_prints_as_nothing() -> None:
    assert text_of("Hi {{ x }}!") == "Hi !"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("a{{ x | upper }}{{ x | title }}{{ x | trim }}b", "ab"),
        ("{{ y ~ ' ' ~ x }}!", "Y !"),
        ("{{ [x, y] | join('+') }}", "+Y"),
        ("{{ x | truncate(5) }}.", "."),
        ("{% if x is none %}none{% endif %}{% if x == none %}!{% endif %}{% if not x %}?{% endif %}", "none!?"),
        ("{{ x | default('there', true) }}", "there"),
        ("a{% for one in x %}{{ one }}{% endfor %}", "a"),
    ],
)
def test_a_missing_value_is_nothing_through_every_filter(message: str, text: str) -> None:
    assert text_of(message, y="Y") == text


def test_decimals_calculate_exactly() -> None:
    assert text_of("{{ x * 1.1 + 0.1 }}", x=Decimal("3")) == "3.4"


def test_a_value_that_looks_like_a_template_is_only_text() -> None:
    assert text_of("Hi {{ x }}", x="{{ phone }} {% for %} ${y}") == "Hi {{ phone }} {% for %} ${y}"


def test_line_breaks_are_lf_and_trailing_blank_lines_are_dropped() -> None:
    assert text_of("a {{ x }}\n\n\n", x="1\r\n2") == "a 1\n2"


def test_a_text_of_4096_characters_is_sent_and_one_more_is_refused() -> None:
    assert len(text_of("{{ x }}", x="a" * 4096) or "") == 4096
    with pytest.raises(InvalidFields, match="4,097 characters"):
        text_of("{{ x }}", x="a" * 4097)


def test_a_blank_text_is_refused() -> None:
    with pytest.raises(InvalidFields, match="blank"):
        text_of("{{ x }}", x=" ")


@pytest.mark.parametrize(
    ("to", "numbers"),
    [
        ('"{{ phone }}"', ["919876543210"]),
        ('["{{ phone }}", "+34 600 000 001"]', ["919876543210", "34600000001"]),
        ('"{{ x }}"', ["34600000001", "919876543210"]),
        ('"{{ phone }}, 0034600000001"', ["919876543210", "34600000001"]),
        ('["{{ phone }}", "{{ phone }}", "{{ y }}"]', ["919876543210"]),
    ],
)
def test_to_names_one_or_several_recipients(to: str, numbers: list[str]) -> None:
    found = made(f"  to: {to}\n  message: Hi\n", x=["34600000001", "919876543210"])
    assert [message.to for message in found.messages] == numbers


@pytest.mark.parametrize(
    ("to", "words"), [('"{{ x }}"', "no number"), ('"the boss"', "not a phone number"), ('"+1 23"', "not")]
)
def test_no_recipient_or_words_are_an_error(to: str, words: str) -> None:
    with pytest.raises(InvalidFields, match=words):
        made(f"  to: {to}\n  message: Hi\n")


def test_template_values_are_cleaned_and_noted() -> None:
    push = '  to: "{{ phone }}"\n  template: {id: XY6479, language: en, values: ["{{ x }}", "{{ y }}"], header: ["{{ y }}"]}\n'
    found = made(push, x="Loom\n91\t x     y", y="17")
    template = found.messages[0].template
    assert template is not None
    assert (template.id, template.language, template.values, template.header) == (
        "XY6479",
        "en",
        ("Loom 91 x y", "17"),
        "17",
    )
    assert [repair.code for repair in found.repairs] == ["template_value_cleaned"]


def test_an_empty_template_value_is_refused() -> None:
    with pytest.raises(InvalidFields, match="Template value 1 is empty"):
        made('  to: "{{ phone }}"\n  template: {id: X, language: en, values: ["{{ x }}"]}\n')


@pytest.mark.parametrize(("value", "priority"), [("1", 1), ("high", 1), ("0", 0), ('"{{ x }}"', 0)])
def test_priority_is_low_or_high(value: str, priority: int) -> None:
    assert made(f'  to: "{{{{ phone }}}}"\n  message: Hi\n  priority: {value}\n').messages[0].priority == priority


def test_when_decides_and_its_failure_is_the_hooks_fault() -> None:
    assert applies(hook('  to: "1"\n  message: x\n', head="when: x is none or x > 3\n"), {"x": None})
    assert not applies(hook('  to: "1"\n  message: x\n', head="when: x > 3\n"), {"x": 2})
    with pytest.raises(HookError, match="The rule `when` of hook h failed"):
        applies(hook('  to: "1"\n  message: x\n', head="when: x > 3\n"), {"x": "a"})


def test_a_failing_template_is_the_hooks_fault() -> None:
    with pytest.raises(HookError, match="failed"):
        text_of("{{ x.y.z }}", x=None)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 10**9 }}", "{{ '%1000000000d' % 1 }}", "{{ 10 ** 10 ** 10 }}", "{{ 'a'.ljust(10**9) }}",
        "{{ ''.__class__.__mro__ }}", "{{ x | replace('v', x * 3) }}", "{{ 'a' | replace('', big) }}", "{{ many | join(big) }}",
        "{% for a in many %}{% for b in many %}{% for c in many %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ '{:>300000000}'.format(x) }}", "{{ x.__init__.__globals__ }}", "{{ '{:>999999999}'.format(1) }}",
    ],
)  # fmt: skip
def test_a_template_can_neither_fill_the_memory_nor_leave_its_sandbox(source: str) -> None:
    with pytest.raises(TemplateFault):
        Text(source).render({"x": "value", "many": list(range(2000)), "big": "b" * 90_000})


@pytest.mark.parametrize("source", ["{{ range(10) }}", "{{ config }}", "{{ lipsum() }}"])
def test_nothing_but_fields_has_a_name(source: str) -> None:
    assert set(Text(source).names) & {"range", "config", "lipsum"}


@pytest.mark.parametrize(
    "source",
    [
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for a in x recursive %}{{ loop(x) }}{% endfor %}",
        "{% include x %}",
    ],
)
def test_what_could_repeat_without_end_does_not_compile(source: str) -> None:
    with pytest.raises(TemplateFault, match="does not compile"):
        Text(source)


def test_a_text_grows_only_to_its_bound() -> None:
    with pytest.raises(TemplateFault, match="100,000 characters"):
        Text("{% for a in x %}{% for b in x %}{{ y }}{% endfor %}{% endfor %}").render(
            {"x": "a" * 1000, "y": "b" * 100}
        )


def test_a_rule_that_does_not_compile_is_a_fault() -> None:
    with pytest.raises(TemplateFault, match="does not compile"):
        Rule("a >=")
