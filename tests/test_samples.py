"""Expectations of samples: what they may say, what differs, and that what is written down is met."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from adapter.intake.request import RawRequest
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import Account
from adapter.samples import Came, Unreadable, came_of, differences, read_expectation, samples_of, write_expectation

ACCOUNTS = {
    "main": Account("main", "https://push.example.com/", "", "8"),
    "shop2": Account("shop2", "https://push.example.com/", "", "121"),
}
HOOK = """\
source: zapier
auth:
  - token: ${SOME_TOKEN}
fields:
  phone: {type: phone, required: true}
  name: {}
  skip: {type: boolean}
when: skip is none or not skip
push:
  to: "{{ phone }}"
  message: |
    Hi {{ name }},

    welcome!
"""
MESSAGE: dict[str, Any] = {
    "to": "34600000001", "message": "Hi Zoë,\n\nwelcome!", "media": None, "application": "8", "account": "main",
    "reference": None,
}  # fmt: skip
QUEUED = Came("queued", "", (), (MESSAGE,))


def came(body: str, hook: str = HOOK) -> Came:
    loaded = load_hook("h", hook, Surroundings(accounts=tuple(ACCOUNTS), check_secrets=False))
    return came_of(loaded, RawRequest("POST", "/hooks/h", "", (), body.encode()), ACCOUNTS)


def expectation(path: Path, text: str) -> dict[str, Any]:
    (path / "e.yaml").write_text(text)
    return read_expectation(path / "e.yaml")


def test_what_comes_of_a_request_is_told_in_the_words_of_an_expectation() -> None:
    assert came('{"phone": "+34 600 000 001", "name": "Zoë"}') == QUEUED


def test_a_rejection_tells_the_sentence_and_the_fields_at_fault() -> None:
    found = came('{"name": "Zoë"}')
    assert (found.outcome, found.fields, found.messages) == ("rejected", ("phone",), ())
    assert "phone is missing" in found.reason


def test_what_is_ignored_tells_why() -> None:
    found = came('{"phone": "+34 600 000 001", "skip": true}')
    assert (found.outcome, found.fields, found.messages) == ("ignored", (), ())
    assert "skip is none or not skip" in found.reason


@pytest.mark.parametrize(("days", "outcome"), [(-900, "queued"), (3, "queued"), (900, "rejected")])
def test_a_moment_of_a_sample_is_read_by_todays_clock(days: int, outcome: str) -> None:
    hook = HOOK.replace("  name: {}", "  name: {type: datetime}").replace("push:", 'send_at: "{{ name }}"\npush:')
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    assert came(f'{{"phone": "+34 600 000 001", "name": "{moment.isoformat()}"}}', hook).outcome == outcome


def test_no_secret_is_needed_and_no_proof_is_asked_for() -> None:
    assert came("phone=%2B34600000001&name=A").outcome == "queued"


def test_media_templates_channel_and_account_are_told() -> None:
    push = """\
push:
  to: "{{ phone }}"
  media: https://example.com/a.jpg
  account: shop2
  reference: r1
  template: {id: 7, language: en, values: ["{{ name }}", two], header: Hello}
"""
    (message,) = came("phone=%2B34600000001&name=A", HOOK.partition("push:")[0] + push).messages
    assert message == {
        "to": "34600000001", "message": None, "media": "https://example.com/a.jpg", "application": "121",
        "account": "shop2", "reference": "r1",
        "template": {"id": "7", "language": "en", "values": ["A", "two"], "header": ["Hello"]},
    }  # fmt: skip


def test_media_of_a_channel_that_takes_one_for_all_is_found() -> None:
    push = 'push: {to: "{{ phone }}", media: "https://example.com/a.jpg", application: 10}\n'
    (message,) = came("phone=%2B34600000001", HOOK.partition("push:")[0] + push).messages
    assert message["media"] == "https://example.com/a.jpg"


@pytest.mark.parametrize(
    "expected",
    [
        {"outcome": "queued"},
        {"outcome": "queued", "messages": [{}]},
        {"outcome": "queued", "messages": [{"to": "34600000001", "message": "Hi Zoë,\n\nwelcome!\n"}]},
        {"outcome": "queued", "messages": [{"application": "8", "account": "main"}]},
    ],
)
def test_what_is_not_given_is_not_looked_at(expected: dict[str, Any]) -> None:
    assert differences(expected, QUEUED) == []


def test_a_text_is_compared_line_by_line() -> None:
    expected = {"outcome": "queued", "messages": [{"message": "Hi Zoë,\n\nwelcome back!\n"}]}
    assert differences(expected, QUEUED) == [
        "message 1, message:",
        "           Hi Zoë,",
        "           ",
        "expected | welcome back!",
        "got      | welcome!",
    ]


def test_what_nobody_sees_is_spelt_out() -> None:
    expected = {"outcome": "queued", "messages": [{"message": "Hi\u00a0Zoë, \n\nwelcome!"}]}
    assert differences(expected, QUEUED)[1:3] == ["expected | Hi\\u00a0Zoë,·", "got      | Hi Zoë,"]


@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        ({"to": "1"}, ["message 1, to:", "expected | 1", "got      | 34600000001"]),
        ({"media": "x"}, ["message 1, media:", "expected | x", "got      | (nothing)"]),
        ({"template": {"id": "7"}}, ["message 1, template, id:", "expected | 7", "got      | (nothing)"]),
    ],
)
def test_every_key_of_a_message_is_compared(expected: dict[str, Any], lines: list[str]) -> None:
    assert differences({"outcome": "queued", "messages": [expected]}, QUEUED) == lines


def test_a_missing_message_and_one_too_many_are_told() -> None:
    two = {"outcome": "queued", "messages": [{}, {}]}
    assert differences(two, QUEUED) == ["number of messages:", "expected | 2", "got      | 1"]
    assert differences({"outcome": "queued", "messages": []}, QUEUED)[1:] == ["expected | 0", "got      | 1"]


def test_another_outcome_is_told_with_its_reason() -> None:
    rejected = Came("rejected", "phone is missing.", ("phone",), ())
    lines = differences({"outcome": "queued", "messages": [{}]}, rejected)
    assert lines == ["outcome:", "expected | queued", "got      | rejected", "because  | phone is missing."]


def test_a_reason_is_a_part_of_the_sentence_and_fields_are_all_of_them() -> None:
    rejected = Came("rejected", "phone is missing.", ("name", "phone"), ())
    assert differences({"outcome": "rejected", "reason": "is missing", "fields": ["phone", "name"]}, rejected) == []
    assert differences({"outcome": "rejected", "reason": "is wrong"}, rejected)[1] == "expected | is wrong"
    assert differences({"outcome": "rejected", "fields": ["phone"]}, rejected)[1:] == [
        "expected | phone",
        "got      | name, phone",
    ]


def test_an_expectation_is_plain_yaml_with_queued_as_its_outcome(tmp_path: Path) -> None:
    found = expectation(tmp_path, "messages:\n  - to: 919876543210\n    message: |\n      Hi\n")
    assert found == {"outcome": "queued", "messages": [{"to": "919876543210", "message": "Hi\n"}]}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("outcome: sent\n", 1, "outcome: must be queued, ignored or rejected"),
        ("messages:\n  - to: '1'\n    text: Hi\n", 3, "messages[0].text: unknown key"),
        ("messages: Hi\n", 1, "messages: must be a list of messages"),
        ("\noutcome: ignored\nmessages: []\n", 3, "messages: belongs to outcome: queued"),
        ("reason: x\n", 1, "reason: belongs to outcome: ignored or rejected"),
        ("messages: [\n", 2, "this is not YAML"),
        ("messages: []\nmessages: []\n", 2, "stands twice"),
        ("", 1, "must be a mapping"),
    ],
)
def test_a_fault_of_an_expectation_is_told_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        expectation(tmp_path, text)
    assert caught.value.faults[0].startswith(f"{tmp_path / 'e.yaml'}:{line}: ")
    assert words in caught.value.faults[0]


@pytest.mark.parametrize(
    "came_out",
    [
        QUEUED,
        Came("queued", "", (), (MESSAGE, {**MESSAGE, "application": "121", "account": "shop2", "reference": "#1: a"})),
        Came(
            "queued", "", (), ({**MESSAGE, "message": " indented\n# line\n\n---\n", "media": "https://example.com/a"},)
        ),
        Came(
            "queued",
            "",
            (),
            (
                {
                    **MESSAGE,
                    "message": None,
                    "template": {"id": "7", "language": "en", "values": ["1", "no"], "header": None},
                },
            ),
        ),
        Came("rejected", 'The key "a: b" is missing.', ("a: b", "1.3"), ()),
        Came("ignored", "Not sent, on purpose.", (), ()),
    ],
)
def test_what_is_written_down_is_met(tmp_path: Path, came_out: Came) -> None:
    text = write_expectation(came_out, main_application="8")
    found = expectation(tmp_path, text)
    assert differences(found, came_out) == []
    assert len(found.get("messages", [])) == len(came_out.messages)
    assert text.startswith("# Written from what came out. Read it")


def test_the_main_account_and_its_channel_are_not_written_down() -> None:
    text = write_expectation(QUEUED, main_application="8")
    assert "application" not in text
    assert "account" not in text
    assert 'application: "121"' in write_expectation(
        Came("queued", "", (), ({**MESSAGE, "application": "121"},)), main_application="8"
    )


def test_samples_are_found_by_name_also_an_expectation_that_lost_its_request(tmp_path: Path) -> None:
    folder = tmp_path / "h" / "samples"
    folder.mkdir(parents=True)
    for name in ("b.http", "a.http", "a.yaml", "lost.yaml", "notes.md"):
        (folder / name).touch()
    assert [sample.request.name for sample in samples_of(tmp_path, "h")] == ["a.http", "b.http", "lost.http"]
    assert samples_of(tmp_path, "other") == []
