"""The template language: what it lets a text do, and that nothing it lets in can break out, hang or fill the memory."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
import zoneinfo
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.template import MOST_TURNS, Rule, TemplateFault, Text, Voice, budget, compiled, names_in

INDIA = Voice("en_IN", zoneinfo.ZoneInfo("Asia/Kolkata"), "IN")
SYNTAX = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", "{{ x }}", "{% raw %}", "${x}", "|", "\n", "# ", "-", "__class__"]
)


def made(source: str, **values: Any) -> str:
    return Text(source, INDIA).render(values)


@given(st.lists(SYNTAX | st.text(max_size=8), max_size=8).map("".join))
def test_a_value_is_printed_as_it_stands_whatever_it_holds(value: str) -> None:
    assert Text("a{{ x }}b{% if x %}{{ x }}{% endif %}").render({"x": value}) == f"a{value}b{value}"


@given(
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers() | st.floats(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_any_value_prints_or_is_a_fault(value: Any) -> None:
    with contextlib.suppress(TemplateFault):
        assert isinstance(Text("{{ x }}{{ x ~ x }}{{ x | string | upper }}").render({"x": value}), str)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ rows | map(attribute='name') | join(', ') }}", "Tea, Jam"),
        ("{{ rows | sum('price') }}", "12.75"),
        ("{{ rows | selectattr('price', 'gt', 5) | map(attribute='name') | first }}", "Jam"),
        ("{% for row in rows %}{{ loop.index }} of {{ loop.length }}: {{ row.name }}{% if not loop.last %}; {% endif %}{% endfor %}", "1 of 2: Tea; 2 of 2: Jam"),
        ("{% for n in range(1, 4) %}{{ n }}{% endfor %}", "123"),
        ("{{ order.items | join('+') }}", "a+b"),
        ("{{ order['items'][1] }}{{ order.get('none', '-') }}", "b-"),
        ("{{ name.split(' ')[0] }}{{ name.replace('a', '4') }}{{ '-'.join(['x', 'y']) }}", "AshaAsh4 Menonx-y"),
        ("{{ day.year }}/{{ day.strftime('%m') }}", "2026/04"),
        ("{{ 2.5 | round }} {{ amount | round(1) }} {{ 7 | round(-1) }} {{ amount | round(1, 'floor') }}", "3 2.7 10 2.6"),
        ("{{ amount | int }} {{ '12' | int + 1 }} {{ 'x' | int }}", "2 13 0"),
        ("{{ 'a b&c' | urlencode }}", "a%20b%26c"),
        ("{{ name ~ ': ' ~ amount }}", "Asha Menon: 2.65"),
        ("{{ order }}", '{"items": ["a", "b"]}'),
        ("{{ rows | map(attribute='name') }}", "Tea, Jam"),
        ("{{ 4 is even }}{{ 4 is divisibleby 3 }}", "TrueFalse"),
        ("{% set total = 2 + 3 %}{{ total }}", "5"),
    ],
)  # fmt: skip
def test_what_a_text_can_do(source: str, text: str) -> None:
    values = {
        "rows": [{"name": "Tea", "price": Decimal("2.50")}, {"name": "Jam", "price": Decimal("10.25")}],
        "order": {"items": ["a", "b"]}, "name": "Asha Menon", "day": dt.date(2026, 4, 10), "amount": Decimal("2.65"),
    }  # fmt: skip
    assert made(source, **values) == text


def test_a_moment_prints_in_the_zone_of_the_hook_and_in_no_language() -> None:
    assert made("{{ at }}", at=dt.datetime(2026, 4, 10, 20, 30, tzinfo=dt.UTC)) == "2026-04-11 02:00"
    assert made("{{ at }}", at=dt.date(2026, 4, 10)) == "2026-04-10"


ESCAPES = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ x['__class__'] }}", "{{ x.__class__ }}", "{{ x | attr('__class__') }}",
    "{{ x.format.__globals__ }}", "{{ '{0.__class__}'.format(x) }}", "{{ '{a}'.format_map({'a': x}) }}", "{{ x.format(x) }}",
    "{% set f = x.format %}{{ f(x) }}", "{{ [x] | map(attribute='__class__') | list }}", "{{ [x] | map(attribute='__class__.__mro__') | first }}",
    "{{ [x] | sum(attribute='__class__') }}", "{{ [x] | join(attribute='__class__') }}", "{{ [x, x] | sort(attribute='__class__') }}",
    "{{ [x] | selectattr('__class__') | list }}", "{{ [x] | map('attr', '__class__') | list }}", "{{ [x.format] | map('string') | list }}",
    "{{ self }}", "{{ self._TemplateReference__context }}", "{{ self.__init__.__globals__ }}", "{{ lipsum.__globals__ }}", "{{ lipsum() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ joiner.__init__ }}", "{% set ns = namespace() %}{{ ns }}", "{{ dict() }}",
    "{{ config }}", "{{ request }}", "{{ get_flashed_messages }}", "{{ url_for }}", "{{ x.replace.func.__globals__ }}",
    "{{ x.upper.__self__ }}", "{{ x.upper }}", "{{ x.join.__closure__ }}", "{{ range.__init__ }}", "{{ range }}",
    "{{ (x | map('upper')).gi_frame }}", "{{ (x | map('upper')).gi_code }}", "{{ none.__class__ }}", "{{ true.__class__ }}",
    "{{ x.nope.__class__ }}", "{{ nope.__class__ }}", "{{ (1).__class__ }}", "{{ (1).real }}", "{{ [].__class__ }}", "{{ {}.__class__ }}",
    "{% for a in [1] %}{{ loop }}{% endfor %}", "{% for a in [1] %}{{ loop.__init__ }}{% endfor %}", "{% for a in [1] %}{{ loop._iterator }}{% endfor %}",
    "{% for a in [1] %}{{ loop([2]) }}{% endfor %}", "{% autoescape true %}{{ x }}{% endautoescape %}", "{% import 'os' as os %}",
    "{% from 'os' import x %}", "{% include '/etc/passwd' %}", "{% extends x %}", "{% block a %}{% endblock %}", "{% debug %}",
    "{% do x.upper() %}", "{% macro m() %}{% endmacro %}", "{% call x() %}{% endcall %}", "{% filter upper %}a{% endfilter %}",
    "{% set a %}b{% endset %}", "{{ x | pprint }}", "{{ x | xmlattr }}", "{{ x | random }}", "{{ x | tojson }}", "{{ caller() }}",
    "{{ super() }}", "{{ varargs }}", "{{ x is callable }}", "{{ 'upper' is filter }}", "{{ x.encode('utf-16') }}", "{{ rows.append(1) }}",
    "{{ rows.clear() }}", "{{ order.update({}) }}", "{{ order.pop('a') }}", "{{ rows.__setitem__(0, 1) }}", "{{ x | map('x y') | list }}",
]  # fmt: skip


@pytest.mark.parametrize("source", ESCAPES)
def test_the_known_ways_out_are_closed(source: str) -> None:
    values = {"x": "text", "rows": [1], "order": {"a": 1}}
    with pytest.raises(TemplateFault):
        Text(source).render(values)
    assert values == {"x": "text", "rows": [1], "order": {"a": 1}}


HUGE = [
    "{{ 'a' * 10**9 }}", "{{ [1] * 10**9 }}", "{{ 10**9 * 'a' }}", "{{ '%1000000000d' % 1 }}", "{{ '%1000000000d' is odd }}",
    "{{ '%1000000000d' is even }}", "{{ '%1000000000d' is divisibleby 1 }}", "{{ ['%1000000000d'] | select('odd') | list }}",
    "{{ 10 ** 10 ** 10 }}", "{{ 2 ** 65 }}", "{{ 1000001 ** 2 }}", "{{ 5 | round(-1000000000) }}", "{{ 5 | round(1000000000, 'ceil') }}",
    "{{ 'a' | round(9, 'ceil') }}", "{{ range(1001) | list }}", "{{ range(10**9) }}", "{{ 'a'.ljust(10**9) }}", "{{ 'a'.center(10**9) }}",
    "{{ 'a'.zfill(10**9) }}", "{{ 'a\t'.expandtabs(10**9) }}", "{{ '{:>999999999}'.format(1) }}", "{{ 'a'.translate({97: big}) }}",
    "{{ 'a' | center(10**9) }}", "{{ '%1000000000d' | format(1) }}", "{{ 'a' | indent(10**9) }}", "{{ 'a b' | wordwrap(1, true, big) }}",
    "{{ [1] | batch(10**9, 'x') | list }}", "{{ 'a' | replace('', big) }}", "{{ 'aaaa'.replace('a', big) }}", "{{ many | join(big) }}",
    "{{ big.join(many) }}", "{{ [[1]] | sum(start=[]) }}", "{{ many | map('default', big, true) | join }}", "{{ many | map('string') | map('replace', '', big) | list }}",
    "{{ many | map('replace', 0, big) | list | length }}", "{{ (1).to_bytes(10**9) }}", "{{ day.strftime('%Y' * 3) }}", "{{ day.strftime(big) }}",
    "{% set s = 'a' %}" + "{% set s = s ~ s %}" * 40 + "{{ s | length }}", "{% set s = 'a' %}" + "{% set s = s + s %}" * 40 + "{{ s | length }}",
    "{% set s = [1] %}" + "{% set s = s + s %}" * 40 + "{{ s | length }}", "{% set s = [1] %}" + "{% set s = [s, s] %}" * 40 + "{{ s }}",
    "{% set s = {'a': 1} %}" + "{% set s = {'a': s, 'b': s} %}" * 40 + "{{ s }}", "{% set s = (1, 1) %}" + "{% set s = (s, s) %}" * 40 + "{{ s == s }}",
    "{% set n = 9 %}" + "{% set n = n * n %}" * 40 + "{{ n }}", "{% set n = d %}" + "{% set n = n * n %}" * 15 + "{{ n }}",
    "{{ 1e300 | number }}", "{{ 1e300 | int }}", "{{ d ** 64 | int }}", "{{ exponent }}", "{{ exponent | int }}", "{{ exponent | number }}",
    "{{ exponent | currency('INR') }}", "{{ exponent | round }}", "{{ digits | int * 1 | string }}" + "{{ digits | number }}", "{{ huge }}", "{{ huge | number }}",
    "{% for a in many %}{% for b in many %}{{ a }}{% endfor %}{% endfor %}", "{% for a in many %}{% for b in many %}{% endfor %}{% endfor %}",
    "{% for a in many %}{{ big }}{% endfor %}", "{% for a in range(1000) %}{% set t = big ~ a %}{% endfor %}", "{{ deep }}",
]  # fmt: skip


@pytest.mark.parametrize("source", HUGE)
def test_nothing_huge_is_made(source: str) -> None:
    deep: Any = []
    for _ in range(500):
        deep = [deep]
    values = {
        "big": "b" * 90_000, "many": [0] * 5_000, "d": Decimal(10) ** 20, "exponent": Decimal("1E+999999"), "digits": "9" * 5_000,
        "huge": 10**5_000, "day": dt.date(2026, 4, 10), "deep": deep,
    }  # fmt: skip
    begun = time.monotonic()
    with pytest.raises(TemplateFault):
        Text(source).render(values)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    "source",
    ["{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "{% for a in x %}" * 30 + "{% endfor %}" * 30, "{{ " + "-" * 3000 + "1 }}", "{{ " + "9" * 5000 + " }}"],
)  # fmt: skip
def test_a_source_that_nests_too_deeply_is_a_fault_and_no_crash(source: str) -> None:
    with pytest.raises(TemplateFault, match="does not compile"):
        Text(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ x | curency('INR') }}", "No filter named 'curency'; did you mean \"currency\"?"),
        ("{{ x | format }}", "No filter named 'format'; did you mean \"number\"?"),
        ("{{ x | zzzzzzz }}", "No filter named 'zzzzzzz'"),
        ("{% if x %}{{ x | evil }}{% endif %}", "No filter named 'evil'"),
        ("{{ x is evn }}", "No test named 'evn'; did you mean \"even\"?"),
        ("{% macro m() %}{% endmacro %}", "macro does not exist here"),
        ("{{ self }}", "self does not exist here"),
        ("{{ x }", "does not compile"),
    ],
)
def test_what_does_not_exist_is_told_while_the_hook_loads(source: str, words: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Text("one\n" + source)
    assert words in str(caught.value)
    assert caught.value.line == 2


def test_a_rule_is_closed_like_a_text() -> None:
    for source in ("x.__class__", "'a' * 10**9", "x ~ nope", "self"):
        with pytest.raises(TemplateFault):
            Rule(source).value({"x": "text"})
    assert Rule("[1, 2] + [3]").value({}) == [1, 2, 3]
    assert Rule("x | map('upper')").value({"x": ["a"]}) == ["A"]


def test_a_field_may_be_called_like_something_of_jinjas() -> None:
    assert made("{{ range }}{{ context }}{{ environment }}", range="a", context="b", environment="c") == "abc"


def test_a_budget_is_shared_by_all_texts_of_an_event() -> None:
    half = Text("{% for a in x %}{% endfor %}")
    values = {"x": list(range(MOST_TURNS // 2 + 1))}
    half.render(values)
    half.render(values)  # without a budget each has its own turns
    with budget(lambda: 0.0):
        half.render(values)
        with pytest.raises(TemplateFault, match="10,000 turns"):
            half.render(values)


def test_a_budget_ends_by_the_clock() -> None:
    now = [100.0]
    text = Text("a{{ x }}b")
    with budget(lambda: now[0]):
        assert text.render({"x": 1}) == "a1b"
        now[0] += 2.1
        with pytest.raises(TemplateFault, match="more than 2 seconds"):
            text.render({"x": 1})
        with pytest.raises(TemplateFault, match="more than 2 seconds"):
            Rule("x | upper").value({"x": "a"})
    assert text.render({"x": 1}) == "a1b"


def test_a_loop_without_output_looks_at_the_clock_too() -> None:
    ticks = iter(range(10_000))
    with budget(lambda: next(ticks) * 0.1), pytest.raises(TemplateFault, match="more than 2 seconds"):
        Text("{% for a in x %}{% endfor %}").render({"x": list(range(500))})


def test_hooks_that_speak_alike_share_one_environment() -> None:
    assert Text("{{ x }}", INDIA)._template.environment is Text("{{ y }}", INDIA)._template.environment
    assert Text("{{ x | number }}", Voice("de_DE")).render({"x": 1234.5}) == "1.234,5"
    assert Text("{{ x | number }}", Voice("en")).render({"x": 1234.5}) == "1,234.5"


def test_a_nested_value_is_compiled_with_its_voice() -> None:
    found = compiled({"a": ["{{ x | number }}"], "b": 3}, INDIA)
    assert found["a"][0].render({"x": 1234567}) == "12,34,567"
    assert names_in(found) == {"x": 1}


@pytest.mark.parametrize(
    ("source", "literal", "least", "is_constant"),
    [
        ("Hi there", "Hi there", 8, True),
        ("Hi {{ x }}!", "Hi \ufffc!", 4, False),
        ("Hi{% if x %} you{% endif %}", "Hi you", 2, False),
        ("{% set y = 1 %}Hi", "Hi", 2, False),
        ("", "", 0, True),
    ],
)
def test_a_text_knows_what_it_prints_in_any_case(source: str, literal: str, least: int, is_constant: bool) -> None:
    text = Text(source)
    assert (text.literal, text.least, text.is_constant) == (literal, least, is_constant)


def test_the_longest_part_is_named_as_it_is_written() -> None:
    text = Text("{{ a }} {{ b | upper }} {% for c in d %}{{ c.e }}{% endfor %}")
    assert text.longest_part({"a": "x", "b": "yy", "d": []}) == ("{{ b | upper }}", 2)
    assert Text("none").longest_part({}) is None
