"""The table of sources: names, words for nothing, unresolved merge fields, places that can be read."""

from __future__ import annotations

import time

import pytest

from adapter.intake import auth
from adapter.intake.sources import DOLLAR, MUSTACHE, SOURCES
from adapter.intake.sources.kind import AT
from adapter.intake.sources.places import find

_NAMES = """
zapier make n8n power_automate pabbly activepieces pipedream ifttt albato integrately
zoho_crm zoho_forms zoho_flow zoho_books zoho_inventory zoho_invoice zoho_billing zoho_commerce zoho_payments zoho_desk
zoho_creator zoho_recruit zoho_campaigns bigin
form jotform typeform tally google_forms gravity_forms wpforms contact_form_7 elementor webflow netlify formstack wufoo
cognito fillout
facebook_leads hubspot pipedrive salesforce freshsales shopify woocommerce calendly stripe github standard_webhooks
"""
WANTED = _NAMES.split()
ZOHO = [name for name in WANTED if name.startswith("zoho_") or name == "bigin"]
MUSTACHED = {"zapier", "make", "n8n", "pabbly", "activepieces", "ifttt", "freshsales", "hubspot"}


def test_every_sender_has_its_row() -> None:
    assert set(SOURCES) == set(WANTED)
    assert all(kind.name == name and kind.title for name, kind in SOURCES.items())


def test_a_row_can_be_a_key() -> None:
    assert len(set(SOURCES.values())) == len(SOURCES)


def test_only_a_website_form_is_posted_by_a_browser() -> None:
    assert [name for name, kind in SOURCES.items() if kind.browser] == ["form"]


@pytest.mark.parametrize("name", WANTED)
def test_no_row_takes_get_or_delete_by_itself(name: str) -> None:
    assert "POST" in SOURCES[name].methods
    assert not {"GET", "DELETE"} & set(SOURCES[name].methods)


@pytest.mark.parametrize("name", WANTED)
def test_a_preset_of_a_row_exists(name: str) -> None:
    assert SOURCES[name].preset is None or SOURCES[name].preset in auth.PRESETS


def test_only_salesforce_is_never_told_of_a_rejection() -> None:
    assert [name for name, kind in SOURCES.items() if kind.reject_status != 422] == ["salesforce"]


@pytest.mark.parametrize("name", ZOHO)
def test_the_words_of_zoho_mean_nothing(name: str) -> None:
    assert {"-none-", "-select-", "null"} <= SOURCES[name].empty_words


def test_words_that_people_write_are_values_where_no_source_writes_them_for_nothing() -> None:
    assert [name for name in WANTED if SOURCES[name].empty_words and name not in ZOHO] == []
    assert "none" not in SOURCES["zoho_forms"].empty_words
    assert all(word == word.lower() for kind in SOURCES.values() for word in kind.empty_words)


@pytest.mark.parametrize("name", WANTED)
def test_an_unresolved_merge_field_looks_as_its_sender_writes_it(name: str) -> None:
    holes = SOURCES[name].placeholders
    assert holes.fullmatch(" ${!Leads.WhatsApp_No} ")
    assert bool(holes.fullmatch("{{1.phone}}")) is (name in MUSTACHED)
    assert bool(holes.fullmatch("@{triggerBody()?['phone']}")) is (name == "power_automate")


@pytest.mark.parametrize(
    "text", ["", " ", "Ana", "$5", "${", "Hi ${Leads.Name}", "${a}b", "{{a", "{a}", "${a}}", "{{a}} b"]
)
def test_what_holds_anything_else_is_a_value(text: str) -> None:
    assert not any(holes.fullmatch(text) for holes in (DOLLAR, MUSTACHE, AT))


def test_several_unresolved_fields_side_by_side_are_nothing_either() -> None:
    assert DOLLAR.fullmatch("${Leads.First Name} ${Leads.Last Name}")
    assert MUSTACHE.fullmatch("{{first}}{{last}}")


@pytest.mark.parametrize("piece", [" ", "{{", "${", "{{a}} ", "${a}", "@{", "}", "${a} {{"])
def test_a_long_value_is_compared_in_linear_time(piece: str) -> None:
    started = time.perf_counter()
    for holes in (DOLLAR, MUSTACHE, AT):
        holes.fullmatch(piece * 200_000 + "x")
    assert time.perf_counter() - started < 1


def test_a_place_is_a_key_first_and_then_an_expression() -> None:
    data = {"a.b": 1, "a": {"b": 2}, "X-Topic": "t", "list": [{"n": 1}]}
    assert find(data, "a.b") == 1
    assert find({"a": {"b": 2}}, "a.b") == 2
    assert find(data, "X-Topic") == "t"
    assert find(data, "list[0].n") == 1
    assert find([{"n": 3}], "[0].n") == 3


@pytest.mark.parametrize(
    "place", ["X-Shopify-Topic", "join(',', @)", "contains(a, 'x')", "starts_with(a, 'x')", "a ||", ""]
)
@pytest.mark.parametrize("data", [None, 1, "text", [], {}, {"a": 1}, [[1]]])
def test_a_place_that_does_not_fit_is_nothing(place: str, data: object) -> None:
    assert find(data, place) in (None, "")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("zoho_crm", {"id": "6201234000000451007", "module": "Leads"}),
        ("zoho_crm", {"channel_id": "1", "module": "Leads", "operation": "update", "ids": [], "server_time": 1}),
        ("pipedrive", {"meta": {"webhook_id": "1", "object": "deal", "id": 49, "v": 1}}),
        ("wufoo", {"EntryId": "42"}),
        ("zoho_desk", {"item": {"orgId": "1", "eventType": "Ticket_Add", "payload": {"id": "7"}}}),
        ("woocommerce", {"id": 727}),
        ("hubspot", {"vid": 1, "item": {"vid": 1}}),
    ],
)
def test_a_record_alone_is_no_event(name: str, data: object) -> None:
    parts = [find(data, place) for place in SOURCES[name].event_id]
    assert not all(isinstance(part, str | int) for part in parts)
