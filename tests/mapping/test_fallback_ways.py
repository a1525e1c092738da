"""`push.fallback`: what each way says itself, what it has from the push, and what would do the same again."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import HookError, InvalidFields
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook
from adapter.mapping.message import Message, Way
from adapter.mapping.phone import PhoneNumber
from adapter.mapping.render import Rendered, render

AROUND = Surroundings(accounts=("main", "sms", "b2b"), read_text=lambda name: f"(the text of {name})")
HEAD = "source: form\nauth: none\nfields: {phone: {}, x: {}}\n"
PUSH = """\
push:
  to: "{{ phone }}"
  message: Hi {{ x }}!
  reference: "{{ x }}"
  application: 101
  priority: 1
  fallback:
"""


def load(ways: str, push: str = PUSH) -> Hook:
    return load_hook("h", HEAD + push + "".join(f"    {line}\n" for line in ways.split("\n")), AROUND)


def made(ways: str, push: str = PUSH, **values: Any) -> Rendered:
    return render(load(ways, push), {"phone": PhoneNumber("919876543210"), "x": "Asha", **values})


def ways_of(ways: str, push: str = PUSH, **values: Any) -> tuple[Way, ...]:
    (message,) = made(ways, push, **values).messages
    return message.ways


def faults(ways: str, push: str = PUSH) -> list[tuple[int, str]]:
    with pytest.raises(HookFaults) as caught:
        load(ways, push)
    return [(fault.line, fault.sentence) for fault in caught.value.faults]


def test_a_push_without_fallback_has_no_ways() -> None:
    assert ways_of("", PUSH.replace("  fallback:\n", "")) == ()


def test_ways_keep_their_order_and_how_long_the_one_before_may_take() -> None:
    found = ways_of("- {application: 8, after: 30m}\n- {account: sms}\n- {account: b2b, message: Third, after: 2h}")
    assert [(way.message.account, way.after) for way in found] == [("main", 1_800.0), ("sms", None), ("b2b", 7_200.0)]


def test_a_way_without_content_sends_that_of_the_push_again() -> None:
    (way,) = ways_of("- {account: sms}")
    assert way.message == Message("919876543210", "sms", text="Hi Asha!", reference="Asha")


def test_another_account_has_its_own_channel_and_no_priority() -> None:
    (way,) = ways_of("- {account: sms, application: 3, priority: high}")
    assert (way.message.application, way.message.priority) == ("3", 1)
    (way,) = ways_of("- {account: sms}")
    assert (way.message.application, way.message.priority) == (None, 0)


@pytest.mark.parametrize("account", ["", "account: main, ", "account: \"{{ 'main' }}\", "])
def test_the_same_account_has_the_channel_and_priority_of_the_push(account: str) -> None:
    (way,) = ways_of(f"- {{{account}message: Other}}")
    assert (way.message.account, way.message.application, way.message.priority) == ("main", "101", 1)
    (way,) = ways_of(f"- {{{account}message: Other, application: 8, priority: 0}}")
    assert (way.message.application, way.message.priority) == ("8", 0)


def test_an_account_of_the_event_is_compared_when_it_is_known() -> None:
    push = PUSH.replace("  application", '  account: "{{ x }}"\n  application')
    assert ways_of("- {account: sms, message: Other}", push, x="sms")[0].message.application == "101"
    assert ways_of("- {account: sms, message: Other}", push, x="b2b")[0].message.application is None


def test_content_is_taken_as_a_whole_or_not_at_all() -> None:
    push = PUSH.replace("  application", "  media: https://example.com/a.jpg\n  media_name: a.jpg\n  application")
    (same,) = ways_of("- {account: sms}", push)
    assert (same.message.text, same.message.media, same.message.media_name) == (
        "Hi Asha!", "https://example.com/a.jpg", "a.jpg",
    )  # fmt: skip
    (own,) = ways_of("- {account: sms, message: No picture}", push)
    assert (own.message.text, own.message.media, own.message.media_name) == ("No picture", None, None)


@pytest.mark.parametrize(
    ("way", "key", "value"),
    [
        ("{message: 'For {{ x }}'}", "text", "For Asha"),
        ("{message_file: sms.txt}", "text", "(the text of sms.txt)"),
        ("{media: 'https://example.com/{{ x }}.pdf', media_name: x.pdf}", "media", "https://example.com/Asha.pdf"),
        ("{location: {name: '{{ x }}'}}", "location", {"name": "Asha"}),
        ("{contact: [{first_name: '{{ x }}'}]}", "contact", ({"first_name": "Asha"},)),
        ("{extra: {globalmessage: '{{ x }}'}}", "extra", {"globalmessage": "Asha"}),
    ],
)
def test_a_way_may_have_any_content(way: str, key: str, value: Any) -> None:
    (found,) = ways_of(f"- {way}")
    assert getattr(found.message, key) == value
    if key != "text":
        assert found.message.text is None


def test_a_way_may_be_an_approved_template() -> None:
    (way,) = ways_of("- template: {id: XY1, language: en, values: ['{{ x }}'], text: 'Hi {{1}}'}")
    assert way.message.template is not None
    assert (way.message.template.id, way.message.template.values) == ("XY1", ("Asha",))
    assert way.message.text is None


def test_every_recipient_has_all_ways() -> None:
    push = PUSH.replace('"{{ phone }}"', '["{{ phone }}", "+34600000001"]')
    found = made("- {account: sms}\n- {account: b2b}", push).messages
    assert [[message.to, *(way.message.to for way in message.ways)] for message in found] == [
        ["919876543210"] * 3,
        ["34600000001"] * 3,
    ]
    assert all(way.message.reference == "Asha" for message in found for way in message.ways)


@pytest.mark.parametrize(
    ("way", "values", "sentence", "key"),
    [
        ("{message: '{{ phone }}{{ x }}'}", {"x": "a" * 5_000}, "push.fallback[1]: The message has 5,012 characters", "message"),
        ("{media: '{{ x }}'}", {"x": "https://localhost/a.jpg"}, "push.fallback[1]: Picky Assist cannot reach", "media"),
        ("{message: '{{ x }}'}", {"x": None}, "push.fallback[1]: The message is blank", "message"),
        ("{account: b2b, application: '{{ x }}'}", {"x": "eight"}, "push.fallback[1]: application must be the number", "application"),
    ],
)  # fmt: skip
def test_a_way_that_cannot_be_rendered_is_an_error_of_the_event(
    way: str, values: dict[str, Any], sentence: str, key: str
) -> None:
    push = PUSH.replace("Hi {{ x }}!", "Hi!").replace('  reference: "{{ x }}"\n', "")
    with pytest.raises(InvalidFields) as caught:
        made(f"- {{account: sms}}\n- {way}", push, **values)
    assert caught.value.sentence.startswith(sentence)
    assert list(caught.value.fields) == [f"fallback[1].{key}"]


def test_a_template_that_fails_is_told_with_its_way() -> None:
    with pytest.raises(HookError, match=r"A template of hook h failed: push\.fallback\[0\]: "):
        made("- message: '{{ x | number }}'")


def test_repairs_and_doubts_are_told_with_their_way() -> None:
    found = made("- template: {id: XY1, language: en, values: ['{{ x }}']}\n- {message: '{{ x }}'}", x="a\n*b*")
    assert [one.field for one in found.repairs] == ["fallback[0].template value 1"]
    assert [one for one in found.warnings if one.startswith("fallback[")] == [
        'fallback[1]: x contains "*", which WhatsApp may read as the mark for bold text.'
    ]


@pytest.mark.parametrize(
    ("ways", "at"),
    [
        ("- {after: 30m}", [0]),
        ("- {account: main}", [0]),
        ("- {application: 101}", [0]),
        ('- {application: "101"}', [0]),
        ("- {priority: 0}", [0]),
        ('- {message: "Hi {{ x }}!"}', [0]),
        ("- {account: sms}\n- {account: sms, after: 5m}\n- {account: b2b}", [1]),
        ("- {message: A}\n- {message: A}\n- {message: A}", [1, 2]),
    ],
)
def test_a_way_that_does_the_same_again_is_a_fault(ways: str, at: list[int]) -> None:
    assert faults(ways) == [
        (11 + one, f"push.fallback[{one}]: does the same as the way before it; give another account, application or content")
        for one in at
    ]  # fmt: skip


def test_the_first_way_may_be_tried_once_more_behind_another() -> None:
    assert len(ways_of("- {account: sms}\n- {account: main}")) == 2


@pytest.mark.parametrize(
    ("ways", "line", "sentence"),
    [
        ("- {account: shop}", 11, 'push.fallback[0].account: no account is named "shop"; known are b2b, main, sms'),
        ("- {mesage: Hi}", 11, 'push.fallback[0].mesage: unknown key; did you mean "message"?'),
        ("- {to: '+34600000001', message: A}", 11, "push.fallback[0].to: unknown key"),
        ("- {message: A}\n- {message: A, reference: B}", 12, "push.fallback[1].reference: unknown key"),
        ("- {message: A}\n- message: |\n    Hi\n    {{ y }}", 14, 'push.fallback[1].message: "y" is no field of this hook; fields are phone, x'),
        ("- {message: '{{ x'}", 11, "push.fallback[0].message: the template does not compile"),
        ("- {message: A, message_file: a.txt}", 11, "push.fallback[0].message_file: give message or message_file, not both"),
        ("- {message: A, template: {id: X, language: en}}", 11, "push.fallback[0].template: a template has no text of its own"),
        ("- {template: {id: X, language: en, values: [a], text: Hi}}", 11, "push.fallback[0].template.values: the approved text has 0 places, but 1 values"),
        ("- {template: {id: X, language: en, text: 'Hi {{2}}'}}", 11, "push.fallback[0].template.text: {{1}} is missing"),
        ("- {template: {id: X}}", 11, "push.fallback[0].template.language: is missing"),
        ("- {media: 'http://localhost/a.jpg'}", 11, "push.fallback[0].media: Picky Assist cannot reach"),
        ("- {media_name: a.jpg, account: sms}", 11, "push.fallback[0].media_name: stands beside media"),
        ("- {application: eight}", 11, "push.fallback[0].application: application must be the number of a channel"),
        ("- {account: sms, priority: urgent}", 11, "push.fallback[0].priority: priority must be 0 (low) or 1 (high)"),
        ("- {account: sms, after: 30}", 11, "push.fallback[0].after: must be a span such as"),
        ("- {account: sms, after: 31d}", 11, "push.fallback[0].after: may be at most 30d"),
        ("- {message: A, extra: {token: x}}", 11, "push.fallback[0].extra: token cannot be given here"),
        ("- sms", 11, "push.fallback[0]: must be a mapping of keys to values"),
        ("- {account: sms, fallback: [{account: b2b}]}", 11, "push.fallback[0].fallback: unknown key"),
        ("\n".join(f"- {{message: m{at}}}" for at in range(5)), 10, "push.fallback: must be a list of 1 to 4 ways"),
        ("{account: sms}", 10, "push.fallback: must be a list of 1 to 4 ways"),
        ("[]", 10, "push.fallback: must be a list of 1 to 4 ways"),
    ],
)  # fmt: skip
def test_a_fault_of_a_way_has_its_line(ways: str, line: int, sentence: str) -> None:
    (found,) = faults(ways)
    assert found[0] == line
    assert found[1].startswith(sentence)


def test_a_doubt_of_a_way_has_its_line() -> None:
    told = load("- {message: A}\n- {message: '**B**'}\n- {media: 'https://example.com/a.pdf', message: C}").doubts
    assert [(one.line, one.sentence[:24]) for one in told] == [
        (12, "push.fallback[1].message"), (13, "push.fallback[2].media: "),
    ]  # fmt: skip


def test_a_push_with_nothing_to_send_is_a_fault() -> None:
    with pytest.raises(HookFaults, match="push: has nothing to send: give message, message_file, media or template"):
        load_hook("h", HEAD + 'push: {to: "{{ phone }}", extra: {}}\n', AROUND)
