"""The push API's JSON: what is let in, and how it travels."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import marshmallow as ma
import pytest

from adapter.picky.envelope import EnvelopeSchema, encode
from adapter.picky.normal_post import NotAPush, read_push

PUSH: dict[str, Any] = {"token": "t", "application": "8", "data": [{"number": "919876543210", "message": "Hi"}]}


def load(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = EnvelopeSchema().load(PUSH | changes)
    return found


def item(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = load(data=[PUSH["data"][0] | changes])["data"][0]
    return found


def test_the_documented_sample_is_valid() -> None:
    sample = {
        "token": "YOUR_API_TOKEN", "priority ": "0", "application": "10", "globalmessage": "your global message ",
        "globalmedia": "MEDIA FILE UNIQUE URL",
        "data": [{"number": "934343442290", "message": "MESSAGE FOR NUMBER 1", "reference_number": "Y12333"}],
    }  # fmt: skip
    loaded = EnvelopeSchema().load(sample)
    assert loaded["priority"] == "0"
    assert loaded["data"][0]["reference_number"] == "Y12333"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+55 12345 6789", "55123456789"),
        (55123456789, "55123456789"),
        ("0055-12345-6789", "55123456789"),
        ("(55) 123456789", "55123456789"),
    ],
)
def test_a_number_loses_only_its_separators(written: Any, number: str) -> None:
    assert item(number=written)["number"] == number


@pytest.mark.parametrize("written", ["098765", "abc", "", "12", "1" * 16, 1.5, True, None, ["1"]])
def test_what_is_no_number_is_refused(written: Any) -> None:
    with pytest.raises(ma.ValidationError):
        item(number=written)


def test_undocumented_variables_pass_through() -> None:
    loaded = load(sleep=0, interactive={"type": 1}, location={"lat": 1.5}, data=[PUSH["data"][0] | {"payload": "x"}])
    assert (loaded["sleep"], loaded["interactive"], loaded["location"]) == (0, {"type": 1}, {"lat": 1.5})
    assert loaded["data"][0]["payload"] == "x"


@pytest.mark.parametrize(
    "changes",
    [
        {"token": None}, {"application": None}, {"application": [8]}, {"data": []}, {"data": {}}, {"priority": "2"},
        {"data": [{"number": "919876543210"}]}, {"data": [{"number": "919876543210", "message": " "}]},
        {"globalmessage": "  ", "data": [{"number": "919876543210"}]}, {"data": [{"message": "Hi"}]}, {"data": [{"number": "919876543210", "message": "a" * 4097}]},
    ],
)  # fmt: skip
def test_what_picky_assist_would_refuse_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ma.ValidationError):
        load(**changes)


def test_a_shared_text_or_template_needs_no_text_of_its_own() -> None:
    number = [{"number": "919876543210"}]
    assert load(globalmessage="Hi", data=number)
    assert load(template_id="XY6479", language="en", data=number)


def test_messenger_has_ids_instead_of_numbers() -> None:
    assert load(application=5, data=[{"messenger_id": 42, "message": "Hi"}])["data"][0]["messenger_id"] == "42"


def test_a_push_travels_in_three_ways() -> None:
    url = "https://app.pickyassist.com/api/v2/push"
    where, body, kind = encode(url, PUSH, "json")
    assert (where, json.loads(body), kind) == (url, PUSH, "application/json")
    where, body, kind = encode(url, PUSH, "form")
    assert (where, json.loads(parse_qs(body.decode())["data"][0]), kind) == (
        url,
        PUSH,
        "application/x-www-form-urlencoded",
    )
    where, body, kind = encode(url, PUSH, "query")
    assert (body, json.loads(parse_qs(urlsplit(where).query)["data"][0])) == (b"", PUSH)


@pytest.mark.parametrize("encoding", ["json", "form", "query"])
def test_what_travels_is_read_back(encoding: str) -> None:
    push = PUSH | {"data": [{"number": "919876543210", "message": 'Zoë said "a+b & c" 👋\nline 2'}]}
    where, body, kind = encode("https://x/push", push, encoding)
    assert read_push(body, kind, urlsplit(where).query) == push


def test_multipart_is_read() -> None:
    inner = json.dumps(PUSH)
    body = f'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n{inner}\r\n--b--\r\n'.encode()
    assert read_push(body, "multipart/form-data; boundary=b", "") == PUSH


def test_a_list_in_data_is_the_recipients() -> None:
    body = b"token=t&application=8&data=" + json.dumps(PUSH["data"]).encode()
    assert read_push(body, "application/x-www-form-urlencoded", "") == PUSH


def test_flat_fields_are_one_recipient() -> None:
    assert read_push(b"token=t&application=8&number=919876543210&message=Hi", "", "") == PUSH


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "", "empty"),
        (b'{"token": "t",', "application/json", "line 1, column 15"),  # where the next key should begin
        (b"data={broken", "application/x-www-form-urlencoded", "The field data is not valid JSON at line 1, column 2"),
        (b'data="text"', "application/x-www-form-urlencoded", "must be a JSON object"),
        (b"--x", "multipart/form-data; boundary=b", "multipart"),
        (b"[" * 100_000, "application/json", "not"),
        (b'{"a": NaN}', "application/json", "not JSON"),
        (b'{"a": 1e999}', "application/json", "a number or a character"),
        (b'{"a": "\\ud83d"}', "application/json", "a number or a character"),
        (b'{"a": "x\\u0000"}', "application/json", "NUL"),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", "application/json", "deeper than 16 levels"),
        (b"&".join(b"a%d=1" % n for n in range(300)), "", "more than 200 fields"),
    ],
)
def test_what_is_no_push_says_why(body: bytes, kind: str, words: str) -> None:
    with pytest.raises(NotAPush, match=words):
        read_push(body, kind, "")
