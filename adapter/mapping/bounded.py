"""Jinja's filters and tests as texts may use them: what could grow is counted before it is made."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Final

import jinja2
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.filters import make_attrgetter
from jinja2.tests import TESTS as JINJA_TESTS

from adapter.mapping.budget import MOST_CHARACTERS, TemplateFault, made, spending
from adapter.mapping.printed import NOTHING, is_nothing, joined
from adapter.mapping.reading import number_of

MOST_RANGE: Final = 1_000
_MOST_PLACES: Final = 12
_MOST_BITS: Final = 4_096
_FILTERS: Final = (
    "abs", "capitalize", "count", "d", "default", "first", "float", "items", "last", "length", "list", "lower", "map",
    "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "title", "trim", "truncate",
    "unique", "upper", "urlencode",
)  # fmt: skip
_OF_NOTHING: Final = frozenset({"abs", "first", "last", "max", "min", "round"})
_TESTS: Final = (
    "boolean", "defined", "eq", "equalto", "==", "false", "float", "ge", ">=", "greaterthan", "gt", ">", "in",
    "integer", "iterable", "le", "<=", "lessthan", "lt", "<", "lower", "mapping", "ne", "!=", "number", "sameas",
    "sequence", "string", "true", "undefined", "upper",
)  # fmt: skip
_ROUNDINGS: Final = {"common": ROUND_HALF_UP, "ceil": ROUND_CEILING, "floor": ROUND_FLOOR}

Filter = Callable[..., Any]


def guarded(name: str, work: Filter) -> Filter:
    """A filter whose result is counted, and that makes nothing of a missing value where it could only fail on it."""
    at = 1 if hasattr(work, "jinja_pass_arg") else 0  # Jinja hands such a filter its environment first
    stops_at_nothing = name in _OF_NOTHING

    @functools.wraps(work)
    def counted(*args: Any, **kwargs: Any) -> Any:
        spending().look()
        if len(args) > at and is_nothing(args[at]):
            if stops_at_nothing:
                return NOTHING
            args = (*args[:at], NOTHING, *args[at + 1 :])
        return made(work(*args, **kwargs))

    return counted


def spoken(work: Filter) -> Filter:
    """A filter that writes a value, and nothing for a missing one."""

    def counted(value: Any, *args: Any, **kwargs: Any) -> Any:
        spending().look()
        is_blank = is_nothing(value) or (isinstance(value, str) and not value.strip())
        return NOTHING if is_blank else made(work(value, *args, **kwargs))

    return counted


def replace(text: Any, old: Any, new: Any, count: int = -1) -> str:
    """`replace`: repeated, it could double a text at each step."""
    text, old, new = str(text), str(old), str(new)
    if text.count(old) * len(new) > MOST_CHARACTERS:
        raise TemplateFault(f"replace would make more than {MOST_CHARACTERS:,} characters")
    found: str = text.replace(old, new, -1 if count is None else count)
    return found


def whole(value: Any, default: int = 0, base: int = 10) -> int:
    """`int`; of a number with a huge exponent it would write out every digit."""
    if isinstance(value, Decimal | float):
        return int(number_of(value, "int"))
    if isinstance(value, str) and len(value) > 100:
        return default
    found: int = JINJA_FILTERS["int"](value, default, base)
    return found


def rounded(value: Any, precision: int = 0, method: str = "common") -> Decimal:
    """`round`, exact, half up as invoices do; method: common, ceil or floor."""
    if method not in _ROUNDINGS or not isinstance(precision, int) or abs(precision) > _MOST_PLACES:
        raise TemplateFault(f"round takes up to {_MOST_PLACES} decimals and common, ceil or floor")
    with localcontext() as context:
        context.prec = 60
        exact = number_of(value, "round").quantize(Decimal(1).scaleb(-precision), _ROUNDINGS[method])
        return exact.quantize(Decimal(1)) if precision < 0 else exact


@jinja2.pass_environment
def total(environment: jinja2.Environment, values: Any, attribute: Any = None, start: Any = 0) -> Decimal:
    """`sum` of numbers, also of texts that hold them; missing ones count nothing."""
    picked = values if attribute is None else map(make_attrgetter(environment, attribute), values)
    found = number_of(start, "sum")
    for value in picked:
        spending().look()
        if not is_nothing(value):
            found += number_of(value, "sum")
    return found


def within_range(*bounds: int) -> range:
    """`range`, of at most MOST_RANGE numbers."""
    found = range(*bounds)
    if len(found) > MOST_RANGE:
        raise TemplateFault(f"range counts to {MOST_RANGE:,} at most")
    return found


def counted_turns(values: Iterable[Any]) -> Iterable[Any]:
    """The elements of a loop, until the turns are used up: a sender's long list must not occupy a thread."""
    left = spending()
    for value in values:
        left.turn()
        yield value


def measured(value: Any) -> Any:
    """A list, tuple or mapping written in a template, once all it holds is counted: nested, it could double."""
    spending().make(_weight(value))
    return value


def _weight(value: Any) -> int:
    size = 0
    heap = [value]
    while heap:
        one = heap.pop()
        if isinstance(one, Mapping):
            heap.extend(one.values())
        elif isinstance(one, list | tuple):
            heap.extend(one)
        size += 10 + (len(one) if isinstance(one, str) else 0)
        if size > MOST_CHARACTERS:
            raise TemplateFault("it makes too long a list")
    return size


def calculated(operator: str, left: Any, right: Any) -> tuple[Any, Any]:
    """Both sides, ready for `operator`: a float beside a decimal made exact. Raises TemplateFault for what would grow:
    `*`, `**` and `%` work on numbers only, a text or list gets longer only to its bound."""
    if isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal):
        _require_small(operator, left, right)
        if isinstance(left, Decimal) and isinstance(right, float):
            return left, Decimal(str(right))
        if isinstance(left, float) and isinstance(right, Decimal):
            return Decimal(str(left)), right
    elif operator in {"*", "**", "%"}:
        raise TemplateFault(f"{operator} works on numbers only")
    elif operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple):
        if len(left) + len(right) > MOST_CHARACTERS:
            raise TemplateFault(f"+ would make more than {MOST_CHARACTERS:,} characters")
        spending().make(len(left) + len(right))
    return left, right


def _require_small(operator: str, left: Any, right: Any) -> None:
    if operator == "**" and (abs(left) > 10**6 or abs(right) > 64):
        raise TemplateFault("this power is too large")
    are_whole = isinstance(left, int) and isinstance(right, int)
    if operator == "*" and are_whole and left.bit_length() + right.bit_length() > _MOST_BITS:
        raise TemplateFault("this product is too large")
    spending().look()


def _numeric(test: Any) -> Callable[..., bool]:
    """`odd`, `even` and `divisibleby` calculate with %, which pads texts."""

    def of_numbers(value: Any, *args: Any) -> bool:
        if not all(isinstance(one, int | float | Decimal) for one in (value, *args)):
            raise TemplateFault("odd, even and divisibleby work on numbers only")
        return bool(test(value, *args))

    return of_numbers


def tests() -> dict[str, Callable[..., bool]]:
    """Every test a template may use."""
    jinjas: dict[str, Any] = dict(JINJA_TESTS)
    found: dict[str, Callable[..., bool]] = {name: jinjas[name] for name in _TESTS}
    found |= {name: _numeric(jinjas[name]) for name in ("odd", "even", "divisibleby")}
    return found | {"none": is_nothing}


def filters(printer: Callable[[Any], str]) -> dict[str, Filter]:
    """Every filter of Jinja's that a template may use; `printer` is how a value prints."""

    @jinja2.pass_environment
    def join(environment: jinja2.Environment, values: Any, separator: Any = "", attribute: Any = None) -> str:
        picked = values if attribute is None else map(make_attrgetter(environment, attribute), values)
        return joined((printer(value) for value in picked), str(separator))

    own: dict[str, Filter] = {
        "join": join, "replace": replace, "int": whole, "round": rounded, "sum": total, "string": printer,
    }  # fmt: skip
    jinjas: dict[str, Filter] = {name: JINJA_FILTERS[name] for name in _FILTERS}
    return {name: guarded(name, work) for name, work in (jinjas | own).items()}
