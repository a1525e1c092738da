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


@pytest.mark.parametrize(("to", "words"), [(None, "no number"), ("the boss", "not a phone number"), ("+1 23", "not")])
def test_no_recipient_or_words_are_an_error(to: str | None, words: str) -> None:
    with pytest.raises(InvalidFields, match=words):
        made('  to: "{{ x }}"\n  message: Hi\n', x=to)


def test_more_recipients_than_one_event_may_have_are_an_error() -> None:
    with pytest.raises(InvalidFields, match="1,001 numbers are more than the 1,000"):
        made('  to: "{{ x }}"\n  message: Hi\n', x=[f"+91987654{n:04}" for n in range(1001)])


def test_a_text_that_is_too_long_names_its_longest_part() -> None:
    with pytest.raises(InvalidFields) as caught:
        text_of("Hi {{ y }}, {{ x | trim }}", x="a" * 4100, y="Asha")
    assert caught.value.sentence == (
        "The message has 4,109 characters; WhatsApp takes 4,096. Shorten its text; the longest part is {{ x | trim }} (4,100)."
    )
    assert caught.value.fields == {"message": [caught.value.sentence]}


@pytest.mark.parametrize(
    ("push", "warnings"),
    [
        ('message: "{{ x }}"\n', []),
        ('message: "{{ x }} **new**"\n', ['"**new**" is shown with its marks; bold text has one * on each side.']),
        ('message: Hi\n  media: https://example.com/a.jpg\n', []),
        ('message: Hi\n  media: "https://example.com/{{ x }}.pdf"\n', ["A text is not shown beside a document, only beside an image or a video; send it as a message of its own."]),
        ('media: https://example.com/a.pdf\n  media_name: "Invoice {{ x }} of 2026.pdf"\n', ["media_name is longer than the 20 characters Picky Assist shows."]),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_warning(push: str, warnings: list[str]) -> None:
    assert list(made(f'  to: "{{{{ phone }}}}"\n  {push}', x="77").warnings) == warnings


@pytest.mark.parametrize("address", ["example.com/a.jpg", "https://localhost/a.jpg", "https://u:p@example.com/a.jpg", "https://example.com/a b.jpg"])  # fmt: skip
def test_media_that_nobody_could_fetch_is_refused(address: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        made('  to: "{{ phone }}"\n  media: "{{ x }}"\n', x=address)
    assert list(caught.value.fields) == ["media"]


def test_media_without_an_address_needs_a_text() -> None:
    push = '  to: "{{ phone }}"\n  media: "{{ x }}"\n'
    with pytest.raises(InvalidFields, match="the media address is empty"):
        made(push)
    message = made(push + "  message: Hi\n").messages[0]
    assert (message.text, message.media) == ("Hi", None)


def test_account_channel_priority_and_reference_come_from_expressions() -> None:
    push = (
        "  to: \"{{ phone }}\"\n  message: Hi\n  account: \"{{ 'shop2' if x == 'vip' else 'main' }}\"\n"
        "  application: \"{{ y }}\"\n  priority: \"{{ 'high' if x == 'vip' else 'low' }}\"\n  reference: \"deal-{{ y }}\"\n"
        '  extra: {createcontact: 1, note: "{{ x }}"}\n'
    )
    message = made(push, x="vip", y="121").messages[0]
    assert (message.account, message.application, message.priority, message.reference) == (
        "shop2",
        "121",
        1,
        "deal-121",
    )
    assert message.extra == {"createcontact": 1, "note": "vip"}
    other = made(push, x="any").messages[0]
    assert (other.account, other.application, other.priority) == ("main", None, 0)


@pytest.mark.parametrize(("key", "value"), [("application", "WhatsApp"), ("application", "-1"), ("priority", "soon")])
def test_a_channel_or_priority_that_is_none_is_refused(key: str, value: str) -> None:
    with pytest.raises(InvalidFields, match=f'not "{value.lower() if key == "priority" else value}"'):
        made(f'  to: "{{{{ phone }}}}"\n  message: Hi\n  {key}: "{{{{ x }}}}"\n', x=value)


def test_the_filters_of_a_hook_speak_its_language() -> None:
    head = "locale: en_IN\ntimezone: Asia/Kolkata\n"
    push = '  to: "{{ phone }}"\n  message: "{{ x | currency(\'INR\') }} on {{ y | date }} {{ phone | phone }}"\n'
    found = render(hook(push, head=head), {"phone": PHONE, "x": Decimal("125000"), "y": "2026-04-10T20:30:00Z"})
    assert found.messages[0].text == "₹1,25,000.00 on 11 Apr 2026 +91 98765 43210"


def test_a_filter_that_cannot_read_a_value_is_the_hooks_fault() -> None:
    with pytest.raises(HookError, match='A template of hook h failed: currency cannot read "lots": it is not a number'):
        text_of("{{ x | currency('INR') }}", x="lots")


@pytest.mark.parametrize(("value", "priority"), [("1", 1), ("high", 1), ("0", 0), ('"{{ x }}"', 0)])
def test_priority_is_low_or_high(value: str, priority: int) -> None:
    assert made(f'  to: "{{{{ phone }}}}"\n  message: Hi\n  priority: {value}\n').messages[0].priority == priority


def test_when_decides_and_its_failure_is_the_hooks_fault() -> None:
    assert applies(hook('  to: "+919876543210"\n  message: x\n', head="when: x is none or x > 3\n"), {"x": None})
    assert not applies(hook('  to: "+919876543210"\n  message: x\n', head="when: x > 3\n"), {"x": 2})
    with pytest.raises(HookError, match="The rule `when` of hook h failed"):
        applies(hook('  to: "+919876543210"\n  message: x\n', head="when: x > 3\n"), {"x": "a"})


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


@pytest.mark.parametrize("source", ["{{ config }}", "{{ lipsum() }}", "{{ cycler }}", "{{ namespace() }}"])
def test_nothing_but_fields_and_range_has_a_name(source: str) -> None:
    assert set(Text(source).names) & {"config", "lipsum", "cycler", "namespace"}
    assert not Text("{{ range(10) }}").names


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
