"""Real and documented requests of the corpus, each against the proof its sender is configured with."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from adapter.intake import auth
from adapter.intake.request import RawRequest, read_http_file

PRESETS = {
    "06-typeform-form-response": "typeform",
    "07-tally-form-response": "tally",
    "13-wpforms-form-signed-over-json": "wpforms",
    "17-webflow-v2-form-submission": "webflow",
    "19-netlify-forms-jws": "netlify",
    "20-formstack-urlencoded-captured": "formstack",
    "21-formstack-json": "formstack",
    "26-facebook-leadgen": "meta",
    "27-hubspot-app-webhook-v3": "hubspot",
    "28-hubspot-workflow-webhook-v2": "hubspot_v2",
    "37-woocommerce-order-created": "woocommerce",
    "38-calendly-v2-invitee-created": "calendly",
    "40-stripe-charge-succeeded": "stripe",
    "41-github-docs-vector": "github",
    "42-standard-webhooks-test-vector": "standard_webhooks",
    "43-standard-webhooks-contact-created": "standard_webhooks",
    "45-neg-tampered-body": "shopify",
    "47-neg-signature-missing": "shopify",
}
TOKENS: dict[str, dict[str, str]] = {
    "14-cf7-to-webhook-json": {"header": "Authorization"},
    "32-freshsales-workflow-json": {"header": "Authorization"},
    "25-facebook-leadgen-handshake": {"query": "hub.verify_token"},
}


def entry(corpus: Path, name: str) -> tuple[dict[str, Any], RawRequest]:
    rows = json.loads((corpus / "forms" / "manifest.json").read_text())
    row = next(row for row in rows if row["file"] == f"{name}.http")
    return row, read_http_file((corpus / "forms" / row["file"]).read_bytes())


def test_every_signed_request_of_the_corpus_is_tried(corpus: Path) -> None:
    rows = json.loads((corpus / "forms" / "manifest.json").read_text())
    signed = {
        row["file"] for row in rows if row["secret"] and row["scheme"]["kind"] in {"hmac", "digest", "jws_sha256"}
    }
    assert signed == {f"{name}.http" for name in PRESETS}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_agrees_with_the_corpus(corpus: Path, name: str) -> None:
    row, request = entry(corpus, name)
    proof = auth.hmac_proof({"preset": PRESETS[name], "secret": row["secret"]})
    now = float(row["now"] or 0)
    assert (auth.authenticate([proof], request, now=now) is proof) is row["verifies"]
    tampered = dataclasses.replace(request, body=request.body.replace(b"3", b"4", 1) + b" ")
    assert auth.authenticate([proof], tampered, now=now) is None
    assert auth.authenticate([proof], dataclasses.replace(request, headers=()), now=now) is None
    if row["now"]:
        assert auth.authenticate([proof], request, now=now + 1000) is None


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_of_the_corpus_passes_in_its_place(corpus: Path, name: str) -> None:
    row, request = entry(corpus, name)
    proof = auth.TokenProof(row["secret"], **TOKENS[name])
    assert auth.authenticate([proof], request, now=0) is proof
    assert auth.authenticate([dataclasses.replace(proof, secret="other")], request, now=0) is None
    kept = auth.redact(request, proof)
    assert row["secret"] not in repr(kept)


def test_basic_credentials_of_pipedrive_and_zapier_pass(corpus: Path) -> None:
    _, pipedrive = entry(corpus, "29-pipedrive-v1-updated-deal")
    assert auth.authenticate([auth.BasicProof("hook", "test-pass")], pipedrive, now=0)
    zapier = read_http_file((corpus / "zapier" / "08-zapier-put-json-basic-auth.http").read_bytes())
    assert auth.authenticate([auth.BasicProof("api", "pä55")], zapier, now=0)
    assert not auth.authenticate([auth.BasicProof("api", "pa55")], zapier, now=0)


def test_a_deluge_function_may_sign_time_nonce_and_body(corpus: Path) -> None:
    request = read_http_file((corpus / "zoho" / "13-crm-function-invokeurl-json-hmac.http").read_bytes())
    options = {
        "secret": "fixture-secret", "header": "X-Zoho-Signature", "signed": "{timestamp}.{id}.{body}",
        "timestamp": {"header": "X-Zoho-Timestamp"}, "id_header": "X-Zoho-Nonce",
    }  # fmt: skip
    assert auth.authenticate([auth.hmac_proof(options)], request, now=1774376792)
    assert not auth.authenticate([auth.hmac_proof(options)], request, now=1774376792 + 301)


def test_zoho_billing_signs_the_sorted_query_and_the_body(corpus: Path) -> None:
    request = read_http_file((corpus / "zoho" / "20-billing-signed.http").read_bytes())
    proof = auth.hmac_proof({"preset": "zoho_billing", "secret": "fixturesecret1234"})
    assert auth.authenticate([proof], request, now=0) is proof
    assert auth.authenticate([proof], dataclasses.replace(request, query="name=pro"), now=0) is None
