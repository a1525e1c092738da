"""Our own requests in the shapes senders post, at least one for each source: decoded, enriched, proven, recognised."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.intake import auth, sources
from adapter.intake.decode import decode
from adapter.intake.payload import Payload
from adapter.intake.sources import SOURCES, SourceKind
from adapter.intake.sources.places import find
from tests.intake.sources.expected import EXPECTED, NOW, REQUESTS, SECRET, request

NAMES = sorted(EXPECTED)
SIGNED = [name for name in NAMES if EXPECTED[name].signed]


def kind_of(name: str) -> SourceKind:
    return SOURCES[name.partition("-")[0]]


def enriched(name: str) -> Payload:
    raw = request(name)
    return sources.enrich(kind_of(name), raw, decode(raw))


def scope_of(name: str) -> Any:
    """The payload as fields see it: with `item`, the first event, where the source has batches."""
    data, each = enriched(name).data, kind_of(name).for_each
    if each is None:
        return data
    found = find(data, each)
    first = found[0] if isinstance(found, list) and found else found
    return {**(data if isinstance(data, dict) else {}), "item": first}


def event_of(name: str) -> tuple[str, ...] | None:
    parts = [find(scope_of(name), place) for place in kind_of(name).event_id]
    return tuple(map(str, parts)) if parts and all(isinstance(part, str | int) for part in parts) else None


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_has_a_request_of_ours(name: str) -> None:
    assert [file for file in EXPECTED if file.partition("-")[0] == name]


def test_every_request_is_expected_and_every_expectation_has_a_request() -> None:
    assert {file.stem for file in REQUESTS.glob("*.http")} == set(EXPECTED)
    assert not {name.partition("-")[0] for name in EXPECTED} - SOURCES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_what_people_want_is_found(name: str) -> None:
    reach = EXPECTED[name].reach
    scope = scope_of(name)
    assert {place: find(scope, place) for place in reach} == reach


@pytest.mark.parametrize("name", [name for name in NAMES if not EXPECTED[name].is_handshake])
def test_its_method_is_allowed_without_being_asked_for(name: str) -> None:
    assert request(name).method in kind_of(name).methods


@pytest.mark.parametrize("name", NAMES)
def test_its_event_id_is_the_senders_and_complete(name: str) -> None:
    assert event_of(name) == EXPECTED[name].event


@pytest.mark.parametrize("name", NAMES)
def test_its_sender_is_recognised_where_anything_tells_it(name: str) -> None:
    raw = request(name)
    guessed = sources.guess(raw, decode(raw))
    assert (guessed == kind_of(name).name) is EXPECTED[name].told, guessed


@pytest.mark.parametrize("name", NAMES)
def test_only_tests_and_handshakes_are_taken_for_such(name: str) -> None:
    kind, proofs = kind_of(name), [auth.TokenProof(SECRET)]
    reply = kind.handshake(request(name), proofs) if kind.handshake else None
    assert (reply is not None) is EXPECTED[name].is_handshake
    assert (sources.test_traffic(kind, enriched(name)) is not None) is EXPECTED[name].is_test


@pytest.mark.parametrize("name", SIGNED)
def test_its_signature_passes_with_the_preset_and_with_no_other_secret(name: str) -> None:
    preset = EXPECTED[name].preset or kind_of(name).preset
    proof = auth.hmac_proof({"preset": preset, "secret": SECRET})
    other = auth.hmac_proof({"preset": preset, "secret": "whsec_b3RoZXI="})
    assert auth.authenticate([proof], request(name), now=NOW) is proof
    assert auth.authenticate([other], request(name), now=NOW) is None


def test_every_source_that_signs_has_a_signed_request() -> None:
    signing = {kind.name for kind in SOURCES.values() if kind.preset}
    unseen = {"zoho_books", "zoho_inventory", "zoho_invoice"}  # the engine of zoho_billing, which has one
    assert {kind_of(name).name for name in SIGNED} == signing - unseen
    assert {SOURCES[name].preset for name in unseen} == {"zoho_billing"}
