"""Drafts: whatever a sender posts, what is proposed loads, reads what came, writes to the right number, tells no secret."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from adapter.config import NAMES
from adapter.draft import Draft, Unclean, draft, name_for
from adapter.draft.vocabulary import is_secret
from adapter.errors import Undecodable
from adapter.intake.decode import decode
from adapter.intake.request import RawRequest, read_http_file
from adapter.located import read_yaml
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import Surroundings, load_hook
from adapter.picky.account import Account
from adapter.samples import Came, came_of
from tests.conftest import CORPUS

ACCOUNTS = {"main": Account("main", "https://push.example.com/", "", "8")}
SECRET = "whsec_ZHVtbXktc2VjcmV0LW9mLXRlc3Rz"  # base64 behind whsec_, as Standard Webhooks wants it
PHONE = "+34 600 000 001"
NUMBER = "34600000001"

# Every request of the corpus whose number is valid as it came, with what its notes say it should be sent to.
# Without an entry there is no number, one without a country code, or one of a range that nobody has (555-01…).
NUMBERS: dict[str, list[str]] = {
    "forms/01-html-urlencoded": ["34600000001"],
    "forms/03-html-multipart-file": ["351910000002"],
    "forms/04-html-text-plain-enctype": ["34600000001"],
    "forms/06-typeform-form-response": ["34600000001"],
    "forms/07-tally-form-response": ["32491223344"],
    "forms/13-wpforms-form-signed-over-json": ["34600000001"],
    "forms/19-netlify-forms-jws": ["34600000001"],
    "forms/27-hubspot-app-webhook-v3": ["34600000001"],  # of two events the second has a number
    "forms/28-hubspot-workflow-webhook-v2": ["34600000001"],
    "forms/31-salesforce-outbound-message": ["34600000001", "34600000002"],
    "forms/38-calendly-v2-invitee-created": ["34600000001"],
    "forms/45-neg-tampered-body": ["34600000009"],
    "forms/47-neg-signature-missing": ["34600000001"],
    "forms/48-edge-json-labelled-as-form": ["34600000001"],
    "forms/52-edge-empty-body-query-only": ["34600000001"],
    "zapier/80-pabbly-json-mixed": ["49221123"],  # short, but subscribers in Cologne may have three digits
    "zoho/01-crm-workflow-formdata-urlencoded": ["919876543210"],
    "zoho/03-crm-workflow-raw-json": ["919876543210"],
    "zoho/07-crm-workflow-json-as-text-plain": ["919876543210"],
    "zoho/09-crm-workflow-get-url-params": ["919876543210"],
    "zoho/17-books-default-payload-json": ["919876543210"],
    "zoho/19-books-raw-json-template": ["919876543210"],
    "zoho/25-forms-json": ["919876543210"],
    "zoho/27-flow-bigin-tag-whatsapp": ["8801712345678"],
    "zoho/30-campaigns-emailapi-unsubscribe": ["919876543210"],
}
# Names that people are greeted by, from the same notes.
GREETED = {
    "forms/01-html-urlencoded": "María Núñez",
    "forms/28-hubspot-workflow-webhook-v2": "María",
    "forms/31-salesforce-outbound-message": "Carlos",
    "forms/38-calendly-v2-invitee-created": "Jane Example",
    "zoho/01-crm-workflow-formdata-urlencoded": "Asha",
    "zoho/17-books-default-payload-json": "Asha",
    "zoho/25-forms-json": "Asha",
    "zoho/27-flow-bigin-tag-whatsapp": "Karim Uddin",
}


def posted(data: Any, *headers: tuple[str, str], query: str = "", path: str = "/hooks/x") -> RawRequest:
    body = json.dumps(data, ensure_ascii=False).encode()
    return RawRequest("POST", path, query, (("Content-Type", "application/json"), *headers), body)


def drafted(request: RawRequest, *, name: str = "h", region: str | None = None) -> Draft:
    return draft(request, name=name, file="captured.http", reserved=NAMES, region=region)


def loaded(text: str, variable: str, *, region: str | None = None) -> Hook:
    return load_hook("h", text, Surroundings(environ={variable: SECRET}, reserved=NAMES, region=region))


def came(found: Draft, *, region: str | None = None) -> Came:
    return came_of(loaded(found.hook, found.variable, region=region), found.request, ACCOUNTS)


def field(found: Draft, name: str) -> dict[str, Any]:
    one: dict[str, Any] = read_yaml(found.hook).data["fields"][name]
    return one


def corpus_requests() -> list[str]:
    return sorted(f"{file.parent.name}/{file.stem}" for file in CORPUS.glob("*/*.http"))


@pytest.mark.parametrize("name", corpus_requests() or [pytest.param("", marks=pytest.mark.skip("there is no corpus"))])
def test_what_real_senders_send_gives_a_hook_that_loads_and_sends(name: str, corpus: Path) -> None:
    request = read_http_file((corpus / f"{name}.http").read_bytes())
    try:
        found = drafted(request)
    except Undecodable:
        assert name not in NUMBERS
        return
    outcome = came(found)
    assert [message["to"] for message in outcome.messages] == NUMBERS.get(name, [])
    assert (outcome.outcome == "queued") == (name in NUMBERS)
    if name not in NUMBERS and outcome.outcome == "rejected":
        assert found.missing
        assert "FILL IN" in found.hook
    if name in GREETED:
        assert outcome.messages[0]["message"].startswith(f"Hi {GREETED[name]}, ")
    again = came_of(loaded(found.hook, found.variable), read_http_file(found.sample), ACCOUNTS)
    assert again == outcome


@pytest.mark.parametrize("name", corpus_requests() or [pytest.param("", marks=pytest.mark.skip("there is no corpus"))])
def test_what_is_proposed_as_a_comment_loads_as_well(name: str, corpus: Path) -> None:
    try:
        found = drafted(read_http_file((corpus / f"{name}.http").read_bytes()))
    except Undecodable:
        return
    text = re.sub(r"(?m)^( *)# (dedupe: |region: |- token: |- basic: )", r"\1\2", found.hook)
    assert loaded(text, found.variable).proofs


OWN_SHAPES = {
    "form": RawRequest("POST", "/", "", (), urlencode({"name": "Asha Menon", "tel": PHONE}).encode()),
    "zapier nested keys": posted({"customer__name": "Asha", "customer__phone": PHONE}, ("User-Agent", "Zapier")),
    "brackets": RawRequest(
        "POST", "/", "", (), b"c%5Bname%5D=Asha&c%5Bmobile%5D=%2B34600000001&tags%5B%5D=a&tags%5B%5D=b"
    ),
    "lists of one": posted({"Your name": ["Asha"], "WhatsApp": [PHONE]}),
    "questions": posted(
        {"answers": [{"title": "Name", "value": "Asha"}, {"title": 'It\'s your "phone"', "value": PHONE}]}
    ),
    "rows": posted({"people": [{"first_name": "Asha", "mobile": PHONE, "note": None}]}),
    "a list": posted([{"name": "Asha", "phone": PHONE}, {"name": "Ravi", "phone": PHONE}]),
    "numbered": posted({"contacts": {"0": {"name": "Asha", "phone": PHONE}, "1": {"name": "Ravi"}}}),
    "xml": RawRequest("POST", "/", "", (), f"<lead><name>Asha</name><phone>{PHONE}</phone></lead>".encode()),
    "query": RawRequest("GET", "/", urlencode({"name": "Asha", "phone": PHONE}), (), b""),
    "whatsapp": posted({"to": "whatsapp:+34600000001", "name": "Asha"}),
    "number as json": posted({"phone": 34600000001, "name": "Asha"}),
    "a field is called as a key of the adapter": posted({"phone": PHONE, "to": "a", "message": "b", "item": "c"}),
}


@pytest.mark.parametrize("shape", OWN_SHAPES)
def test_every_shape_gives_a_hook_that_loads_and_sends(shape: str) -> None:
    outcome = came(drafted(OWN_SHAPES[shape]))
    assert outcome.outcome == "queued", outcome.reason
    assert outcome.messages[0]["to"] == NUMBER


def test_a_list_of_events_makes_a_message_of_each() -> None:
    found = drafted(posted([{"name": "Asha", "phone": PHONE}, {"name": "Ravi", "phone": "+34600000002"}]))
    assert read_yaml(found.hook).data["for_each"] == "@"
    assert field(found, "phone")["from"] == ["item.phone"]
    messages = [(message["to"], message["message"][:8]) for message in came(found).messages]
    assert messages == [(NUMBER, "Hi Asha,"), ("34600000002", "Hi Ravi,")]


def test_what_only_a_later_event_of_a_list_holds_is_found() -> None:
    found = drafted(posted([{"name": "Asha", "phone": None}, {"name": None, "phone": PHONE}]))
    assert [message["to"] for message in came(found).messages] == [NUMBER]


KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(
    ["item", "true", "none", "and", "a: b", "#1", '"', "'", "a.b", "a[0]", "a[]", "a__b", "${X}", "{{ x }}", "k" * 200,
     "not", "1.3", "a | b", "\\", "a'b\\", "`", "@", "*", "-", "? x", "!tag", "&a", "%", "for", "phone", "name", "null"]
)  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False) | st.text(max_size=40)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@pytest.mark.filterwarnings("ignore:deprecated string literal:PendingDeprecationWarning")  # of JMESPath, for a key ``
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, VALUES, max_size=8))
@example({"a'b\\": [{"label": "x'\\", "value": "y"}], "k": {"a.b": {'"': "z"}}})
@example({"": "", " ": {"": 1}})
@example({"2": {":": False, ";": False}})
def test_no_key_and_no_value_breaks_a_draft(data: dict[str, Any]) -> None:
    try:
        found = drafted(posted(data))
    except (Undecodable, Unclean):  # a token that is a number with an exponent is left to a person
        return
    assert came(found).outcome in {"queued", "rejected", "ignored"}
    assert all(line.isprintable() for line in found.hook.split("\n"))


@pytest.mark.filterwarnings("ignore:deprecated string literal:PendingDeprecationWarning")  # of JMESPath, for a key ``
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        KEYS.filter(lambda key: key.strip(" _-").lower() not in {"", "phone"} and not is_secret(key)),
        st.sampled_from(["red", "green", "blue sky"]),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
)
@example({"a'b\\": "red", '"': "green", "a.b": "blue sky"}, True)
def test_every_field_finds_what_came_under_its_key(data: dict[str, Any], nested: bool) -> None:
    found = drafted(posted({"in here": data} if nested else data))
    hook = loaded(found.hook, found.variable)
    declared = read_yaml(found.hook).data["fields"].keys() - {"phone"}
    values = hook.fields.load({"phone": PHONE, "item": {"phone": PHONE}, **decode(found.request).data}).values
    read = [one for name in declared for one in (values[name] if isinstance(values[name], list) else [values[name]])]
    assert set(read) <= set(data.values())  # `a[]` is a list, so its field is one


PROOF = "s3cr3t-4711-zq"
PLACES: dict[str, RawRequest] = {
    "Authorization": posted({"phone": PHONE}, ("Authorization", f"Bearer {PROOF}")),
    "X-Api-Key": posted({"phone": PHONE}, ("X-Api-Key", PROOF)),
    "a cookie": posted({"phone": PHONE}, ("Cookie", f"session={PROOF}")),
    "a signature": posted({"phone": PHONE}, ("X-Shopify-Hmac-SHA256", PROOF)),
    "the query": posted({"phone": PHONE}, query=f"a=1&token={PROOF}"),
    "the query under another name": posted({"phone": PHONE}, query=f"client_secret={PROOF}&a=1"),
    "the path": posted({"phone": PHONE}, path=f"/hooks/x/{PROOF}"),
    "the path, repeated": posted({"phone": PHONE, "webhookURL": f"https://example.com/hooks/x/{PROOF}"}, path=f"/hooks/x/{PROOF}"),
    "the head, repeated": posted({"phone": PHONE, "note": f"key {PROOF}"}, ("X-Api-Key", PROOF)),
    "JSON": posted({"phone": PHONE, "HandshakeKey": PROOF}),
    "nested JSON": posted({"phone": PHONE, "auth": {"user": "u", "value": PROOF}}),
    "JSON, repeated": posted({"phone": PHONE, "password": PROOF, "note": f"it is {PROOF}!"}),
    "a form": RawRequest("POST", "/", "", (), f"phone=%2B34600000001&api_key={PROOF}".encode()),
    "JSON in a form": RawRequest("POST", "/", "", (), urlencode({"rawRequest": json.dumps({"phone": PHONE, "token": PROOF})}).encode()),
    "XML": RawRequest("POST", "/", "", (), f"<a><phone>{PHONE}</phone><SessionId>{PROOF}</SessionId></a>".encode()),
    "multipart": RawRequest(
        "POST", "/", "", (("Content-Type", "multipart/form-data; boundary=b"),),
        f'--b\r\nContent-Disposition: form-data; name="token"\r\n\r\n{PROOF}\r\n--b\r\nContent-Disposition: form-data; name="phone"\r\n\r\n{PHONE}\r\n--b--\r\n'.encode(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_in_what_is_written(place: str) -> None:
    found = drafted(PLACES[place])
    assert PROOF not in found.hook
    assert PROOF.encode() not in found.sample
    outcome = came(found)
    assert [message["to"] for message in outcome.messages] == [NUMBER]


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=3, max_size=30), st.booleans())
@example('quote"back\\slash & <tag>', True)
def test_no_character_of_a_secret_keeps_it_in_place(secret: str, as_json: bool) -> None:
    pairs = {"phone": PHONE, "api_key": f"Q7-{secret}", "note": f"it is Q7-{secret}"}
    found = drafted(RawRequest("POST", "/", "", (), (json.dumps(pairs) if as_json else urlencode(pairs)).encode()))
    left = decode(found.request).data
    assert (left["api_key"].strip(), left["note"].strip()) == ("***", "it is ***")
    assert "Q7-" not in found.hook


@pytest.mark.parametrize("secret", ["abc", "key", "1234", "pass word", "ä&"])
@pytest.mark.parametrize("encode", [lambda pairs: json.dumps(pairs).encode(), lambda pairs: urlencode(pairs).encode()])
def test_a_short_secret_goes_without_harm_to_the_rest(secret: str, encode: Any) -> None:
    body = encode({"key1": "abcdef", "phone": PHONE, "token": secret})
    found = drafted(RawRequest("POST", "/", "", (), body))
    assert came(found).messages[0]["to"] == NUMBER
    left = decode(found.request).data
    assert left["key1"] == "abcdef"
    assert left["token"] in {"***", "0"}
    assert "token" not in read_yaml(found.hook).data["fields"]


def test_the_sample_is_a_request_to_the_hook_with_its_token_to_be_filled_in() -> None:
    found = drafted(posted({"phone": PHONE}, query="a=1&secret=x", path="/f/other/place"), name="won_deal")
    request = read_http_file(found.sample)
    assert (request.method, request.path, request.query) == ("POST", "/hooks/won_deal", "a=1")
    assert request.header("X-Hook-Token") == "${WON_DEAL_TOKEN}"
    assert request.body == posted({"phone": PHONE}).body


PREFERENCES: list[tuple[dict[str, Any], list[str]]] = [
    ({"phone": PHONE}, ["phone"]),
    ({"phone": "+34 900 123 456", "mobile": PHONE}, ["mobile", "phone"]),
    ({"mobile": "", "phone": PHONE}, ["mobile", "phone"]),
    ({"Fax": "+34 900 123 456", "Tel.": PHONE}, ["Tel."]),
    ({"Teléfono móvil": PHONE}, ["Teléfono móvil"]),
    ({"tel-437": PHONE}, ["tel-437"]),
    ({"owner_phone": "+34 600 000 009", "phone": PHONE}, ["phone"]),
    ({"phone": "555-555-SHIP", "customer": {"phone": PHONE}}, ["customer.phone"]),
    ({"question_7": PHONE, "order": "12345678901"}, ["question_7"]),
    ({"created": "1723793131", "form_id": "12312312312", "contact": {"whatsapp": PHONE}}, ["contact.whatsapp"]),
    ({"fields": {"x1": {"type": "tel", "value": PHONE}, "phone": {"type": "text", "value": "+34 600 000 009"}}},
     ["fields.x1.value", "fields.phone.value"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "places"), PREFERENCES)
def test_the_number_is_told_by_type_then_key_then_value(data: dict[str, Any], places: list[str]) -> None:
    found = drafted(posted(data))
    assert field(found, "phone")["from"] == places
    assert came(found).messages[0]["to"] == NUMBER


@pytest.mark.parametrize(
    "data",
    [
        {"id": "34600000001"},
        {"form_id": "12312312312", "at": 1723793131},
        {"date": "2026-03-05 10-11", "code": "600-000-001-002-003-004-005-006"},
        {"hotel": "5", "phone_verified": "yes", "phone_type": "mobile"},
    ],
)
def test_what_is_no_phone_number_is_not_taken_for_one(data: dict[str, Any]) -> None:
    found = drafted(posted(data))
    assert field(found, "phone") == {"type": "phone", "required": True, "from": ["phone"]}
    assert "FILL IN" in found.hook
    assert found.missing[0].startswith("No phone number was found")
    assert came(found).outcome == "rejected"


def test_a_number_without_a_country_code_asks_for_the_country() -> None:
    found = drafted(posted({"phone": "098765 43210"}))
    assert "region" not in field(found, "phone")
    assert re.search(r"(?m)^    # region: [A-Z]{2}   # FILL IN", found.hook)
    assert "country" in found.missing[0]
    mended = re.sub(r"# region: [A-Z]{2}", "region: IN", found.hook)
    assert came_of(loaded(mended, found.variable), found.request, ACCOUNTS).messages[0]["to"] == "919876543210"


def test_the_adapters_own_country_is_enough() -> None:
    found = drafted(posted({"phone": "098765 43210"}), region="IN")
    assert found.missing == ()
    assert came(found, region="IN").messages[0]["to"] == "919876543210"


def test_a_country_that_came_is_where_the_number_is_read() -> None:
    found = drafted(posted({"billing": {"phone": "(415) 555-2671", "country": "US"}}))
    assert field(found, "phone")["region_from"] == "billing.country"
    assert came(found).messages[0]["to"] == "14155552671"


def test_the_wrong_country_proves_nothing() -> None:
    found = drafted(posted({"phone": "098765 43210", "country": "US"}))
    assert field(found, "phone").keys() == {"type", "required", "from"}


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ({"first_name": "Asha", "last_name": "Menon", "full_name": "Asha Menon"}, ["first_name", "full_name"]),
        ({"name": "#9999", "customer": {"first_name": "Asha"}}, ["customer.first_name"]),
        ({"company_name": "Acme", "your-name": "Asha"}, ["your-name"]),
        ({"form": {"name": "Contact"}, "Nombre": "Asha"}, ["Nombre"]),
        ({"Name": {"Name_First": "Asha", "Name_Last": "Menon"}}, ["Name.Name_First"]),
        ({"owner_name": "Ravi", "contact": {"name": "Asha"}}, ["contact.name"]),
        ({"deal": {"name": "Chairs"}, "file_name": "a b"}, None),
    ],
)
def test_the_greeting_takes_a_persons_name(data: dict[str, Any], places: list[str] | None) -> None:
    found = drafted(posted({"phone": PHONE, **data}))
    assert read_yaml(found.hook).data["fields"].get("name", {}).get("from") == places
    assert came(found).messages[0]["message"].startswith("Hi Asha, " if places else "Hello, ")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("email", "asha@example.com", "email"), ("email", "none given", "text"), ("site", "https://example.com/a", "url"),
        ("day", "2026-03-05", "date"), ("day", "05/03/2026", "text"), ("at", "2026-03-05T10:30:00Z", "datetime"),
        ("total", "1299.50", "decimal"), ("total", 40, "decimal"), ("weight", 40.5, "decimal"), ("total", "ask us", "text"),
        ("total_formatted", "40.60", "text"), ("guests", "4", "integer"), ("guests", "four", "text"), ("Qty", 2, "integer"),
        ("order_id", "10045", "text"), ("order_count_id", 5, "text"), ("zip", "01067", "text"), ("number", 7, "text"),
        ("year", 2026, "text"), ("paid", True, "boolean"), ("paid", "False", "boolean"), ("paid", "yes", "text"),
        ("tags", ["a", "b"], "list"), ("size", "XL", "text"), ("rating", "4.5", "text"),
    ],
)  # fmt: skip
def test_types_are_guessed_with_care(key: str, value: Any, expected: str) -> None:
    found = drafted(posted({"phone": PHONE, key: value}))
    (name,) = read_yaml(found.hook).data["fields"].keys() - {"phone"}
    assert field(found, name).get("type", "text") == expected
    assert came(found).outcome == "queued"


def test_keys_of_secrets_and_of_programs_are_no_fields() -> None:
    data = {
        "phone": PHONE, "token": "t", "api_key": "k", "user_agent": "Mozilla", "ip": "203.0.113.9", "$version": 7,
        "utm_source": "x", "form_id": "5", "city": "Pune",
    }  # fmt: skip
    found = drafted(posted(data))
    assert list(read_yaml(found.hook).data["fields"]) == ["phone", "city"]
    left = next(line for line in found.hook.split("\n") if "Left out:" in line)
    assert "user_agent" in left
    assert "token" not in left


def test_at_most_fifteen_fields_are_proposed_and_the_others_are_named() -> None:
    found = drafted(posted({"phone": PHONE, "name": "Asha", **{f"colour_{n:02}": "red" for n in range(40)}}))
    assert len(read_yaml(found.hook).data["fields"]) == 15
    assert "colour_39" in found.hook.split("Left out:")[1]


def test_the_customers_number_of_an_order_is_in_the_message() -> None:
    found = drafted(posted({"phone": PHONE, "name": "Asha", "order_id": "10045", "id": "8812"}))
    assert came(found).messages[0]["message"] == "Hi Asha, thank you for your order!\n\nYour reference: 10045"
    assert "# dedupe: {key: [order_id], within: 72h}" in found.hook


def test_an_event_id_of_the_sender_needs_no_dedupe() -> None:
    data = {
        "eventId": "e1",
        "formId": "f",
        "data": {"fields": [{"label": "Phone", "type": "INPUT_PHONE_NUMBER", "value": PHONE}]},
    }
    found = drafted(posted(data, ("Tally-Signature", "c2ln")))
    assert "by its own id" in found.hook
    assert "dedupe:" not in found.hook
    assert field(found, "phone")["from"] == ["Phone"]


def test_a_signature_that_came_is_the_proof() -> None:
    found = drafted(
        posted({"id": 1, "phone": PHONE}, ("X-Shopify-Topic", "orders/paid"), ("X-Shopify-Hmac-SHA256", "c2ln"))
    )
    assert read_yaml(found.hook).data["auth"] == [{"hmac": {"preset": "shopify", "secret": "${H_SECRET}"}}]
    assert "/hooks/h/<" not in found.hook


def test_other_proofs_that_came_are_proposed() -> None:
    found = drafted(posted({"phone": PHONE, "HandshakeKey": "x"}, ("X-Api-Key", "k_123"), query="sid=1"))
    assert read_yaml(found.hook).data["auth"] == [{"token": "${H_TOKEN}"}]
    for place in ("header: X-Api-Key", "query: sid", "field: HandshakeKey"):
        assert f'# - token: {{secret: "${{H_TOKEN}}", {place}}}' in found.hook


def test_a_forms_hidden_field_is_its_trap() -> None:
    browser = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
    body = urlencode({"name": "Asha", "phone": PHONE, "_gotcha": ""}).encode()
    found = drafted(RawRequest("POST", "/", "", (browser,), body))
    assert read_yaml(found.hook).data["browser"] == {"honeypot": "_gotcha"}
    trapped = RawRequest("POST", "/", "", (browser,), body + b"x")
    assert came_of(loaded(found.hook, found.variable), trapped, ACCOUNTS).outcome == "ignored"


@pytest.mark.parametrize(
    ("name", "variable"),
    [("won_deal", "WON_DEAL_TOKEN"), ("a-b", "A_B_TOKEN"), ("api", "HOOK_API_TOKEN"), ("2nd", "HOOK_2ND_TOKEN")],
)
def test_the_variable_is_called_as_the_hook_and_never_as_a_setting(name: str, variable: str) -> None:
    found = drafted(posted({"phone": PHONE}), name=name)
    assert found.variable == variable
    assert loaded(found.hook, variable).secret_names == (variable,)


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("won deal", "won_deal"), ("01-CF7 to Webhook", "cf7_to_webhook"), ("Größe", "große".replace("ß", "ss")),
        ("captured", "zapier"), ("2026-03-05", "zapier"), ("accounts", "zapier"), ("名前", "zapier"),
        ("x" * 100, "x" * 40),
    ],
)  # fmt: skip
def test_a_hook_is_called_as_the_file_or_as_its_sender(stem: str, name: str) -> None:
    assert name_for(stem, posted({"phone": PHONE}, ("User-Agent", "Zapier"))) == name


def test_what_cannot_be_decoded_is_refused_with_its_sentence() -> None:
    with pytest.raises(Undecodable, match="line 1"):
        drafted(RawRequest("POST", "/", "", (("Content-Type", "application/json"),), b'{"a": "b" "c"}'))


def test_too_many_secrets_are_left_to_a_person() -> None:
    with pytest.raises(Unclean, match="by hand"):
        drafted(posted({"tokens": [f"secret-{number}" for number in range(200)]}))
