"""What a bubble shows of each kind of message, and how it writes what is hostile."""

from __future__ import annotations

from typing import Any

import pytest
from flask import render_template_string

from adapter import create_app
from adapter.config import load_settings
from adapter.services import open_services
from adapter.web.console.bubbles import Approved, Bubble, File, bubble_of

EVIL = "<script>alert(1)</script>\u202eevil"


def words(view: Bubble) -> str:
    """The text of a bubble without its looks."""
    return "\n".join(block.text for block in view.text)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A view as HTML."""
    database = tmp_path_factory.mktemp("bubbles") / "adapter.db"
    app = create_app(open_services(load_settings({"ADAPTER_SANDBOX": "1", "DATABASE_URL": f"sqlite:///{database}"})))
    page = '{% from "console/bubble.html" import bubble with context %}{{ bubble(view, state, at) }}'

    def write(view: Bubble, state: str | None = None, at: float | None = None) -> str:
        with app.test_request_context("/"):
            return render_template_string(page, view=view, state=state, at=at, zone="UTC")

    return write


def test_a_text_is_its_own_or_the_one_of_the_whole_push() -> None:
    assert words(bubble_of({"globalmessage": "all"}, {"message": "Hi *Asha*"})) == "Hi Asha"
    assert words(bubble_of({"globalmessage": "all"}, {"message": ""})) == "all"


def test_a_caption_stands_under_an_image_only() -> None:
    image = bubble_of({}, {"media": "https://cdn.example/a/cat%20one.jpg?x=1", "message": "Look"})
    assert image.file == File("image", "cat one.jpg", "cdn.example", 5)
    assert words(image) == "Look"
    document = bubble_of({"media_name": "Bill"}, {"media": "https://cdn.example/x.pdf", "message": "Look"})
    assert document.file == File("document", "Bill", "cdn.example", 100)
    assert (words(document), document.notes) == ("", ("The text is not shown beside this document.",))


@pytest.mark.parametrize(
    ("head", "item", "kind"),
    [
        ({"globalmedia": "https://cdn.example/a.mp4"}, {}, "video"),
        ({"globalmedia": "https://cdn.example/a.mp3", "voice": 1}, {}, "voice note"),
        ({"sticker": "1"}, {"media": "https://cdn.example/a.png"}, "sticker"),
        ({}, {"media": "https://cdn.example/download?id=7"}, "file"),
        ({}, {"media_code": "aGVsbG8="}, "file"),
    ],
)
def test_media_is_named_by_its_kind(head: dict[str, Any], item: dict[str, Any], kind: str) -> None:
    file = bubble_of(head, item).file
    assert file is not None
    assert file.kind == kind


HEAD = {"application": 8, "template_id": "XY6479", "language": "en"}


@pytest.mark.parametrize("approved", [None, "", "Only {{1}}", "{{name}}", "{{1}} {{3}}"])
def test_a_template_whose_text_is_not_known_shows_its_values_and_invents_nothing(approved: str | None) -> None:
    view = bubble_of(HEAD, {"template_message": ["Asha", 7]}, approved=approved)
    assert view.template == Approved("XY6479", "en", ("Asha", "7"))
    assert view.text == ()


def test_a_template_is_filled_where_its_approved_text_is_known() -> None:
    item = {"template_message": ["Asha", "12"], "template_header": ["Order 12"], "language": "hi"}
    view = bubble_of(HEAD, item, approved="Hi *{{1}}*, order {{2}} is here.")
    assert (words(view), view.header, view.template) == ("Hi Asha, order 12 is here.", ("Order 12",), None)
    assert words(bubble_of(HEAD, item, approved="Hi Asha, order 12 is here.")) == "Hi Asha, order 12 is here."


def test_the_header_of_a_template_with_a_document_is_its_name() -> None:
    item = {"template_message": ["1"], "media": "https://cdn.example/7.pdf", "template_header": "Bill 7"}
    view = bubble_of(HEAD, item)
    assert (view.file, view.header) == (File("document", "Bill 7", "cdn.example", 100), ())


def test_location_and_contact_are_boxes_of_their_texts() -> None:
    view = bubble_of({"location": {"name": "Shop", "lat": 9.5}, "contact": [{"phone": {"mobile": "123"}}]}, {})
    assert view.place == (("name", "Shop"), ("lat", "9.5"))
    assert view.contacts == (("mobile", "123"),)


def test_an_sms_shows_its_marks_and_what_it_costs() -> None:
    view = bubble_of({"application": "3"}, {"message": "*Hi* " + "a" * 182})
    assert words(view).startswith("*Hi* a")
    assert view.parts == "2 parts, 187 characters, GSM-7"
    assert (
        bubble_of({"application": 3}, {"message": "₹5"}).parts == '1 part, 2 characters, UCS-2, because of "₹" (U+20B9)'
    )


@pytest.mark.parametrize("value", [None, True, [], {}, [[["x"]]], {"a": {"b": {"c": {"d": {"e": "x"}}}}}, 7, 0.5, "x" * 100_000])  # fmt: skip
def test_values_of_any_shape_are_shown_or_left_out(value: Any, written: Any) -> None:
    keys = ("message", "media", "media_code", "template_message", "template_header", "language", "media_name")
    heads = (
        "application",
        "globalmessage",
        "globalmedia",
        "location",
        "contact",
        "interactive_globalbuttons",
        "template_id",
    )
    assert len(written(bubble_of(dict.fromkeys(heads, value), dict.fromkeys(keys, value)))) < 100_000
    assert len(written(bubble_of(dict.fromkeys(heads[:-1], value), dict.fromkeys(keys, value)))) < 100_000


def test_nothing_from_outside_is_markup(written: Any) -> None:
    evil = [EVIL]
    item = {"message": EVIL, "media": f"https://{EVIL}/{EVIL}.jpg", "template_message": evil, "template_header": evil}
    head = {"location": {EVIL: EVIL}, "contact": evil, "interactive_globalbuttons": evil, "media_name": EVIL}
    for more in ({}, {"template_id": EVIL, "language": EVIL}, {"application": "3"}):
        html = written(bubble_of({**head, **more}, item))
        assert "<script" not in html
        assert "\u202e" not in html
        assert "U+202E" in html


def test_ticks_stand_with_their_word_and_not_in_a_preview(written: Any) -> None:
    view = bubble_of({}, {"message": "Hi"})
    assert "✓" not in written(view)
    assert "Close to what WhatsApp shows" in written(view)
    assert "✓✓</span> Delivered" in written(view, "delivered", 0.0)
    assert "00:00:00" in written(view, "accepted", 0.0)
