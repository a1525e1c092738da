"""Media by its address: kinds and limits are those of Picky Assist's page on media; nothing is fetched or looked up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping import media


@pytest.mark.parametrize(
    ("address", "name", "kind"),
    [
        ("https://example.com/a.jpg", None, media.IMAGE),
        ("https://example.com/A.JPEG?sig=x.pdf", None, media.IMAGE),
        ("https://example.com/a.b/c.png#x", None, media.IMAGE),
        ("https://example.com/v.mp4", None, media.VIDEO),
        ("https://example.com/v.opus", None, media.AUDIO),
        ("https://example.com/r%C3%A9sum%C3%A9.pdf", None, media.DOCUMENT),
        ("https://example.com/download?id=5", "invoice.pdf", media.DOCUMENT),
        ("https://example.com/a.jpg", "invoice.pdf", media.IMAGE),
        ("https://example.com/download?file=a.jpg", None, None),
        ("https://example.com/", None, None),
        ("https://example.com/a.exe", None, None),
    ],
)
def test_the_kind_is_told_by_the_extension(address: str, name: str | None, kind: media.Kind | None) -> None:
    assert media.kind(address, name) == kind


def test_the_limits_are_those_of_the_table() -> None:
    limits = {extension: media.KINDS[extension].megabytes for extension in ("png", "mp4", "mp3", "pdf")}
    assert limits == {"png": 5, "mp4": 16, "mp3": 16, "pdf": 100}
    assert {kind.name for kind in media.KINDS.values() if kind.captioned} == {"image", "video"}


@pytest.mark.parametrize(
    "address",
    ["https://example.com/a.jpg", "http://example.com:8080/a%20b.jpg?x=1&y=(2)", "https://8.8.8.8/a.jpg", "https://münchen.example/a.jpg", "https://xn--mnchen-3ya.example/a.jpg", "https://[2606:4700:4700::1111]/a.jpg", "HTTPS://Example.COM/a.jpg", "https://local.example.com/a.jpg"],
)  # fmt: skip
def test_an_address_that_may_be_fetched_has_no_fault(address: str) -> None:
    assert media.fault(address) is None


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("a.jpg", "media must be an address such as https://example.com/a.jpg"),
        ("ftp://example.com/a.jpg", "media must be an address"),
        ("file:///etc/passwd", "media must be an address"),
        ("data:image/png;base64,AAAA", "media must be an address"),
        ("javascript:alert(1)", "media must be an address"),
        ("https://", "media must be an address"),
        ("https:///a.jpg", "media must be an address"),
        ("//example.com/a.jpg", "media must be an address"),
        ("https://example.com:99999/a.jpg", "media must be an address"),
        ("https://[::1/a.jpg", "media must be an address"),
        ("https://example.com/a b.jpg", "write %20 for a blank"),
        ("https://example.com/a\nb.jpg", "blank"),
        ("https://example.com\\@evil.example/a.jpg", "blank or an invisible character"),
        ("https://example.com/a\u202egpj.exe", "invisible character"),
        ("https://user:pw@example.com/a.jpg", "carries a user name or password"),
        ("https://user@example.com/a.jpg", "carries a user name or password"),
        ("https://example.com/" + "a" * 2048, "2,048 are the most"),
    ],
)
def test_an_address_that_cannot_be_one_is_a_sentence(address: str, words: str) -> None:
    sentence = media.fault(address)
    assert sentence is not None
    assert words in sentence


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "shop", "shop.local", "nas.lan", "api.internal", "a.localhost", "router.home.arpa", "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "[::1]", "[fe80::1]", "[fd00::1]", "[::ffff:10.0.0.1]", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "1.2.3.256", "example..com", "example.com.0x7f"],
)  # fmt: skip
def test_a_host_that_is_not_public_by_its_text_is_refused(host: str) -> None:
    sentence = media.fault(f"https://{host}/a.jpg")
    assert sentence is not None
    assert "from outside" in sentence


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    for address in (text, f"https://{text}/a.jpg", f"https://example.com/{text}"):
        media.fault(address)
        media.kind(address)
        assert isinstance(media.file_of(address), tuple)


@pytest.mark.parametrize(
    ("address", "has_text", "words"),
    [
        ("https://example.com/a.jpg", True, None),
        ("https://example.com/a.pdf", False, None),
        ("https://example.com/a.pdf", True, "not shown beside a document"),
        ("https://example.com/a.mp3", True, "not shown beside an audio file"),
        ("https://example.com/a.xyz", False, 'ends in "xyz"'),
        ("https://example.com/a", False, "names no file with an extension"),
    ],
)
def test_doubts(address: str, has_text: bool, words: str | None) -> None:
    found = media.doubts(address, None, has_text=has_text)
    assert len(found) == (words is not None)
    assert words is None or words in found[0]
