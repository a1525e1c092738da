"""From a request to what leaves when, and by which ways: each element and each recipient with values of its own."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from adapter.errors import fault_lines
from adapter.intake.request import RawRequest
from adapter.line import Taken, take
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import Account
from adapter.preview import preview

ACCOUNTS = {
    "main": Account("main", "https://example.com/push", "t", "8"),
    "sms": Account("sms", "https://example.com/push", "t", "3"),
    "phone": Account("phone", "https://example.com/push", "t", "1"),
}
NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC).timestamp()
HEAD = """\
source: form
auth: none
region: IN
timezone: Asia/Kolkata
fields:
  phone: {type: phone, required: true}
  at: {type: datetime}
  shop: {}
"""
GUESTS = """\
source: form
auth: none
region: IN
timezone: Asia/Kolkata
for_each: guests
fields:
  phone: {type: phone, from: item.phone}
  at: {type: datetime, from: item.at}
send_at: "{{ at - 1 day }}"
push: {to: "{{ phone }}", message: See you!}
"""


def send(hook: str, data: Any, *, now: float = NOW) -> Taken:
    compiled = load_hook("shop", hook, Surroundings(accounts=tuple(ACCOUNTS)))
    return take(compiled, RawRequest("POST", "/hooks/shop", "", (), json.dumps(data).encode()), ACCOUNTS, now=now)


def seconds(text: str) -> float:
    return dt.datetime.fromisoformat(text).timestamp()


def test_a_message_carries_the_courtesy_of_its_hook() -> None:
    courtesy = 'delay: 2h\nexpires: 6h\nquiet: {from: "21:00", until: "08:00", zone: hook}\n'
    limit = "limit: {per: recipient, count: 3, within: 24h}\n"
    push = 'push: {to: "{{ phone }}", message: Hi}\n'
    (one,) = send(HEAD + courtesy + limit + push, {"phone": "9876543210"}).messages
    assert (one.delay, one.send_at, one.expires) == (7_200.0, None, 21_600.0)
    assert one.courtesy == {
        "quiet": {"from": 1_260, "until": 480, "zones": ["Asia/Kolkata"]},
        "limit": {"count": 3, "within": 86_400.0},
    }


def test_a_message_without_courtesy_leaves_at_once() -> None:
    taken = send(HEAD + 'push: {to: "{{ phone }}", message: Hi}\n', {"phone": "9876543210"})
    (one,) = taken.messages
    assert (one.delay, one.send_at, one.expires, one.courtesy, one.ways) == (0.0, None, None, None, ())
    assert not taken.shown[0].keys() & {"courtesy", "fallback"}


def test_recipients_in_different_zones_have_their_own_quiet_hours() -> None:
    hook = HEAD + 'quiet: {from: "21:00", until: "08:00"}\npush: {to: ["{{ phone }}", "+12025550123"], message: Hi}\n'
    zones = [(one.courtesy or {})["quiet"]["zones"] for one in send(hook, {"phone": "9876543210"}).messages]
    assert [len(one) for one in zones] == [1, 1]
    assert zones[1] == ["America/New_York"]
    assert zones[0] != zones[1]


def test_each_element_leaves_at_its_own_moment() -> None:
    guests = [
        {"phone": "9876543210", "at": "2026-04-10T18:00"},
        {"phone": "9876543211", "at": "2026-04-12T10:00+02:00"},
        {"phone": "9876543212"},
    ]
    assert [one.send_at for one in send(GUESTS, {"guests": guests}).messages] == [
        seconds("2026-04-09T18:00+05:30"), seconds("2026-04-11T13:30+05:30"), None,
    ]  # fmt: skip


def test_an_element_too_far_ahead_fails_alone() -> None:
    guests = [{"phone": "9876543210", "at": "2036-04-10T18:00"}, {"phone": "9876543211", "at": "2026-04-12T10:00"}]
    taken = send(GUESTS, {"guests": guests})
    assert [one.number for one in taken.messages] == ["919876543211"]
    assert [key for key, _ in fault_lines(taken.errors)] == ["[0].send_at"]


def test_a_moment_too_far_ahead_rejects_the_event() -> None:
    hook = HEAD + 'send_at: "{{ at }}"\npush: {to: "{{ phone }}", message: Hi}\n'
    taken = send(hook, {"phone": "9876543210", "at": "2036-04-10T18:00"})
    assert taken.refusal is not None
    assert (taken.refusal.status, taken.refusal.code) == (422, "invalid_fields")
    assert list(taken.errors) == ["send_at"]


def test_a_field_of_the_wrong_type_is_the_hooks_fault() -> None:
    hook = HEAD + 'send_at: "{{ (shop if shop else at) - 1 day }}"\npush: {to: "{{ phone }}", message: Hi}\n'
    taken = send(hook, {"phone": "9876543210", "shop": "b"})
    assert taken.refusal is not None
    assert (taken.refusal.status, taken.refusal.code) == (422, "hook_error")


def test_the_same_text_at_two_moments_is_two_messages() -> None:
    guests = [{"phone": "9876543210", "at": f"2026-04-1{day}T18:00"} for day in (0, 1, 1)]
    taken = send(GUESTS, {"guests": guests})
    assert [one.send_at for one in taken.messages] == [
        seconds("2026-04-09T18:00+05:30"), seconds("2026-04-10T18:00+05:30"),
    ]  # fmt: skip
    assert [one.code for one in taken.repairs if one.field == "to"] == ["same_message_twice"]


WAYS = """\
push:
  to: "{{ phone }}"
  template: {id: XY1, language: en, values: [A]}
  fallback:
    - {account: sms, message: Short, after: 30m, priority: 1}
    - {account: phone, media: "https://example.com/a.jpg"}
"""


def test_ways_are_made_as_messages_are() -> None:
    (one,) = send(HEAD + WAYS, {"phone": "9876543210"}).messages
    assert one.head == {"application": 8, "template_id": "XY1", "language": "en"}
    assert list(one.ways) == [
        {
            "account": "sms", "head": {"application": "3", "priority": "1"},
            "item": {"number": "919876543210", "message": "Short"}, "priority": 1, "after": 1_800.0,
        },
        {
            "account": "phone", "head": {"application": "1", "globalmedia": "https://example.com/a.jpg"},
            "item": {"number": "919876543210"}, "priority": 0, "after": None,
        },
    ]  # fmt: skip
    assert json.loads(json.dumps(one.ways)) == list(one.ways)


def test_ways_carry_the_reference_of_the_push() -> None:
    hook = HEAD + WAYS.replace("  fallback", '  reference: "{{ shop }}-7"\n  fallback')
    (one,) = send(hook, {"phone": "9876543210", "shop": "b"}).messages
    assert [one.item["reference_number"], *(way["item"]["reference_number"] for way in one.ways)] == ["b-7"] * 3


def test_messages_that_differ_in_their_ways_alone_are_not_the_same() -> None:
    hook = GUESTS.replace('send_at: "{{ at - 1 day }}"\n', "").replace(
        "See you!}", "See you!, fallback: [{account: sms, message: '{{ at }}'}]}"
    )
    guests = [{"phone": "9876543210", "at": f"2026-04-1{day}T18:00"} for day in (0, 1, 1)]
    assert len(send(hook, {"guests": guests}).messages) == 2


def test_an_account_of_the_event_that_does_not_exist_is_told() -> None:
    hook = HEAD + 'push: {to: "{{ phone }}", message: Hi, fallback: [{account: "{{ shop }}"}]}\n'
    taken = send(hook, {"phone": "9876543210", "shop": "gone"})
    assert taken.refusal is not None
    assert taken.refusal.sentence == 'Hook shop sends through the account "gone", which does not exist.'


@pytest.mark.parametrize("way", ['{account: "{{ shop }}"}', '{account: "{{ shop }}", application: 8}'])
def test_a_way_that_does_the_same_for_this_event_is_left_out_with_a_warning(way: str) -> None:
    hook = HEAD + f'push: {{to: "{{{{ phone }}}}", message: Hi, fallback: [{way}, {{account: sms}}]}}\n'
    taken = send(hook, {"phone": "9876543210", "shop": "main"})
    assert [one["account"] for one in taken.messages[0].ways] == ["sms"]
    assert "fallback[0] does the same as the way before it; it is left out." in taken.warnings


def test_doubts_of_a_ways_channel_are_told() -> None:
    push = 'push: {to: "{{ phone }}", template: {id: X, language: en}, fallback: [{account: sms}]}\n'
    taken = send(HEAD + push, {"phone": "9876543210"})
    assert [one for one in taken.warnings if one.startswith("fallback[0]: This channel is SMS")]


def test_a_preview_says_when_it_leaves_and_how_many_ways_follow() -> None:
    courtesy = 'send_at: "{{ at }}"\nexpires: 6h\nquiet: {from: "21:00", until: "8:05", zone: hook}\n'
    limit = "limit: {per: recipient, count: 3, within: 24h}\n"
    taken = send(HEAD + courtesy + limit + WAYS, {"phone": "9876543210", "at": "2026-04-10T10:00Z"})
    (message,) = json.loads(json.dumps(preview(taken, ACCOUNTS, practice=True)))["messages"]
    assert message["courtesy"] == {
        "send_at": "2026-04-10T15:30:00+05:30",
        "expires": 21_600.0,
        "quiet": {"from": "21:00", "until": "08:05", "zones": ["Asia/Kolkata"]},
        "limit": {"count": 3, "within": 86_400.0},
    }
    assert message["fallback"] == 2
    delayed = send(HEAD + 'delay: 90s\npush: {to: "{{ phone }}", message: Hi}\n', {"phone": "9876543210"})
    assert preview(delayed, ACCOUNTS, practice=True)["messages"][0]["courtesy"] == {"delay": 90.0}
