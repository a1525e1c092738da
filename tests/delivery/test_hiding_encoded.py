"""Numbers are hidden in what a form sends, too."""

from __future__ import annotations

import pytest

from adapter.delivery.hiding import hidden


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Mobile=%2B91+98765+43210&x=1", "Mobile=%2B••+•••••+•3210&x=1"),
        ("Phone=098765%2043210", "Phone=••••••%20•3210"),
        ("tel=%28020%292345678", "tel=%28•••%29•••5678"),
        ("at=2026-11-27", "at=2026-11-27"),
        ("Deal+Id=5725767000003000010", "Deal+Id=5725767000003000010"),
        ("to=98765 43210/98765 43211", "to=••••• •••••/••••• •3211"),
        ("a=1+2+3&b=4", "a=1+2+3&b=4"),
    ],
)
def test_a_number_is_hidden_as_a_form_spells_it(text: str, shown: str) -> None:
    assert hidden(text) == shown


def test_long_texts_take_linear_time() -> None:
    assert hidden("1%2" * 50_000)
    assert hidden("+" * 100_000)
