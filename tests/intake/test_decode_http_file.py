"""Raw `.http` files, as captured, as typed in an editor and as written by us."""

from __future__ import annotations

import pytest

from adapter.intake.request import RawRequest, http_file, read_http_file

HEADERS = (("Host", "example.com"), ("Content-Type", "application/json"))


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "\ufeff\r\n"])
def test_heads_may_end_either_way_and_begin_with_what_editors_put_there(end: str, before: str) -> None:
    lines = ["post /hooks/a%20b?x=1&y=%2B HTTP/1.1", "Host: example.com", "content-type:application/json", "", "{}"]
    request = read_http_file((before + end.join(lines)).encode())
    assert (request.method, request.path, request.query, request.body) == ("POST", "/hooks/a b", "x=1&y=%2B", b"{}")
    assert request.content_type == "application/json"
    assert request.header("HOST") == "example.com"


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost:8000", "HTTPS://user@example.com:444"])
def test_the_target_may_be_a_whole_url(origin: str) -> None:
    request = read_http_file(f"POST {origin}/hooks/shop/tok?a=1 HTTP/1.1\n\n".encode())
    assert (request.path, request.query, request.path_token) == ("/hooks/shop/tok", "a=1", "tok")


@pytest.mark.parametrize(
    ("length", "kept"), [("2", b"{}"), ("3", b"{}\n"), ("1", b"{}\n\n"), ("x", b"{}\n\n"), ("9" * 5_000, b"{}\n\n")]
)
def test_line_breaks_behind_the_length_are_an_editors(length: str, kept: bytes) -> None:
    assert read_http_file(f"POST / HTTP/1.1\nContent-Length: {length}\n\n{{}}\n\n".encode()).body == kept


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "line 1"),
        (b"\n\n", "line 1"),
        (b"{}", "line 1"),
        (b"POST hooks/shop HTTP/1.1\n\n", "line 1"),
        (b"POST https://example.com?a=1 HTTP/1.1\n\n", "line 1"),
        (b"POST / HTTP/1.1\nHost\n\n", "line 2"),
        (b"POST / HTTP/1.1\n: x\n\n", "line 2"),
        (b"POST / HTTP/1.1\n" + b"a: b\n" * 20_000 + b"\n", "longer than"),
    ],
)
def test_a_file_that_is_no_request_is_told_by_its_line(raw: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_http_file(raw)


def test_what_is_written_is_read_back() -> None:
    request = RawRequest("PUT", "/hooks/a b/é", "x=%2B", HEADERS, b"\xff\r\n\r\n{}")
    again = read_http_file(http_file(request))
    assert (again.method, again.path, again.query, again.body) == ("PUT", "/hooks/a b/é", "x=%2B", b"\xff\r\n\r\n{}")
    assert again.headers[:2] == HEADERS
