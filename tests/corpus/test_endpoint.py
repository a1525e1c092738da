"""Every request of the corpus through the real endpoint: gunicorn, the hook files of `hooks/`, the store, a relay, the
sandbox. What each must come to was taken from its note, the facts and the numbering plans; the tables are beside."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

import pytest

from tests.corpus import expected_crm, expected_forms, expected_zapier, expected_zoho
from tests.corpus.case import Case, Sent
from tests.corpus.shop import HOOKS, Answer, Received, receive, secrets

CASES: Final = (*expected_zapier.CASES, *expected_zoho.CASES, *expected_forms.CASES, *expected_crm.CASES)
CODES: Final = {400: "undecodable", 401: "unauthenticated", 405: "method_not_allowed"}
every_case: Final = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
# Short words such as "key" and "abc" stand in many places that are no secret.
SHORTEST_SECRET: Final = 8


@pytest.fixture(scope="module")
def received(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Received:
    """What became of the whole corpus, sent once for all tests."""
    return receive(corpus, tmp_path_factory.mktemp("corpus"), CASES)


def test_every_file_of_the_corpus_has_an_expectation(corpus: Path) -> None:
    files = {f"{file.parent.name}/{file.stem}" for file in corpus.glob("*/*.http")}
    assert files
    assert files == {case.file for case in CASES}


def test_every_hook_file_has_a_case_and_every_case_a_hook_file() -> None:
    assert {file.stem for file in HOOKS.glob("*.yaml")} == {case.hook for case in CASES}


def test_every_reference_belongs_to_one_expected_message() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
    counts = Counter(sent.reference for case in CASES for sent in case.sent)
    assert counts.total() > 60
    assert [reference for reference, count in counts.items() if count > 1] == []


def test_check_finds_no_fault_in_these_hook_files(received: Received) -> None:
    assert received.check.returncode == 0, received.check.stdout + received.check.stderr


@every_case
def test_a_real_request_gets_its_answer(received: Received, case: Case) -> None:
    answer = received.first[case.name]
    assert answer.status == case.status, answer.body.decode()
    for name, part in case.headers.items():
        assert part in answer.headers.get(name, "")
    for part in case.says:
        assert part in answer.text
    if case.outcome in {"rejected", "unauthenticated", "refused"}:
        _look_at_refusal(answer, case)
    elif case.outcome != "handshake" and not case.headers:  # a page, a redirect or SOAP is told by its headers
        _look_at_success(answer, case)


def _look_at_success(answer: Answer, case: Case) -> None:
    body = answer.json
    assert body["ok"] is True
    assert body["message"]
    assert body["status"] == case.outcome
    assert body["messages"] == len(case.sent)
    assert body["duplicate"] is False
    assert body["decoded_as"] == case.decoded_as
    assert answer.event is not None
    assert body.get("repairs", []) == answer.event["repairs"]
    _look_for_faults(body.get("errors", {}), case)


def _look_at_refusal(answer: Answer, case: Case) -> None:
    body = answer.json
    assert body["ok"] is False
    assert body["error"] == body["message"]
    assert body["request_id"]
    if case.outcome == "refused":
        assert "POST" in answer.headers["allow"]
    assert body["code"] == CODES.get(case.status, "invalid_fields")
    if case.fields:
        assert set(body["fields"]) == set(case.fields)
    for key, part in case.fields.items():
        assert part in " ".join(body["fields"][key])
        assert part in body["message"]
    if case.faults:
        _look_for_faults(body["fields"], case)
    if case.received_keys is not None:
        assert tuple(body["received_keys"]) == case.received_keys


def _look_for_faults(errors: dict[str, Any], case: Case) -> None:
    """The bad elements of a batch, and no others, stand there by their index."""
    assert sorted(errors) == [str(index) for index in case.faults]
    for index, part in case.faults.items():
        assert part in json.dumps(errors[str(index)], ensure_ascii=False)


@every_case
def test_the_event_is_kept_as_it_was_read(received: Received, case: Case) -> None:
    event = received.first[case.name].event
    if case.outcome in {"unauthenticated", "refused"}:
        assert event is None
        return
    if case.outcome == "handshake":
        assert event is None or event["status"] == "ignored"
        return
    assert event is not None
    assert event["hook"] == case.hook
    assert event["status"] == case.outcome
    assert event["decoded_as"] == case.decoded_as
    recorded = [f"{repair['field']}:{repair['code']}" for repair in event["repairs"]]
    assert [wanted for wanted in case.repairs if not any(fnmatch(one, wanted) for one in recorded)] == []


@every_case
def test_the_push_api_gets_exactly_what_the_request_is_worth(received: Received, case: Case) -> None:
    times = 2 if case.again == "new" else 1
    references = {sent.reference for sent in case.sent}
    got = [_sent(message) for message in received.messages if message["reference_number"] in references]
    assert sorted(got, key=_order) == sorted([*case.sent] * times, key=_order)


def test_nothing_else_reaches_the_push_api(received: Received) -> None:
    expected = {sent.reference for case in CASES for sent in case.sent}
    assert [_sent(message) for message in received.messages if message["reference_number"] not in expected] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.again], ids=lambda case: case.name)
def test_the_same_request_again(received: Received, case: Case) -> None:
    first, second = received.first[case.name], received.second[case.name]
    assert second.status == first.status
    if case.again == "duplicate":
        assert second.event is None, "a duplicate makes no event of its own"
        assert second.json.get("id") == first.json.get("id")
    if first.json:
        assert second.json["duplicate"] is (case.again == "duplicate")


def test_no_token_is_kept_or_logged(received: Received, corpus: Path) -> None:
    events = [answer.event for answer in (*received.first.values(), *received.second.values()) if answer.event]
    kept = [str(event) for event in events]
    tokens = [secret for secret in secrets(corpus).values() if len(secret) >= SHORTEST_SECRET]
    assert len(events) > 100
    assert [token for token in tokens if token in received.log] == []
    assert [(token, row[:60]) for token, row in itertools.product(tokens, kept) if token in row] == []


def _sent(message: Any) -> Sent:
    item, envelope = message["item"], message["envelope"]
    template = None
    if "template_id" in envelope:
        template = (envelope["template_id"], envelope["language"], tuple(item.get("template_message", ())))
    return Sent(message["reference_number"], message["number"], message["message"], template)


def _order(sent: Sent) -> tuple[str, str]:
    return sent.reference, sent.number
