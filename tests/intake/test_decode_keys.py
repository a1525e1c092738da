"""Nested spellings grow beside the flat keys and never over what was sent."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.errors import Undecodable
from adapter.intake.decode import Limits
from adapter.intake.decode.keys import expand
from adapter.intake.decode.limits import DEFAULT_LIMITS
from adapter.intake.decode.notes import Notes

GROWN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"a__b": 1}, {"a": {"b": 1}}),
    ({"a__b__c": 1, "a__d": 2}, {"a": {"b": {"c": 1}, "d": 2}}),
    ({"a[b]": 1, "a[c][d]": 2}, {"a": {"b": 1, "c": {"d": 2}}}),
    ({"a[0]": "x", "a[1]": "y"}, {"a": ["x", "y"]}),
    ({"a[1]": "y", "a[0]": "x"}, {"a": ["x", "y"]}),
    ({"a[0]": "x", "a[2]": "z"}, {"a": {"0": "x", "2": "z"}}),
    ({"a[1]": "y"}, {"a": {"1": "y"}}),
    ({"a[]": "x"}, {"a": ["x"]}),
    ({"a[]": ["x", "y"]}, {"a": ["x", "y"]}),
    ({"a[b][]": "x"}, {"a": {"b": ["x"]}}),
    ({"a[][s]": ["A", "B"], "a[][q]": ["1", "2"]}, {"a": [{"s": "A", "q": "1"}, {"s": "B", "q": "2"}]}),
    ({"i[0][sku]": "A", "i[0][qty]": 1, "i[1][sku]": "B"}, {"i": [{"sku": "A", "qty": 1}, {"sku": "B"}]}),
    ({"items__0__sku": "A", "items__1__sku": "B"}, {"items": [{"sku": "A"}, {"sku": "B"}]}),
    ({"items[0].sku": "A"}, {"items": [{"sku": "A"}]}),
    ({"a.b": 1, "a.c": 2}, {"a": {"b": 1, "c": 2}}),
    ({"a__b[c]": 1}, {"a": {"b": {"c": 1}}}),
    ({"a[b]__c": 1}, {"a": {"b": {"c": 1}}}),
    ({"a[0].b": 1, "a[1].b": 2}, {"a": [{"b": 1}, {"b": 2}]}),
    ({"a[0].0.1": 1, "a[0]__0.0": 2}, {"a": [[[2, 1]]]}),
    ({"1.3[x].0.1": 1}, {"1.3": {"x": [{"1": 1}]}}),
    ({"a.b__c[0].d__e": 1}, {"a": {"b": {"c": [{"d": {"e": 1}}]}}}),
    ({"user__first.name": 1}, {"user": {"first": {"name": 1}}}),
    ({"items[0]__Product Name": 1}, {"items": [{"Product Name": 1}]}),
    ({"a[b.c][d__e]": 1}, {"a": {"b.c": {"d__e": 1}}}),
    ({"a.__proto__.b": 1}, {"a": {"__proto__": {"b": 1}}}),
    ({"a.__class__.__mro__": 1}, {"a": {"__class__": {"__mro__": 1}}}),
    ({"a[0]": "x", "a[b]": "y"}, {"a": {"0": "x", "b": "y"}}),
    ({"Full Name[ first ]": 1}, {"Full Name": {"first": 1}}),
    ({"__proto__[x]": 1}, {"__proto__": {"x": 1}}),
    ({"constructor[prototype][y]": 2}, {"constructor": {"prototype": {"y": 2}}}),
    ({"a[__class__]": 1}, {"a": {"__class__": 1}}),
    ({"a": 1, "a__b": 2}, {}),
    ({"a": {"c": 1}, "a[b]": 2}, {}),
    ({"a__b": 1, "a[b]": 2}, {"a": {"b": 1}}),
    ({"a__b": 1, "a__b__c": 2}, {"a": {"b": 1}}),
    ({"a[]": 1, "a[0]": 2}, {"a": [1]}),
    ({"__a": 1, "a__": 2, "__": 3, "a____b": 4}, {}),
    ({"1.3": "María", "5.1": "Demo"}, {}),
    ({"a.b c": 1, "e.g. this": 2, "x@y.io": 3, ".a": 4, "a.": 5, "a..b": 6, "https://a.b": 7}, {}),
    ({"a[b": 1, "a]": 2, "[a]": 3, "a[b]c": 4, "a[[b]]": 5, "a[][][]": 6, "[]": 7}, {}),
    ({"a[b].": 1, "a[b]c.d": 2, "[0].a": 3, "a[b]__": 4, "a.[b": 5}, {}),
    ({"0": {"sku": "A"}, "1": {"sku": "B"}}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "beside"), GROWN, ids=[" ".join(sent)[:40] for sent, _ in GROWN])
def test_each_spelling_grows_beside_the_flat_keys(sent: dict[str, Any], beside: dict[str, Any]) -> None:
    before = copy.deepcopy(sent)
    grown = expand(sent, Notes(), DEFAULT_LIMITS)
    assert grown == {**sent, **beside}
    assert list(grown)[: len(sent)] == list(sent)
    assert sent == before


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"a[b]": 1, "a__b": 2}, '"a__b"'),
        ({"a[b]": 1, "a[b][c]": 2}, '"a[b][c]"'),
        ({"a[]": 1, "a[0]": 2}, '"a[0]"'),
        ({"a[][s]": ["A", "B"], "a[][q]": "1"}, '"a[][q]" came 1'),
    ],
)
def test_where_keys_are_in_each_others_way_a_warning_says_so(sent: dict[str, Any], said: str) -> None:
    notes = Notes()
    grown = expand(sent, notes, DEFAULT_LIMITS)
    assert {key: grown[key] for key in sent} == sent
    assert len(notes.warnings) == 1
    assert said in notes.warnings[0]


def test_each_object_of_a_list_grows_and_all_are_counted_together() -> None:
    assert expand([{"a.b": 1}, "x", {"c": 2}], Notes(), DEFAULT_LIMITS) == [{"a.b": 1, "a": {"b": 1}}, "x", {"c": 2}]
    expand([{"a.b": 1}] * 10, Notes(), Limits(keys=20))
    with pytest.raises(Undecodable, match="more than 20 keys"):
        expand([{"a.b": 1}] * 11, Notes(), Limits(keys=20))


@pytest.mark.parametrize("piece", ["__a", ".a", "[a]", "[", "]", ".", "_", "__", "[a]__b.c", ".a__b", "a b"])
@pytest.mark.parametrize("end", ["", "[", "]", "[a", ".", "!"])
def test_a_key_of_any_pattern_is_read_in_few_steps(piece: str, end: str) -> None:
    key = "a" + piece * (490 // len(piece)) + end
    try:
        grown = expand({key: 1}, Notes(), Limits(levels=500))
    except Undecodable:
        pytest.fail("a key of 500 characters has no more than 500 levels")
    assert grown[key] == 1


def test_too_many_levels_are_refused() -> None:
    expand({"a" + "[b]" * 31: 1}, Notes(), DEFAULT_LIMITS)
    with pytest.raises(Undecodable, match="32 levels"):
        expand({"a" + "[b]" * 32: 1}, Notes(), DEFAULT_LIMITS)


def test_too_many_grown_keys_are_refused() -> None:
    with pytest.raises(Undecodable, match="more than 20 keys"):
        expand({f"a[{i}][x][y]": 1 for i in range(10)}, Notes(), Limits(keys=20))


NAMES = st.text("abxyzé_$-", min_size=1, max_size=4).filter(lambda name: "__" not in name and name.strip("_") == name)
TREES = st.recursive(
    st.text(max_size=3) | st.integers(),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=12,
)


def flat(value: Any, spell: str) -> list[tuple[str, Any]]:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if steps is None:
        return [("", value)]
    return [(spell.format(step) + rest, leaf) for step, inner in steps for rest, leaf in flat(inner, spell)]


@pytest.mark.parametrize("spell", ["[{}]", "__{}", ".{}"])
@given(tree=TREES)
@settings(max_examples=60, deadline=None, database=None)
def test_what_was_flattened_grows_back(spell: str, tree: Any) -> None:
    sent = {f"top{path}": leaf for path, leaf in flat(tree, spell)}
    grown = expand(sent, Notes(), DEFAULT_LIMITS)
    assert grown["top"] == tree
    assert {key: grown[key] for key in sent} == sent
