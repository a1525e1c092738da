"""Each row of Picky Assist's status list, and every way an answer can be missing or odd."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from adapter.picky.outcome import balance_of, classify

# Status -> (state, what happens next), from Picky Assist's status list and the reaction each row calls for.
TABLE = {
    100: "accepted", 101: "retrying", 401: "parked", 402: "failed", 403: "parked", 404: "retrying", 405: "parked",
    406: "failed", 407: "failed", 408: "parked", 409: "parked", 410: "failed", 801: "parked", 802: "failed",
}  # fmt: skip


@pytest.mark.parametrize(("status", "state"), TABLE.items())
def test_each_status_of_the_list_has_its_state(status: int, state: str) -> None:
    answer = json.dumps({"status": status, "message": "m"}).encode()
    assert classify(200, answer).meaning.state == state
    assert classify(200, answer).meaning.sentence


def test_the_body_decides_and_not_the_http_status() -> None:
    assert classify(500, b'{"status": 100, "push_id": "1"}').meaning.state == "accepted"
    assert classify(200, b'{"status": 403}').meaning.code == "no_balance"


def test_a_status_as_text_is_read() -> None:
    assert classify(200, b'{"status": "100"}').meaning.state == "accepted"


def test_success_without_data_is_success() -> None:
    found = classify(200, b'{"status":100,"push_id":"34","message":"Success"}')
    assert (found.meaning.state, found.push_id, found.rows) == ("accepted", "34", ())


def test_rows_are_read_as_text() -> None:
    found = classify(
        200, b'{"status":100,"push_id":7,"data":[{"msg_id":1,"number":"91","credit":"0.005"},"x",{"msg_id":2}]}'
    )
    assert found.push_id == "7"
    assert [(row.number, row.msg_id, row.credit) for row in found.rows] == [("91", "1", "0.005")]


@pytest.mark.parametrize(
    ("http", "body", "state", "code"),
    [
        (200, b"<html>hi</html>", "unknown", "unreadable_answer"),
        (200, b"", "unknown", "unreadable_answer"),
        (200, b"\xff\xfe{}", "unknown", "unreadable_answer"),
        (200, b"[1]", "unknown", "unreadable_answer"),
        (200, b'{"status": "success"}', "unknown", "unreadable_answer"),
        (200, b'{"status": true}', "unknown", "unreadable_answer"),
        (200, b"[" * 100_000, "unknown", "unreadable_answer"),
        (503, b"busy", "unknown", "unreadable_answer"),
        (404, b"<html>", "unknown", "unreadable_answer"),
        (302, b"", "parked", "redirected"),
        (500, b'{"status":500,"message":"Internal Server Error"}', "unknown", "unreadable_answer"),
        (502, b'{"status":777}', "unknown", "unreadable_answer"),
        (404, b'{"status":404,"message":"Not Found"}', "unknown", "unreadable_answer"),
        (200, b'{"status":99999999999999999999}', "unknown", "unreadable_answer"),
        (200, b'\xef\xbb\xbf{"status":100}', "accepted", "accepted"),
        (429, b"slow down", "retrying", "rate_limited"),
        (429, b'{"status": 777}', "retrying", "rate_limited"),
        (200, b'{"status": 777}', "retrying", "undocumented_status"),
    ],
)
def test_an_odd_answer_is_classified(http: int, body: bytes, state: str, code: str) -> None:
    found = classify(http, body)
    assert (found.meaning.state, found.meaning.code) == (state, code)


def test_too_many_waits_at_least_a_minute_and_longer_if_told() -> None:
    found = classify(429, b"", retry_after="120")
    assert found.meaning.floor == 60
    assert found.retry_after == 120
    assert classify(429, b"", retry_after="Wed, 21 Oct 2026 07:28:00 GMT").retry_after == 0


def test_what_is_kept_of_an_answer_is_cut() -> None:
    assert len(classify(200, b"x" * 1_000_000).text) == 2_000


def test_what_a_database_cannot_hold_is_replaced() -> None:
    found = classify(
        200, b'{"status":100,"push_id":"\\ud83d\\u0000","data":[{"number":"1","msg_id":"\\ud800"}],"x":"\0"}'
    )
    for text in (found.push_id, found.rows[0].msg_id, found.text):
        assert text is not None
        assert "\0" not in text
        assert text.encode()


def test_a_push_id_of_zero_is_none() -> None:
    assert not classify(200, b'{"status":403,"push_id":0}').took_some


def test_a_balance_is_read_where_there_is_one() -> None:
    assert balance_of(classify(200, b'{"status":100,"balance":"0.50"}')) == Decimal("0.50")
    assert balance_of(classify(200, b'{"status":100}')) is None


def test_a_refusal_that_names_a_message_took_some() -> None:
    assert classify(200, b'{"status":406,"push_id":"9"}').took_some
    assert not classify(200, b'{"status":406}').took_some
