"""Labels and their values, and data headers, beside what the sender sent: never over it, bounded, whatever came."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.intake import sources
from adapter.intake.payload import Payload
from adapter.intake.request import RawRequest
from adapter.intake.sources import SOURCES
from adapter.intake.sources.labels import MOST_LABELS

ANSWERING = sorted(name for name, kind in SOURCES.items() if kind.answers)
# Keys and values that the senders' modules look for, so that made-up JSON gets past their first steps.
_LOOKED_FOR = (
    "form_response definition fields answers id title ref type text choice choices labels label other hidden data options"
    " value rows columns url rawRequest q3_name q4_tel5 first last area phone full year month day FieldStructure Fields"
    " Title Type ID SubFields Label shortname Field1 Field1-url meta tel payload questions_and_answers question answer"
    " questions_and_responses 1_question 1_response ordered_human_fields name note_attributes meta_data key field_data"
    " values entry changes submission questions urlParameters"
)
WORDS = st.sampled_from(_LOOKED_FOR.split())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
)


def answers(name: str, data: Any) -> dict[str, Any]:
    give = SOURCES[name].answers
    assert give is not None
    return dict(give(data))


def enriched(name: str, data: Any, *headers: tuple[str, str], received: tuple[str, ...] = ()) -> Payload:
    raw = RawRequest("POST", "/hooks/x", "", headers, b"")
    return sources.enrich(SOURCES[name], raw, Payload(data, received, "json"))


@pytest.mark.parametrize("name", ANSWERING)
@given(data=JSON)
@settings(max_examples=150, deadline=None)
def test_no_json_breaks_the_answers(name: str, data: Any) -> None:
    found = answers(name, data)
    assert len(found) <= MOST_LABELS
    assert all(isinstance(label, str) and label.strip() for label in found)


@given(name=st.sampled_from(sorted(SOURCES)), data=JSON, value=st.text(max_size=20))
@settings(max_examples=300, deadline=None)
def test_nothing_the_sender_sent_is_lost(name: str, data: Any, value: str) -> None:
    taken = enriched(name, data, *((header, value) for header in SOURCES[name].headers), received=("first",))
    sources.test_traffic(SOURCES[name], taken)
    sources.guess(RawRequest("POST", "/", "", (), b""), taken)
    assert taken.received_keys[0] == "first"
    if isinstance(data, dict):
        assert {key: taken.data[key] for key in data} == data or data != data  # NaN is not equal to itself
    else:
        assert taken.data is data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tally", {"data": {"fields": [{"label": f"Question {n}", "value": n} for n in range(10_000)]}}),
        ("webflow", {"payload": {"data": {f"k{n}": n for n in range(5_000)}}}),
        ("jotform", {f"q{n}_a{n}": "x" for n in range(5_000)}),
        ("elementor", {"fields": {f"f{n}": {"title": f"T{n}", "value": n} for n in range(5_000)}}),
    ],
)
def test_there_are_at_most_a_few_hundred(name: str, data: Any) -> None:
    assert len(answers(name, data)) == MOST_LABELS
    assert len(enriched(name, data).received_keys) <= 100


@pytest.mark.parametrize("label", ["", " ", "x" * 501, 5, None, ["a"]])
def test_a_label_is_a_text_that_can_be_a_name(label: Any) -> None:
    assert answers("tally", {"data": {"fields": [{"label": label, "value": "v"}]}}) == {}


def test_of_two_questions_with_one_label_the_answered_one_counts() -> None:
    fields = [{"label": "Phone", "value": None}, {"label": "Phone", "value": "1"}, {"label": "Phone", "value": "2"}]
    assert answers("tally", {"data": {"fields": fields}}) == {"Phone": "1"}
    assert answers("tally", {"data": {"fields": fields[:1]}}) == {"Phone": None}


def test_what_the_sender_named_itself_stays() -> None:
    data = {
        "name": "#1042",
        "note_attributes": [{"name": "name", "value": "a note"}, {"name": "WhatsApp", "value": "1"}],
    }
    taken = enriched("shopify", data, ("x-shopify-topic", "orders/paid"), received=("name", "note_attributes"))
    assert taken.data["name"] == "#1042"
    assert taken.data["WhatsApp"] == "1"
    assert taken.data["X-Shopify-Topic"] == "orders/paid"
    assert taken.received_keys == ("name", "note_attributes", "X-Shopify-Topic", "WhatsApp")


def test_a_header_never_replaces_a_key_and_an_empty_one_is_none() -> None:
    taken = enriched("github", {"X-GitHub-Event": "mine"}, ("X-GitHub-Event", "ping"), ("X-GitHub-Delivery", "  "))
    assert taken.data == {"X-GitHub-Event": "mine"}


def test_a_header_is_read_as_the_bytes_it_was_and_cut() -> None:
    taken = enriched(
        "github", {}, ("X-GitHub-Event", "é".encode().decode("latin-1")), ("X-GitHub-Delivery", "1" * 5_000)
    )
    assert taken.data["X-GitHub-Event"] == "é"
    assert len(taken.data["X-GitHub-Delivery"]) == 1_000


def test_an_undeclared_header_is_no_data() -> None:
    assert enriched("zapier", {"a": 1}, ("X-Shopify-Topic", "orders/paid")).data == {"a": 1}


def test_plugins_structures_are_no_answers() -> None:
    rows = [{"key": "a", "value": {"b": 1}}, {"key": "c", "value": ["d"]}, {"key": "e", "value": "text"}]
    assert answers("woocommerce", {"meta_data": rows}) == {"e": "text"}


@pytest.mark.parametrize(
    ("came", "read"),
    [
        ({"first": "Meera ", "last": " Iyer"}, "Meera Iyer"),
        ({"prefix": "Dr.", "first": "Meera", "middle": "K.", "last": "Iyer", "suffix": ""}, "Dr. Meera K. Iyer"),
        ({"area": "81", "phone": "900000559"}, "81 900000559"),
        ({"area": "", "phone": "900000559"}, "900000559"),
        ({"country": "55", "area": "81", "phone": "900000559"}, "+55 81 900000559"),
        ({"country": "+55", "area": "81", "phone": "900000559"}, "+55 81 900000559"),
        ({"full": " (081) 900-000559 "}, "(081) 900-000559"),
        ({"month": "3", "day": "5", "year": "2026"}, "2026-03-05"),
        ({"month": "", "day": "", "year": ""}, {"month": "", "day": "", "year": ""}),
        ({"addr_line1": "1 High St", "city": "Pune"}, {"addr_line1": "1 High St", "city": "Pune"}),
        ("plain", "plain"),
        (["a", "b"], ["a", "b"]),
    ],
)
def test_what_jotform_sends_in_pieces_is_one_text(came: Any, read: Any) -> None:
    key = "q7_question"
    taken = enriched("jotform", {key: came})
    assert taken.data["question"] == read
    assert taken.data[key] == came


def test_jotforms_own_keys_are_no_answers() -> None:
    assert answers("jotform", {"quick_reply": "a", "q_x": "b", "q3": "c", "formID": "1", "q3_": "d"}) == {}


def test_facebooks_answers_of_several_leads_are_not_mixed() -> None:
    def change(name: str) -> dict[str, Any]:
        return {"field": "leadgen", "value": {"field_data": [{"name": "full_name", "values": [name]}]}}

    assert answers("facebook_leads", {"entry": [{"changes": [change("Meera")]}]}) == {"full_name": "Meera"}
    assert answers("facebook_leads", {"entry": [{"changes": [change("Meera"), change("Noor")]}]}) == {}


def test_elementors_first_phone_is_the_tel_unless_a_field_is_called_so() -> None:
    tel = {"a": {"type": "tel", "title": "Mobile", "value": "1"}, "b": {"type": "tel", "title": "Office", "value": "2"}}
    assert answers("elementor", {"fields": tel}) == {"Mobile": "1", "Office": "2", "a": "1", "b": "2", "tel": "1"}
    named = {"tel": {"type": "text", "title": "Extension", "value": "9"}} | tel
    assert answers("elementor", {"fields": named})["tel"] == "9"


def test_a_netlify_function_wraps_the_same() -> None:
    form = {"data": {"phone": "1"}, "ordered_human_fields": [{"title": "Your phone", "name": "phone", "value": "1"}]}
    assert answers("netlify", form) == answers("netlify", {"payload": form}) == {"phone": "1", "Your phone": "1"}
