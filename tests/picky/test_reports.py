"""What Picky Assist posts, in the shapes of its own pages and of real accounts, and in shapes that nobody should send."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapter.picky.reports import Callback, NotACallback, read_callback, read_report

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=X"

EVENT: dict[str, Any] = {
    "project_id": "4417", "event_id": 1,
    "data": [
        {
            "push_id": "700101", "number": "15550001111", "msg_id": "880201", "status": "1", "reference_number": "R-77",
            "message": "Your order is on its way", "media": "https://cdn.example.com/a.jpeg", "message_type": "image",
            "channel_id": "122", "agent_id": "12", "template_id": "TPL1", "source": "Teambox",
        },
        {"push_id": "700101", "number": "15550002222", "msg_id": "880202", "status": "4", "message_type": "text"},
    ],
}  # fmt: skip
ROWS = (
    {
        "push_id": "700101", "msg_id": "880201", "number": "15550001111", "reference": "R-77", "status": 1,
        "error": None,
    },
    {"push_id": "700101", "msg_id": "880202", "number": "15550002222", "reference": None, "status": 4, "error": None},
)  # fmt: skip
BUTTON: dict[str, Any] = {
    "number": "919400000001", "message-in": "Not+Sure", "message_in_raw": "Not Sure", "type": 9, "application": "8",
    "unique-id": "52000001", "project-id": "4417", "direction": 0, "name": "Asha", "context-msg-id": "880201",
    "payload": "later",
}  # fmt: skip
LIVE: dict[str, Any] = {
    "number": "61400000000", "message-in": "Hello", "message_in_raw": "Hello", "type": 1, "application": 121,
    "unique-id": "751000001", "project-id": 501, "direction": 0, "name": "Asha",
}  # fmt: skip


def read(posted: Any, content_type: str = JSON) -> Callback:
    body = posted if isinstance(posted, bytes) else json.dumps(posted).encode()
    return read_callback(body, content_type)


def status_of(status: Any) -> list[int]:
    return [row["status"] for row in read({"event_id": 1, "data": [{"msg_id": 1, "status": status}]}).rows]


def inbound(**more: Any) -> dict[str, Any]:
    (row,) = read(BUTTON | more).rows
    return row


# Delivery events


def test_an_event_brings_many_rows_in_one_shape() -> None:
    assert read(EVENT) == Callback("delivery", ROWS, 0)


@pytest.mark.parametrize("content_type", ["", JSON, FORM, "text/plain", MULTIPART, "nonsense; a=b; charset*=x''%"])
def test_the_content_type_means_nothing(content_type: str) -> None:
    assert read(EVENT, content_type).rows == ROWS
    assert read(b"\xef\xbb\xbf\r\n " + json.dumps(EVENT, indent=1).encode(), content_type).rows == ROWS


def test_rows_may_be_spelt_with_brackets() -> None:
    """As PHP writes a form of nested fields."""
    fields = {
        "event_id": "1",
        "data[0][msg_id]": "7",
        "data[0][status]": "1",
        "data[1][msg_id]": "8",
        "data[1][status]": "3",
    }
    found = read_callback(urlencode(fields).encode(), FORM)
    assert [(row["msg_id"], row["status"]) for row in found.rows] == [("7", 1), ("8", 3)]


def test_it_is_read_out_of_form_fields() -> None:
    rows = json.dumps(EVENT["data"])
    whole = json.dumps(EVENT)
    part = f'--X\r\nContent-Disposition: form-data; name="data"\r\n\r\n{whole}\r\n--X--\r\n'
    for content_type, body in [
        (FORM, urlencode({"project_id": "4417", "event_id": "1", "data": rows})),
        (FORM, urlencode({"data": whole})),
        (FORM, urlencode({"anything": whole})),
        (FORM, quote_plus(whole)),
        (FORM, quote_plus(whole) + "="),
        (MULTIPART, part),
    ]:
        assert read(body.encode(), content_type).rows == ROWS, body


def test_the_old_standard_post_is_one_row_of_flat_fields() -> None:
    flat = urlencode({"event_id": 1, "push_id": 700101, "msg_id": 880202, "number": "+1 555-000-2222", "status": " 4 "})
    assert read(flat.encode(), FORM).rows == ROWS[1:]


@pytest.mark.parametrize(
    "posted",
    [
        {"event_id": "1", "data": EVENT["data"][1]},
        {"event_id": " 1 ", "data": json.dumps(EVENT["data"][1])},
        {"EVENT-ID": 1.0, "data ": [EVENT["data"][1]]},
        {"data": [EVENT["data"][1]]},
        [EVENT["data"][1]],
        [{"event_id": 1, "data": [EVENT["data"][1]]}],
        {"data": {"data": {"event_id": 1, "data": EVENT["data"][1]}}},
    ],
)
def test_one_row_comes_in_several_wrappings(posted: Any) -> None:
    assert read(posted) == Callback("delivery", ROWS[1:], 0)


def test_numbers_and_texts_are_the_same_and_ids_are_text() -> None:
    row = {"push_id": 700101, "msg_id": 880202.0, "number": 15550002222, "reference_number": "  ", "status": 4}
    assert read({"event_id": 1, "data": [row]}).rows == ROWS[1:]


@pytest.mark.parametrize("status", range(6))
def test_a_status_is_a_number_or_its_text(status: int) -> None:
    assert status_of(status) == status_of(f" {status} ") == status_of(float(status)) == [status]


@pytest.mark.parametrize("status", [6, -1, "9", "", None, "delivered", True, [1], {"a": 1}, "1.0", 1.5, "١"])
def test_a_status_that_is_none_skips_its_row(status: Any) -> None:
    good = {"msg_id": "880202", "status": "1"}
    told = read({"event_id": 1, "data": [{"msg_id": 1, "status": status}, good]})
    assert ([row["msg_id"] for row in told.rows], told.skipped) == (["880202"], 1)


@pytest.mark.parametrize(
    "row", [{"number": "15550002222"}, {"msg_id": ""}, {"msg_id": 0, "push_id": "0"}, {"reference_number": []}]
)
def test_a_row_without_any_id_is_skipped(row: dict[str, Any]) -> None:
    assert read({"event_id": 1, "data": [row | {"status": "1"}, 7, None, "x", [row]]}) == Callback("delivery", (), 5)


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("+1 (555) 000-2222", "15550002222"), (15550002222, "15550002222"), ("", None), (None, None), ("Asha Shop", None),
        ("Family @15550002222", None), ("123", None), ("١٥٥٥٠٠٠٢٢٢٢", None), ({}, None),
    ],
)  # fmt: skip
def test_a_number_is_its_digits_or_nothing(number: Any, kept: str | None) -> None:
    (row,) = read({"event_id": 1, "data": {"msg_id": 1, "status": 1, "number": number}}).rows
    assert row["number"] == kept


def test_what_went_wrong_is_one_line() -> None:
    error = " Undelivered:\r\n\tno\x00 such\x1b[31m user " + "x" * 400
    (row,) = read({"event_id": 1, "data": {"msg_id": 1, "status": 2, "error_message": error}}).rows
    assert row["error"].startswith("Undelivered: no such [31m user xxx")
    assert len(row["error"]) == 300
    for nothing in ("", " ", None, "0", 0, [], {"a": 1}):
        assert (
            read({"event_id": 1, "data": {"msg_id": 1, "status": 2, "error_message": nothing}}).rows[0]["error"] is None
        )


def test_ids_are_bounded_and_can_be_stored() -> None:
    ids = {"msg_id": "m" * 300, "push_id": "a\0b", "reference_number": "\ud83d"}
    (row,) = read({"event_id": 1, "data": ids | {"status": 0}}).rows
    assert (row["msg_id"], row["push_id"], row["reference"]) == ("m" * 200, "a\ufffdb", "?")


@pytest.mark.parametrize(
    "posted",
    [
        {"event_id": 2, "data": [{"number": "15550002222", "status": "1"}]},
        {"event_id": "3", "data": [{"action": "join", "group_id": "G1", "number": "15550002222"}]},
        {"event_id": 4, "data": [{"subscriber_id": "7", "mobile": "15550002222", "status": 1, "msg_id": 3}]},
        {"event_id": 99}, {}, {"test": True},
    ],
)  # fmt: skip
def test_other_events_are_taken_and_ignored(posted: Any) -> None:
    told = read(posted)
    assert (told.kind, told.rows) == ("other", ())


# What people write


def test_a_message_of_a_person_is_one_row_without_the_name() -> None:
    assert read(BUTTON) == Callback("inbound", ({
        "number": "919400000001", "text": "Not Sure", "unique_id": "52000001", "direction": 0, "application": "8",
        "payload": "later",
    },))  # fmt: skip
    assert read(LIVE).rows[0]["application"] == "121"
    assert read(urlencode(LIVE).encode(), FORM) == read(LIVE)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"message_in_raw": "50%25 + 1", "message-in": "x"}, "50%25 + 1"),  # as it was written
        ({"message_in_raw": None, "message-in": "a%2Bb+%F0%9F%91%8B"}, "a+b 👋"),
        ({"message_in_raw": "", "message-in": "50%25+%2525"}, "50% %25"),  # decoded once
        ({"message_in_raw": None, "message-in-raw": "Hi  there"}, "Hi  there"),
        ({"message_in_raw": 1, "message-in": "1"}, "1"),
        ({"message_in_raw": "line\nline\0", "message-in": ""}, "line\nline\ufffd"),
        ({"message_in_raw": "x" * 5000, "message-in": ""}, "x" * 4096),
        ({"message_in_raw": None, "message-in": None}, ""),
    ],
)
def test_a_text_is_decoded_once_at_most(more: dict[str, Any], text: str) -> None:
    given_keys = {key: value for key, value in more.items() if value is not None}
    posted = {key: value for key, value in BUTTON.items() if not key.startswith("message")} | given_keys
    assert read(posted).rows[0]["text"] == text


def test_the_choice_is_told_by_its_id() -> None:
    chosen = {"type": 1, "id": "ref1", "description": None}
    assert inbound()["payload"] == "later"
    assert inbound(payload="", interactive=chosen)["payload"] == "ref1"
    assert inbound(payload=None, interactive=json.dumps(chosen))["payload"] == "ref1"
    assert inbound(payload=0)["payload"] == "0"
    assert inbound(payload=["x"], interactive=[1])["payload"] is None


def test_a_picture_or_a_place_is_a_message_without_text() -> None:
    picture = {"number": "15550002222", "type": "2", "application": "1", "unique-id": "5", "media-url": "https://x/y"}
    place = {"number": "15550002222", "type": "7", "application": "8", "unique-id": "6", "Location": {"lat": 8.5}}
    assert [read(posted).rows[0]["text"] for posted in (picture, place)] == ["", ""]


@pytest.mark.parametrize(
    "more",
    [
        {"direction": 1}, {"direction": "1"}, {"number": "Family @15550002222"}, {"number": "Asha Shop"}, {"number": None},
        {"number": "", "messenger_id": "77"}, {"group-id": "G1"},
    ],
)  # fmt: skip
def test_echoes_groups_and_names_are_ignored(more: dict[str, Any]) -> None:
    assert read(BUTTON | more) == Callback("other")


# What nobody should send


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (b"", JSON, "neither JSON nor a form"),
        (b"hello", "text/plain", "neither JSON nor a form"),
        (b"a=1&b=2", FORM, "neither JSON nor a form"),
        (b'"text"', JSON, "neither JSON nor a form"),
        (b"--X", MULTIPART, "multipart"),
        (b'{"event_id": 1,', JSON, "not valid JSON at line 1, column 16"),  # where the next key should begin
        (b'{"event_id": NaN}', JSON, "not JSON"),
        (b'{"event_id": ' + b"9" * 5_000 + b"}", JSON, "not JSON"),
        (b'{"a": ' + b"[" * 20 + b"]" * 20 + b"}", JSON, "deeper than 16 levels"),
        (b"[" * 100_000, JSON, "not JSON"),
        (b'{"data":' * 5 + b"1" + b"}" * 5, JSON, "too often"),
        (b"[" + b"[]," * 300_000 + b"[]]", JSON, "more than 500,000 values"),
        (b"event_id=1&data=[{", FORM, "The field data is not valid JSON"),
        (b"&".join(b"a%d=1" % n for n in range(300)), FORM, "more than 200 fields"),
        (b'{"event_id":1,"data":[' + b"{}," * 10_000 + b"{}]}", JSON, "10,001 rows"),
    ],
)
def test_what_is_no_callback_says_why(body: bytes, content_type: str, words: str) -> None:
    with pytest.raises(NotACallback, match=words):
        read_callback(body, content_type)


def test_the_last_of_a_key_that_comes_twice_counts() -> None:
    body = b'{"event_id":2,"event_id":1,"data":[{"msg_id":1,"msg_id":2,"status":2,"status":1}]}'
    assert [(row["msg_id"], row["status"]) for row in read(body).rows] == [("2", 1)]


def test_ten_thousand_rows_are_taken() -> None:
    told = read({"event_id": 1, "data": [{"msg_id": number + 1, "status": 1} for number in range(10_000)]})
    assert (len(told.rows), told.skipped) == (10_000, 0)


# The answer to /delivery-report


def test_an_answer_when_asked_has_the_same_rows() -> None:
    answer = {
        "project_id": "4417", "push_id": 700101, "application": "8", "message_type": "3", "time": "06-08-2019 06:46 AM",
        "data": [
            {"number": "15550001111", "msg_id": "880201", "status": "2", "error_code": "131026"},
            {"number": "15550002222", "msg_id": "880202", "status": 3, "error_code": ""},
            {"number": "15550003333", "msg_id": "880203", "status": "0", "error_code": 0},
            {"number": "15550004444", "msg_id": "880204", "status": "soon"},
        ],
    }  # fmt: skip
    rows = read_report(answer)
    assert [(row["push_id"], row["msg_id"], row["status"], row["error"]) for row in rows] == [
        ("700101", "880201", 2, "131026"), ("700101", "880202", 3, None), ("700101", "880203", 0, None),
    ]  # fmt: skip
    assert read_report(answer | {"data": answer["data"][0]}) == rows[:1]  # type: ignore[index]


@pytest.mark.parametrize("answer", [None, 1, "x", [], {}, {"status": 410, "message": "Invalid Request"}, {"data": "x"}])
def test_an_answer_that_is_no_report_has_no_rows(answer: Any) -> None:
    assert read_report(answer) == ()


# Whatever comes

KEYS = st.sampled_from(
    ["event_id", "data", "push_id", "msg_id", "status", "number", "reference_number", "error_message", "message-in",
     "message_in_raw", "unique-id", "direction", "payload", "interactive", "id", "group-id", "application"]
) | st.text(max_size=5)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["1", " 4 ", "0", "15550002222", "\0", "\ud800", "{", '{"id": 1}', "[[", '{"event_id":1}'])
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=20
)
PIECES = st.sampled_from(
    [b"{", b"}", b"[", b"]", b'"', b":", b",", b"=", b"&", b"%7B", b"%", b"+", b"\\ud800", b"\\u0000", b"\0", b"\xff",
     b"\xef\xbb\xbf", b"--X", b"--X--", b"\r\n\r\n", b"\r\n", b"Content-Disposition: form-data; name=data", b"1", b"1e999",
     b"NaN", b"data", b"event_id", b"msg_id", b"status", b"number", b"message-in", b"unique-id"]
)  # fmt: skip
quickly = settings(max_examples=200, deadline=None, database=None)


def require_storable(rows: tuple[dict[str, Any], ...]) -> None:
    text = json.dumps(rows, ensure_ascii=False, allow_nan=False)
    text.encode()
    assert "\\u0000" not in text
    assert all(len(value) <= 4096 for row in rows for value in row.values() if isinstance(value, str))


def kind_of(body: bytes, content_type: str) -> str:
    """What was read, once its rows are known to be bounded and storable; `refused` where it is no callback."""
    try:
        told = read_callback(body, content_type)
    except NotACallback:
        return "refused"
    assert len(told.rows) <= (1 if told.kind == "inbound" else 10_000)
    require_storable(told.rows)
    return told.kind


KINDS = {"delivery", "inbound", "other", "refused"}


@quickly
@given(
    body=st.binary(max_size=80) | st.lists(PIECES, max_size=25).map(b"".join),
    content_type=st.sampled_from(["", JSON, FORM, MULTIPART]) | st.text(max_size=20),
)
@example(body=b"--X\r\n", content_type="multipart/form-data; boundary=\u20ac")
def test_any_bytes_are_a_callback_or_not(body: bytes, content_type: str) -> None:
    assert kind_of(body, content_type) in KINDS


@quickly
@given(value=VALUES)
def test_any_json_is_a_callback_or_not(value: Any) -> None:
    assert kind_of(json.dumps(value).encode(), JSON) in KINDS
    require_storable(read_report(value))


@quickly
@given(fields=st.dictionaries(KEYS, VALUES, max_size=8))
def test_any_form_is_a_callback_or_not(fields: dict[str, Any]) -> None:
    form = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    assert kind_of(urlencode(form, errors="replace").encode(), FORM) in KINDS
