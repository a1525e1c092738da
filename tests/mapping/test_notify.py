"""`notify` in a hook file: its shape, its faults with their lines, and the bodies it makes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from adapter.delivery.states import MEANINGS
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook
from adapter.mapping.notify import NAMES, Notify
from adapter.mapping.schema.notify import STATES
from adapter.mapping.template import TemplateFault
from adapter.notices.address import Rules

HEAD = """\
source: form
auth: none
region: IN
fields:
  phone: {type: phone}
  amount: {type: decimal}
  vip: {type: boolean}
push: {to: "{{ phone }}", message: Hi}
"""
ONE = "notify: {on: [delivered], url: https://hooks.zapier.com/hooks/catch/1/a/}\n"
AROUND = Surroundings(environ={"SIGN": "whsec_c2VjcmV0"}, reserved={"SECRET_KEY"}, notify_fault=Rules().fault)
NOTICE: dict[str, Any] = dict.fromkeys(NAMES) | {"status": "failed", "number": "919876543210", "id": "e-1"}


def load(notify: str, around: Surroundings = AROUND) -> Hook:
    return load_hook("h", HEAD + notify, around)


def entry(notify: str) -> Notify:
    (found,) = load(notify).notify
    return found


def test_a_hook_may_be_told_of_every_state_that_lasts() -> None:
    assert set(STATES) == set(MEANINGS) - {"queued", "sending"}


def test_one_entry_may_stand_alone_or_in_a_list() -> None:
    assert load(ONE).notify == load("notify:\n  - " + ONE.removeprefix("notify: ")).notify
    found = entry(ONE)
    assert (found.on, found.host, found.encoding, found.body, found.secret) == (
        ("delivered",), "hooks.zapier.com", "json", None, None,
    )  # fmt: skip
    assert load("").notify == ()


def test_a_hook_is_told_of_the_states_of_all_its_entries() -> None:
    url = "https://a.example.com/"
    found = load(f"notify:\n  - {{on: [read, failed], url: {url}}}\n  - {{on: [failed, dead], url: {url}}}\n")
    assert found.told_states == ("read", "failed", "dead")
    assert load("").told_states == ()


def test_a_secret_is_read_from_the_environment_and_shown_nowhere() -> None:
    found = load(ONE.replace("}", ", secret: '${SIGN}'}"))
    assert found.notify[0].secret == "whsec_c2VjcmV0"
    assert found.secret_names == ()  # those are what senders prove themselves with
    assert "c2VjcmV0" not in repr(found)
    assert "/catch/" not in repr(found)
    assert entry("notify:\n  - " + ONE.removeprefix("notify: ").replace("}", ", secret: '${SIGN}'}")).secret


def test_a_key_of_a_body_called_secret_is_no_secret() -> None:
    found = entry(
        "notify: {on: [read], url: 'https://a.example.com/', json: {secret: '${SIGN}', in: [{secret: '${X}'}]}}\n"
    )
    assert found.made({"notice": NOTICE}) == {"secret": "${SIGN}", "in": [{"secret": "${X}"}]}


@pytest.mark.parametrize(
    ("notify", "line", "words"),
    [
        ("notify: {}\n", 9, "notify.on: is missing"),
        ("notify: []\n", 9, "notify: must be a mapping with on and url, or a list of 1 to 5 of them"),
        ("notify: [" + ", ".join(["{on: [read], url: 'https://a.example.com'}"] * 6) + "]\n", 9, "a list of 1 to 5"),
        ("notify: true\n", 9, "notify: must be a mapping of keys to values"),
        ("notify:\n  - {on: [read], url: 'https://a.example.com'}\n  - {on: [raed], url: 'https://a.example.com'}\n", 11, "notify[1].on[0]: must be one of retrying, accepted"),
        ("notify:\n  on: [queued]\n  url: https://a.example.com\n", 10, "notify.on[0]: must be one of retrying"),
        ("notify:\n  on: []\n  url: https://a.example.com\n", 10, "notify.on: names no state"),
        ("notify:\n  on: read\n  url: https://a.example.com\n", 10, "notify.on: must be a list of states such as [delivered, failed]"),
        ("notify:\n  onn: [read]\n  on: [read]\n  url: https://a.example.com\n", 10, 'notify.onn: unknown key; did you mean "on"?'),
        ("notify:\n  - on: [read]\n    urls: https://a.example.com\n    url: https://a.example.com\n", 11, 'notify[0].urls: unknown key; did you mean "url"?'),
        ("notify:\n  on: [read]\n  url: 'https://a.example.com/{{ phone }}'\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: a.example.com\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: https://me:word@a.example.com/\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: https://a.example.com:70000/\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: 'https://a.example.com\\@b.example.com/'\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: https://a.example.com/" + "x" * 3000 + "\n", 11, "notify.url: must be an address such as"),
        ("notify:\n  on: [read]\n  url: http://a.example.com/\n", 11, "notify.url: must begin with https://"),
        ("notify:\n  on: [read]\n  url: https://10.0.0.1/\n", 11, "notify.url: 10.0.0.1 is inside a network"),
        ("notify:\n  - on: [read]\n    url: https://localhost/\n", 11, "notify[0].url: localhost is inside a network"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  json: {}\n  form: {}\n", 13, "notify.form: give json or form, not both"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  json: text\n", 12, "notify.json: must be a mapping of keys to values"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  form:\n    a: [1]\n", 13, "notify.form.a: must be text: a form has no lists and mappings"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  secret: ${GONE}\n", 12, "notify.secret: the environment variable GONE is not set"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  secret: ${SECRET_KEY}\n", 12, "SECRET_KEY is a setting of the adapter itself"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  secret: whsec_no!\n", 12, "notify.secret: what follows whsec_ must be base64"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  json:\n    a: '{{ amuont }}'\n", 13, 'notify.json.a: "amuont" is no field of this hook; did you mean "amount"?'),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  json:\n    a:\n      - b: |\n          x\n          {{ notice.stauts }}\n", 13, "notify.json.a: notice.stauts does not exist; there are id, event"),
        ("notify:\n  on: [read]\n  url: https://a.example.com\n  form:\n    a: '{{ notice.status'\n", 13, "notify.form.a: the template does not compile"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_line(notify: str, line: int, words: str) -> None:
    with pytest.raises(HookFaults) as caught:
        load(notify)
    fault = caught.value.faults[0]
    assert words in fault.sentence
    assert fault.line == line
    assert len(caught.value.faults) == notify.count("{}\n", 0, 11) + 1  # an empty one lacks on and url


def test_only_listed_hosts_are_posted_to() -> None:
    around = Surroundings(notify_fault=Rules(("hooks.zapier.com",)).fault)
    assert load(ONE, around).notify
    with pytest.raises(HookFaults, match="is not among NOTIFY_HOSTS"):
        load("notify: {on: [read], url: 'https://a.example.com/'}\n", around)


def test_a_field_called_notice_is_refused_where_that_is_what_is_told() -> None:
    text = (HEAD + ONE).replace("  vip:", "  notice: {}\n  vip:")
    with pytest.raises(HookFaults) as caught:
        load_hook("h", text, AROUND)
    assert [fault.line for fault in caught.value.faults] == [7]
    assert load_hook("h", text.replace(ONE, ""), AROUND).notify == ()


def test_a_lone_expression_in_json_keeps_its_kind() -> None:
    found = entry(
        "notify:\n  on: [read]\n  url: https://a.example.com\n  json:\n    amount: '{{ amount }}'\n    text: '{{ amount }} Rs'\n"
        "    vip: '{{ vip }}'\n    nested: {list: ['{{ notice.number }}', 7, true, null], none: '{{ notice.error }}'}\n"
    )
    values = {"amount": Decimal("12.50"), "vip": False, "phone": None, "notice": NOTICE}
    assert found.made(values) == {
        "amount": Decimal("12.50"), "text": "12.50 Rs", "vip": False,
        "nested": {"list": ["919876543210", 7, True, None], "none": None},
    }  # fmt: skip
    assert found.asks_for_fields


def test_a_form_is_made_of_texts() -> None:
    found = entry(
        "notify: {on: [read], url: 'https://a.example.com', form: {a: '{{ notice.status }}', b: '{{ notice.error }}', c: 7}}\n"
    )
    assert found.encoding == "form"
    assert found.made({"notice": NOTICE}) == {"a": "failed", "b": "", "c": 7}
    assert not found.asks_for_fields


def test_what_comes_from_outside_is_data() -> None:
    found = entry("notify: {on: [read], url: 'https://a.example.com', json: {a: '{{ notice.text }}'}}\n")
    assert found.made({"notice": NOTICE | {"text": "{{ 7 * 7 }}"}}) == {"a": "{{ 7 * 7 }}"}


def test_a_body_that_fails_is_a_template_fault() -> None:
    found = entry("notify: {on: [read], url: 'https://a.example.com', json: {a: '{{ amount + 1 }}'}}\n")
    with pytest.raises(TemplateFault):
        found.made({"amount": None, "notice": NOTICE})


def test_a_moment_in_a_body_is_written_in_the_hooks_own_zone() -> None:
    text = HEAD.replace("amount: {type: decimal}", "amount: {type: datetime}").replace(
        "region: IN", "region: IN\ntimezone: Asia/Kolkata"
    )
    hook = load_hook(
        "h", text + "notify: {on: [read], url: 'https://a.example.com', json: {a: 'at {{ amount | time }}'}}\n", AROUND
    )
    at = dt.datetime(2026, 4, 10, 4, 0, tzinfo=dt.UTC)
    assert hook.notify[0].made({"amount": at, "notice": NOTICE}) == {"a": "at 9:30 AM"}
