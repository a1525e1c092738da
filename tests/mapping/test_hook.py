"""A hook file is checked whole: every fault at once, one sentence each, with its line."""

from __future__ import annotations

import re

import pytest

from adapter.intake.auth import HmacProof
from adapter.mapping.hook import Hook
from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook

GOOD = """\
source: zoho_crm
auth:
  - token: ${ZOHO_TOKEN}
fields:
  phone: {type: phone, from: [Mobile, Phone], required: true}
  amount: {type: decimal, from: Amount}
when: amount is none or amount >= 1000
dedupe: {key: [phone, amount], within: 72h}
push:
  to: "{{ phone }}"
  message: |
    Hi!
    You paid {{ amount }}.
"""
AROUND = Surroundings(environ={"ZOHO_TOKEN": "s3cret", "OTHER": "x"}, reserved={"SECRET_KEY", "PICKY_TOKEN"})


def load(text: str, around: Surroundings = AROUND) -> Hook:
    return load_hook("won_deal", text, around)


def faults(text: str, around: Surroundings = AROUND) -> list[tuple[int, str]]:
    with pytest.raises(HookFaults) as caught:
        load(text, around)
    return [(fault.line, fault.sentence) for fault in caught.value.faults]


def test_a_good_file_loads() -> None:
    hook = load(GOOD)
    assert hook.source.name == "zoho_crm"
    assert hook.fields.names == ("phone", "amount")
    assert hook.dedupe.within == 72 * 3600
    assert hook.secret_names == ("ZOHO_TOKEN",)
    assert "s3cret" not in repr(hook.secret_names)


@pytest.mark.parametrize(
    ("was", "now", "line", "words"),
    [
        ("source: zoho_crm", "source: zoho_cmr", 1, 'source: unknown source "zoho_cmr"; known are'),
        ("dedupe:", "dedup:", 8, 'dedup: unknown key; did you mean "dedupe"?'),
        ("required: true}", "requierd: true}", 5, 'requierd: unknown key; did you mean "required"?'),
        ("type: phone,", "type: fone,", 5, "fields.phone.type: unknown type; known are text, phone"),
        ("required: true}", "required: yes}", 5, "fields.phone.required: must be true or false"),
        ("${ZOHO_TOKEN}", "${GONE}", 3, "the environment variable GONE is not set"),
        ("${ZOHO_TOKEN}", "${SECRET_KEY}", 3, "SECRET_KEY is a setting of the adapter itself"),
        ("${ZOHO_TOKEN}", "x${ZOHO_TOKEN}", 3, r"\$\{NAME\} must be the whole value"),
        ("amount >= 1000", "amuont >= 1000", 7, 'when: "amuont" is no field of this hook; did you mean "amount"?'),
        ("amount >= 1000", "amount >=", 7, "when: the template does not compile"),
        ("{{ amount }}", "{{ amuont }}", 13, 'push.message: "amuont" is no field of this hook'),
        ("{{ amount }}", "{{ amount }", 13, "push.message: the template does not compile"),
        ("{{ amount }}", "{{ amount | evil }}", 13, "No filter named 'evil'"),
        ("key: [phone, amount]", "key: [phone, amuont]", 8, r'dedupe.key\[1\]: "amuont" is no field'),
        ("within: 72h", "within: 72", 8, "dedupe.within: must be a span such as"),
        ('  to: "{{ phone }}"\n', "", 9, "push.to: is missing"),
        ("push:\n", "for_each: 'items['\npush:\n", 9, "for_each: .* is no JMESPath to a list"),
        ("push:\n", "limits: {}\npush:\n", 9, "limits: is not supported yet; remove it"),
        ("push:\n", "notify: [text]\npush:\n", 9, r"notify\[0\]: must be a mapping of keys to values"),
        ("push:\n", "on_unknown: retry\npush:\n", 9, "must be hold or resend"),
        ("push:\n", "browser: {honeypot: x}\npush:\n", 9, "browser: belongs to hooks with source: form only"),
        ("push:\n", "push:\n  account: shop2\n", 10, 'no account is named "shop2"; known are main'),
        ("push:\n", "push:\n  template: {id: X, language: en}\n", 10, "give template or message, not both"),
        ("auth:\n  - token: ${ZOHO_TOKEN}\n", "", 1, "auth: is missing"),
        ("auth:\n  - token: ${ZOHO_TOKEN}\n", "auth: []\n", 2, "auth: must be a list of proofs"),
        ("- token: ${ZOHO_TOKEN}", "- tokn: x", 3, 'tokn: unknown key; did you mean "token"?'),
        ("- token: ${ZOHO_TOKEN}", "- hmac: {preset: shopfy, secret: x}", 3, "shopify"),
        ("type: decimal,", "type: decimal, default: lots,", 6, r'fields.amount.default: "lots" is not a number'),
        ("type: decimal,", "type: choice,", 6, "choices and type: choice belong together"),
        ("type: decimal,", "type: decimal, region: IN,", 6, "region belongs to a field of type phone"),
        ("type: decimal,", "type: decimal, min: few,", 6, 'fields.amount.min: "few" is not a number'),
        ("type: decimal,", "type: decimal, pattern: x,", 6, "pattern belongs to a field of type email or text or url"),
        ("type: decimal,", "pattern: '(',", 6, "fields.amount.pattern: is not a regular expression"),
        ("type: decimal,", "type: date, format: foo,", 6, "is not a date format"),
        ("type: decimal,", "max: -1,", 6, "fields.amount.max: must be a length"),
        ("type: decimal,", "type: list, fields: {x: {type: fone}},", 6, "fields.amount.fields.x.type: unknown type"),
        ("type: decimal,", "type: list, fields: {x: {mx: 1}},", 6, 'mx: unknown key; did you mean "max"'),
        ("type: decimal,", "type: list, fields: {x: {type: integer, default: a}},", 6, "fields.amount.fields.x.default"),
        ("type: decimal,", "type: phone, region: IN, region_from: x,", 6, "give region or region_from"),
        ("dedupe: {key: [phone, amount], within: 72h}", "dedupe: {digest: true, within: 48h}", 8, "24h at most"),
        ("dedupe: {key: [phone, amount], within: 72h}", "dedupe: {within: 48h}", 8, "give key: .fields., or digest"),
        ("source: zoho_crm\n", "source: zoho_crm\nregion: India\n", 2, "region: must be a country's two capital letters"),
        ("source: zoho_crm\n", "source: zoho_crm\ntimezone: Asia/Calcuta\n", 2, 'timezone: "Asia/Calcuta" is no time zone'),
        ("source: zoho_crm\n", "source: zoho_crm\nregion: UK\n", 2, "region: must be a country's two capital letters"),
        ("source: zoho_crm\n", "source: zoho_crm\nlocale: klingon\n", 2, 'locale: "klingon" is no language'),
        ("source: zoho_crm\n", "source: zoho_crm\nenabled: maybe\n", 2, "enabled: must be true, false or capture"),
        ("source: zoho_crm\n", "source: zoho_crm\nsource: form\n", 2, 'the key "source" stands twice'),
        ("source: zoho_crm\n", "source: zoho_crm\nreject_status: 404\n", 2, "reject_status: must be 422 or 200"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_line(was: str, now: str, line: int, words: str) -> None:
    assert was in GOOD
    found = faults(GOOD.replace(was, now, 1))
    assert len(found) == 1, found
    assert found[0][0] == line
    assert re.search(words, found[0][1]), found[0][1]


def test_a_number_may_be_written_bare_where_text_is_meant() -> None:
    push = 'push: {to: [919876543210, "{{ phone }}", ""], template: {id: 12345, language: en}}'
    hook = load(GOOD[: GOOD.index("push:")] + push)
    assert [text.source for text in hook.push.to] == ["919876543210", "{{ phone }}"]


def test_fields_and_a_schema_of_ones_own_are_one_too_many() -> None:
    found = faults(GOOD.replace("source: zoho_crm\n", "source: zoho_crm\nschema: json.JSONDecoder\n", 1))
    assert found[0] == (2, "schema: json.JSONDecoder is no marshmallow Schema")
    assert "give fields, or schema" in found[1][1]


def test_a_schema_that_cannot_be_loaded_is_told_with_its_line() -> None:
    text = "source: form\nauth: none\nschema: no.such.Schema\npush: {to: '919876543210', message: Hi}\n"
    assert faults(text) == [(3, "schema: no.such.Schema cannot be loaded: ModuleNotFoundError: No module named 'no'")]


def test_a_signing_secret_alone_means_the_scheme_of_the_source() -> None:
    signed = GOOD.replace("source: zoho_crm", "source: shopify").replace(
        "- token: ${ZOHO_TOKEN}", "- hmac: ${ZOHO_TOKEN}"
    )
    (proof,) = load(signed).proofs
    assert isinstance(proof, HmacProof)
    assert (proof.header, proof.encoding) == ("X-Shopify-Hmac-SHA256", "base64")


def test_a_prefix_names_the_pair_of_a_signature() -> None:
    proof = "- hmac: {header: X-S, grammar: pairs, prefix: 'v1=', timestamp: {pair: t}, signed: '{timestamp}.{body}', secret: x}"
    assert load(GOOD.replace("- token: ${ZOHO_TOKEN}", proof)).proofs


@pytest.mark.parametrize("template", ["{id: X, language: {a: b}}", "{id: [], language: en}", "{}"])
def test_a_template_with_a_faulty_part_is_a_fault_and_no_crash(template: str) -> None:
    found = faults(
        f"source: form\nauth: none\nfields: {{p: {{}}}}\npush: {{to: '{{{{ p }}}}', template: {template}}}\n"
    )
    assert found
    assert all(line == 4 and sentence.startswith("push.template.") for line, sentence in found)


def test_all_faults_are_told_at_once() -> None:
    broken = GOOD.replace("zoho_crm", "zoho").replace("{{ amount }}", "{{ amuont }}").replace("72h", "72")
    assert [line for line, _ in faults(broken)] == [1, 8, 13]


def test_without_secrets_it_loads_for_a_look() -> None:
    assert load(GOOD, Surroundings(check_secrets=False)).proofs


def test_auth_none_must_be_said() -> None:
    hook = load(GOOD.replace("auth:\n  - token: ${ZOHO_TOKEN}\n", "auth: none\n"))
    assert hook.proofs == ()


@pytest.mark.parametrize("name", ["accounts", "Won", "_x", "a" * 64, "a b", ""])
def test_some_names_cannot_be_hooks(name: str) -> None:
    with pytest.raises(HookFaults, match="cannot be a hook's name"):
        load_hook(name, GOOD, AROUND)


@pytest.mark.parametrize("text", ["", "just text", "- a\n- b\n", "42"])
def test_a_file_that_is_no_mapping_is_one_fault(text: str) -> None:
    assert faults(text) == [(1, "a hook file must be a mapping that begins with source:")]


def test_a_message_file_is_read_and_its_faults_are_the_hooks() -> None:
    text = GOOD[: GOOD.index("  message: |")] + "  message_file: thanks.txt\n"
    around = Surroundings(environ={"ZOHO_TOKEN": "x"}, read_text={"thanks.txt": "Hi {{ nmae }}"}.__getitem__)
    assert faults(text, around) == [
        (11, 'push.message_file: "nmae" is no field of this hook; fields are amount, phone')
    ]
