"""From one request to many messages: elements, routing, and what counts as the same again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapter import answers
from adapter.errors import fault_lines
from adapter.intake.request import RawRequest
from adapter.line import Taken, take
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import Account
from adapter.preview import preview, status_of

ACCOUNTS = {
    "main": Account("main", "https://example.com/push", "t", "8"),
    "sms": Account("sms", "https://example.com/push", "t", "3"),
}
ORDER = """\
source: form
auth: none
region: IN
for_each: items
fields:
  phone: {type: phone, from: item.phone, required: true}
  what:  {from: item.what}
  order: {}
push: {to: "{{ phone }}", message: "{{ order }}: {{ what }}"}
"""


def send(hook: str, data: Any, *, headers: tuple[tuple[str, str], ...] = (), **options: Any) -> Taken:
    compiled = load_hook("shop", hook, Surroundings(accounts=tuple(ACCOUNTS)))
    request = RawRequest("POST", "/hooks/shop", "", headers, json.dumps(data).encode())
    return take(compiled, request, ACCOUNTS, now=0.0, **options)


def sent(taken: Taken) -> list[tuple[str, Any]]:
    assert taken.refusal is None, taken.refusal.sentence
    return [(one.number, one.item.get("message")) for one in taken.messages]


ITEMS = [{"phone": "98765 43210", "what": "tea"}, {"phone": "98765 43211", "what": "cups"}]


def test_each_element_makes_a_message_beside_the_other_keys() -> None:
    taken = send(ORDER, {"order": 7, "items": ITEMS})
    assert sent(taken) == [("919876543210", "7: tea"), ("919876543211", "7: cups")]
    assert list(taken.fields) == ["0", "1"]
    assert taken.fields["1"]["what"] == "cups"


@pytest.mark.parametrize(
    "items",
    [
        {"0": ITEMS[0], "1": ITEMS[1]},
        {"phone": ["98765 43210", "98765 43211"], "what": ["tea", "cups"]},
    ],
)
def test_rows_in_zapiers_shapes_are_elements_and_noted(items: Any) -> None:
    taken = send(ORDER, {"order": 7, "items": items})
    assert sent(taken) == [("919876543210", "7: tea"), ("919876543211", "7: cups")]
    assert ("items", "rows") in [(one.field, one.code) for one in taken.repairs]


def test_a_single_object_is_one_element() -> None:
    assert sent(send(ORDER, {"order": 7, "items": ITEMS[0]})) == [("919876543210", "7: tea")]


def test_a_list_at_the_top_is_read_with_an_at() -> None:
    assert sent(send(ORDER.replace("for_each: items", 'for_each: "@"'), ITEMS)) == [
        ("919876543210", ": tea"), ("919876543211", ": cups"),
    ]  # fmt: skip


@pytest.mark.parametrize("items", [[], None, {}, ""])
def test_nothing_found_is_ignored(items: Any) -> None:
    taken = send(ORDER, {"order": 7, "items": items})
    assert taken.outcome == "ignored"
    assert taken.ignored == "Not sent, on purpose: nothing was found under items."


def test_elements_fail_alone_and_are_listed_by_index() -> None:
    taken = send(ORDER, {"order": 7, "items": [{"phone": "12"}, ITEMS[0], {"what": "x"}]})
    assert sent(taken) == [("919876543210", "7: tea")]
    assert list(taken.errors) == ["0", "2"]
    assert list(taken.errors["0"]) == ["item.phone"]
    assert "phone is missing" in taken.errors["2"]["item.phone"][0]
    told = answers.success(taken, identity="x", status="queued", messages=1, duplicate=False, practice=False)
    assert told["errors"] == taken.errors
    assert "2 cannot be sent: see errors" in told["message"]
    assert preview(taken, ACCOUNTS, practice=False)["errors"] == taken.errors


def test_all_elements_bad_is_a_rejection() -> None:
    taken = send(ORDER, {"order": 7, "items": [{"phone": "12"}, {"phone": "13"}]})
    assert (taken.outcome, status_of(taken)) == ("rejected", 422)
    assert taken.refusal is not None
    assert list(taken.refusal.fields) == ["0", "1"]
    assert taken.refusal.sentence.startswith("None of the 2 elements can be sent")


def test_a_rule_passes_elements_over() -> None:
    hook = ORDER.replace("push:", "when: what != 'tea'\npush:")
    assert sent(send(hook, {"order": 7, "items": ITEMS})) == [("919876543211", "7: cups")]
    assert send(hook, {"order": 7, "items": ITEMS[:1]}).outcome == "ignored"


def test_the_same_message_to_the_same_number_is_sent_once_and_noted() -> None:
    taken = send(ORDER, {"order": 7, "items": [ITEMS[0], ITEMS[0], ITEMS[1]]})
    assert sent(taken) == [("919876543210", "7: tea"), ("919876543211", "7: cups")]
    assert "same_message_twice" in [one.code for one in taken.repairs]


def test_what_a_message_left_out_was_made_from_counts_as_sent() -> None:
    hook = ORDER.replace("push:", "dedupe: {key: [id]}\npush:").replace(
        "  order: {}", "  order: {}\n  id: {from: item.id}"
    )
    both = send(hook, {"order": 7, "items": [ITEMS[0] | {"id": 1}, ITEMS[0] | {"id": 2}]})
    second = send(hook, {"order": 7, "items": [ITEMS[0] | {"id": 2}]})
    assert [len(found) for found in keys(both)] == [2]
    assert keys(second)[0] < keys(both)[0]


def test_an_event_makes_a_thousand_messages_at_most() -> None:
    taken = send(ORDER, {"items": [{"phone": f"98765{at:05}"} for at in range(1001)]})
    assert taken.refusal is not None
    assert "1,001 elements" in taken.refusal.sentence
    many = ", ".join(f"98765{at:05}" for at in range(400))
    hook = ORDER.replace('"{{ phone }}"', f'["{{{{ phone }}}}", "{many}"]')
    lots = [{"phone": "98765 43210", "what": str(at)} for at in range(3)]
    taken = send(hook, {"items": lots})
    assert len(taken.messages) <= 1000
    assert "more than 1,000 messages" in str(taken.errors)


def test_account_application_and_template_follow_expressions() -> None:
    hook = """\
source: form
auth: none
fields: {phone: {type: phone}, shop: {default: main}, lang: {default: en}}
push:
  to: "{{ phone }}"
  account: "{{ shop }}"
  application: "{{ 101 if shop == 'main' else 3 }}"
  template: {id: "X{{ lang }}", language: "{{ lang }}", values: []}
"""
    first = send(hook, {"phone": "+919876543210"}).messages[0]
    assert (first.account, first.head["application"], first.head["template_id"]) == ("main", 101, "Xen")
    second = send(hook, {"phone": "+919876543210", "shop": "sms", "lang": "hi"}).messages[0]
    assert (second.account, second.head["application"], second.head["language"]) == ("sms", 3, "hi")
    lost = send(hook, {"phone": "+919876543210", "shop": "moon"})
    assert lost.refusal is not None
    assert lost.refusal.code == "hook_error"
    assert '"moon", which does not exist' in lost.refusal.sentence


def keys(taken: Taken) -> list[set[str]]:
    """The digests under which each message counts as the same again."""
    assert taken.refusal is None, taken.refusal.sentence
    return [{digest for digest, _ in one.keys} for one in taken.messages]


PLAIN = 'source: {source}\nauth: none\n{dedupe}fields: {{phone: {{type: phone}}, order: {{}}}}\npush: {{to: "{{{{ phone }}}}", message: Hi}}\n'


def plain(dedupe: str = "", source: str = "form") -> str:
    return PLAIN.format(dedupe=dedupe and f"dedupe: {dedupe}\n", source=source)


def test_declared_fields_tell_an_event_and_lengths_keep_them_apart() -> None:
    hook = plain("{key: [order, phone], within: 1h}")
    one = send(hook, {"phone": "+919876543210", "order": "7"})
    same = send(hook, {"phone": "+91 98765 43210", "order": 7})
    other = send(hook, {"phone": "+919876543210", "order": "8"})
    assert keys(one) == keys(same)
    assert not keys(one)[0] & keys(other)[0]
    assert one.messages[0].keys[0][1] == 3600.0


def test_fields_that_are_all_missing_tell_nothing() -> None:
    assert keys(send(plain("{key: [order]}"), {"phone": "+919876543210"})) == [set()]


def test_elements_are_told_apart_by_their_own_fields() -> None:
    first, second = keys(send(ORDER + "dedupe: {key: [order, phone]}\n", {"order": 7, "items": ITEMS}))
    assert first
    assert not first & second


def test_the_senders_event_id_counts_by_itself_and_can_be_switched_off() -> None:
    order = {"phone": "+919876543210"}
    first, again, other = (
        send(plain(source="shopify"), order, headers=(("X-Shopify-Webhook-Id", name),)) for name in ("a", "a", "b")
    )
    assert keys(first)[0]
    assert keys(first) == keys(again) != keys(other)
    off = send(plain("none", source="shopify"), order, headers=(("X-Shopify-Webhook-Id", "a"),))
    assert keys(off) == [set()]
    assert keys(send(plain(source="shopify"), order)) == [set()]


def test_an_idempotency_key_counts_for_the_whole_event() -> None:
    one = send(plain(), {"phone": "+919876543210"}, headers=(("Idempotency-Key", "k1"),))
    two = send(plain(), {"phone": "+919876543211"}, headers=(("Idempotency-Key", "k1"),))
    assert keys(one) == keys(two) != [set()]
    near, far = (
        send(plain(), {"phone": "+919876543210"}, headers=(("Idempotency-Key", "k" * 300 + last),)) for last in "12"
    )
    assert keys(near) != keys(far)


def test_a_digest_counts_all_that_came_within_a_short_window_only_where_it_is_asked_for() -> None:
    hook = plain("{digest: true}")
    one = send(hook, {"phone": "+919876543210", "order": 7})
    same = send(hook, {"order": 7, "phone": "+919876543210"})
    other = send(hook, {"phone": "+919876543210", "order": 8})
    assert keys(one) == keys(same) != keys(other)
    assert [within for _, within in one.messages[0].keys] == [600.0]
    assert keys(send(plain(), {"phone": "+919876543210"})) == [set()]


def test_the_clock_stops_a_text_that_takes_too_long() -> None:
    slow = iter(range(10_000))
    hook = plain().replace("message: Hi", "message: '{% for a in range(900) %}x{% endfor %}'")
    taken = send(hook, {"phone": "+919876543210"}, clock=lambda: float(next(slow)))
    assert taken.refusal is not None
    assert taken.refusal.code == "hook_error"
    assert "seconds" in taken.refusal.sentence


def test_a_schema_class_of_ones_own_reads_the_payload() -> None:
    hook = "source: form\nauth: none\nregion: IN\nschema: tests.shop_schemas.Order\npush: {to: '{{ phone }}', message: '{{ total }}{{ note }}'}\n"
    assert sent(send(hook, {"Mobile": "098765 43210", "Total": "12.50", "other": 1})) == [("919876543210", "12.50")]
    wrong = send(hook, {"Mobile": "12", "Total": "lots"})
    assert wrong.refusal is not None
    assert set(wrong.refusal.fields) == {"Mobile", "Total"}
    broken = send(hook, {"Mobile": "098765 43210", "Total": "-1"})
    assert broken.refusal is not None
    assert broken.refusal.code == "hook_error"


def test_faults_of_elements_are_told_with_their_place() -> None:
    faults = {"0": {"item.phone": ["is missing", "is odd"]}, "phone": ["is wrong"]}
    assert list(fault_lines(faults)) == [
        ("[0].item.phone", "is missing"), ("[0].item.phone", "is odd"), ("phone", "is wrong"),
    ]  # fmt: skip


PARTLY = """\
source: form
auth: none
region: IN
fields:
  phone:    {type: phone, required: true}
  campaign: {default: spring}
  lead:     {}
dedupe: {key: [campaign, lead], within: 24h}
push: {to: "{{ phone }}", message: Hello!}
"""


def test_a_partly_missing_key_does_not_let_one_person_stand_in_for_another() -> None:
    asha, ravi = {"phone": "98765 43210", "campaign": "may"}, {"phone": "98765 43211", "campaign": "may"}
    assert keys(send(PARTLY, asha)) == keys(send(PARTLY, asha))
    assert keys(send(PARTLY, asha))[0].isdisjoint(keys(send(PARTLY, ravi))[0])
    assert keys(send(PARTLY, asha | {"lead": 5})) == keys(send(PARTLY, ravi | {"lead": 5}))


def test_a_default_tells_nothing_of_an_event() -> None:
    assert keys(send(PARTLY, {"phone": "98765 43210"})) == [set()]


def test_a_repeated_delivery_has_the_same_digest_although_its_headers_differ() -> None:
    hook = "source: shopify\nauth: none\nfields: {phone: {type: phone}}\ndedupe: {digest: true}\n"
    hook += 'push: {to: "{{ phone }}", message: Hi}\n'
    one, two = (
        send(hook, {"phone": "+91 98765 43210"}, headers=(("X-Shopify-Triggered-At", at), ("X-Shopify-Topic", at)))
        for at in ("2026-11-01T10:00:00Z", "2026-11-01T10:05:00Z")
    )
    assert keys(one) == keys(two) != [set()]


def test_a_key_of_the_element_counts_wherever_the_element_stands() -> None:
    hook = ORDER + "dedupe: {key: [order, what], within: 24h}\n"
    there, back = send(hook, {"order": 7, "items": ITEMS}), send(hook, {"order": 7, "items": ITEMS[::-1]})
    assert keys(there) == keys(back)[::-1]
    assert [len(found) for found in keys(there)] == [1, 1]


def test_each_message_is_told_of_in_every_state_that_some_entry_asks_for() -> None:
    told = "notify:\n  - {on: [read, failed], url: 'https://a.example.com/'}\n  - {on: [dead, failed], url: 'https://b.example.com/'}\n"
    data = {"order": 7, "items": ITEMS}
    assert [one.notify for one in send(ORDER + told, data).messages] == [("read", "failed", "dead")] * 2
    assert [one.notify for one in send(ORDER, data).messages] == [(), ()]
