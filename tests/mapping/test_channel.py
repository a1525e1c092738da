"""How a message looks on the phone, and what its channel makes doubtful."""

from __future__ import annotations

import json

import pytest

from adapter.mapping.channel import channel_doubts, shown
from adapter.mapping.message import Message, Template

HI = Message("919876543210", "main", text="Hi 👋")


def test_a_text_is_shown_as_it_is() -> None:
    assert shown(HI, application="8") == {
        "to": "919876543210",
        "text": "Hi 👋",
        "media": None,
        "template": None,
        "sms": None,
    }


def test_an_sms_is_shown_with_its_parts() -> None:
    message = Message("919876543210", "main", text="a" * 187)
    assert shown(message, application="3")["sms"] == {
        "encoding": "GSM-7",
        "characters": 187,
        "parts": 2,
        "because": None,
    }
    assert shown(HI, application="3")["sms"]["because"] == '"👋" (U+1F44B)'


def test_media_is_shown_with_its_kind_and_limit() -> None:
    message = Message("919876543210", "main", text="Hi", media="https://cdn.example.com/x/a%20b.jpg?sig=1")
    assert shown(message, application="8")["media"] == {
        "address": "https://cdn.example.com/x/a%20b.jpg?sig=1",
        "host": "cdn.example.com",
        "name": "a b.jpg",
        "kind": "image",
        "most_megabytes": 5,
        "shows_text": True,
    }


def test_a_template_is_shown_with_its_text_only_where_that_is_declared() -> None:
    template = Template("XY6479", "en", ("Loom",), ("Head",), "You bought Loom.")
    found = shown(Message("919876543210", "main", template=template), application="121")
    assert found["text"] == "You bought Loom."
    assert found["template"] == {
        "id": "XY6479", "language": "en", "values": ["Loom"], "header": ["Head"], "text": "You bought Loom.",
    }  # fmt: skip
    bare = shown(Message("919876543210", "main", template=Template("XY6479", "en", ("Loom",))), application="121")
    assert (bare["text"], bare["template"]["text"]) == (None, None)


def test_whatever_is_shown_is_json() -> None:
    message = Message("919876543210", "main", location={"lat": "9.9"}, contact=({"first_name": "Asha"},))
    found = json.loads(json.dumps(shown(message, application="8")))
    assert (found["location"], found["contact"]) == ({"lat": "9.9"}, [{"first_name": "Asha"}])


@pytest.mark.parametrize(
    ("message", "application", "words"),
    [
        (HI, "8", []),
        (HI, "3", []),
        (Message("919876543210", "main", text="a" * 161), "3", ["The SMS takes 2 parts"]),
        (Message("919876543210", "main", text="a" * 161), "8", []),
        (Message("919876543210", "main", template=Template("X", "en")), "3", ["SMS, which knows no WhatsApp templates"]),
        (Message("919876543210", "main", media="https://example.com/a.pdf", media_name="a.pdf"), "1", ["media_name is not supported in phone automation"]),
        (Message("919876543210", "main", media="https://example.com/a.pdf", media_name="a.pdf"), "10", []),
        (Message("919876543210", "main", location={"lat": 1}), "2", ["location is not supported in phone automation"]),
    ],
)  # fmt: skip
def test_doubts_of_a_channel(message: Message, application: str, words: list[str]) -> None:
    found = channel_doubts(message, application)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))
