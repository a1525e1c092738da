"""The table of states is the documentation's diagram, and whole."""

from __future__ import annotations

from pathlib import Path

from adapter.delivery.states import DUE, ENDED_BADLY, MEANINGS, TRANSITIONS, WAITING, diagram

DOC = Path(__file__).resolve().parents[2] / "docs" / "delivery.md"
OF_REPORTS = {"submitted", "delivered", "read", "refunded"}  # states that delivery reports lead to


def test_the_diagram_of_the_documentation_is_that_of_the_code() -> None:
    assert f"```mermaid\n{diagram()}\n```" in DOC.read_text(encoding="utf-8")


def test_every_meaning_stands_in_the_documentation() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert [state for state, meaning in MEANINGS.items() if f"| {state} | {meaning} |" not in text] == []


def test_every_state_is_reached_and_every_way_leads_from_a_state_to_a_state() -> None:
    reached = {there for _, there in TRANSITIONS}
    assert reached | OF_REPORTS == set(MEANINGS)
    assert {here for here, _ in TRANSITIONS} <= set(MEANINGS)


def test_what_is_due_is_sent_what_waits_can_be_stopped_and_what_ended_badly_can_be_sent_again() -> None:
    assert all((state, "sending") in TRANSITIONS for state in DUE)
    assert all((state, "cancelled") in TRANSITIONS for state in WAITING)
    assert all((state, "queued") in TRANSITIONS for state in ENDED_BADLY)
