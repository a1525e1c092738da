"""Texts and rules of a hook: Jinja2 in a sandbox, where a misspelt name is a fault and output is bounded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

import jinja2
import jinja2.meta
import jinja2.nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_CHARACTERS: Final = 100_000
MOST_TURNS: Final = 10_000
_FILTERS: Final = (
    "abs", "capitalize", "default", "d", "first", "float", "int", "join", "last", "length", "count", "list", "lower",
    "max", "min", "replace", "reverse", "round", "sort", "string", "sum", "title", "trim", "truncate", "unique",
    "upper",
)  # fmt: skip
_GROWING_METHODS: Final = frozenset(
    {"center", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust", "translate", "zfill"}
)
_FORBIDDEN: Final = (
    jinja2.nodes.Macro, jinja2.nodes.CallBlock, jinja2.nodes.Include, jinja2.nodes.Import, jinja2.nodes.FromImport,
    jinja2.nodes.Extends, jinja2.nodes.Block,
)  # fmt: skip
_turns: Final[ContextVar[list[int]]] = ContextVar("turns")
_EXPRESSION: Final = re.compile(r"\s*\{\{-?(?P<inner>(?:(?!\}\}|\{\{).)*?)-?\}\}\s*\Z", re.DOTALL)

Values = Mapping[str, Any]


class TemplateFault(ValueError):
    """A template or rule that cannot work; `line` counts from 1 inside the template."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


class _Nothing(str):
    """A missing value inside a text: it prints as nothing, also through filters, and still is `none`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other is None or other == ""

    def __hash__(self) -> int:
        return hash("")


_NOTHING: Final = _Nothing()


def _shown(value: Any) -> Any:
    """How a value prints: a missing one as nothing, a list joined, a decimal without exponent."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return ", ".join(str(_shown(element)) for element in value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Exact with decimals; `*`, `**` and `%` for numbers only: repeated or padded text could fill the memory."""
        if operator in {"*", "**", "%"} and not all(isinstance(side, int | float | Decimal) for side in (left, right)):
            raise SecurityError(f"{operator} works on numbers only")
        if operator == "**" and (abs(left) > 10**6 or abs(right) > 64):
            raise SecurityError("this power is too large")
        if isinstance(left, Decimal) and isinstance(right, float):
            right = Decimal(str(right))
        elif isinstance(left, float) and isinstance(right, Decimal):
            left = Decimal(str(left))
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Any:
        """No exception for `str.format`: its widths could fill the memory."""
        return None

    def _parse(self, source: str, name: str | None, filename: str | None) -> jinja2.nodes.Template:
        """Loops are counted; what could repeat without one (macros, recursion, other templates) does not exist."""
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(_FORBIDDEN):
            raise jinja2.TemplateSyntaxError(f"{type(node).__name__.lower()} does not exist here", node.lineno)
        for loop in tree.find_all(jinja2.nodes.For):
            if loop.recursive:
                raise jinja2.TemplateSyntaxError("a loop cannot be recursive here", loop.lineno)
            loop.iter = jinja2.nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
        return tree

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, str | bytes) and attr in _GROWING_METHODS:
            return False
        return bool(super().is_safe_attribute(obj, attr, value))


def _counted(values: Any) -> Iterator[Any]:
    """The elements of a loop, until the text's turns are used up: a sender's long list must not occupy a thread."""
    turns = _turns.get()
    for value in values:
        turns[0] -= 1
        if turns[0] < 0:
            raise SecurityError(f"its loops take more than {MOST_TURNS:,} turns")
        yield value


def _replace(text: Any, old: Any, new: Any) -> str:
    """`replace`, bounded before it works: repeated, it doubles a text at each step."""
    text, old, new = str(text), str(old), str(new)
    if text.count(old) * len(new) > MOST_CHARACTERS:
        raise SecurityError(f"replace would make more than {MOST_CHARACTERS:,} characters")
    replaced: str = text.replace(old, new)
    return replaced


def _join(values: Any, separator: str = "") -> str:
    """`join`, bounded, with missing values as nothing."""
    parts = [str(_shown(value)) for value in values]
    if sum(map(len, parts)) + len(separator) * len(parts) > MOST_CHARACTERS:
        raise SecurityError(f"join would make more than {MOST_CHARACTERS:,} characters")
    return separator.join(parts)


def _build() -> _Environment:
    environment = _Environment(
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        finalize=_shown,
        keep_trailing_newline=False,
        cache_size=0,
    )
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.filters |= {"replace": _replace, "join": _join, "counted": _counted}
    environment.tests["none"] = lambda value: value is None or isinstance(value, _Nothing)
    environment.globals = {}
    return environment


_ENVIRONMENT: Final = _build()


def _names(source: str) -> dict[str, int]:
    """The names a template takes from outside, each with the line of its first use."""
    tree = _ENVIRONMENT.parse(source)
    undeclared = jinja2.meta.find_undeclared_variables(tree)
    lines: dict[str, int] = {}
    for node in tree.find_all(jinja2.nodes.Name):
        if node.name in undeclared:
            lines.setdefault(node.name, node.lineno)
    return lines


def _fault(fault: jinja2.TemplateError) -> TemplateFault:
    line = getattr(fault, "lineno", 1) or 1
    return TemplateFault(f"the template does not compile: {fault.message or fault}", line)


class Rule:
    """A Jinja expression over fields, such as `amount is none or amount >= 1000`."""

    def __init__(self, source: str) -> None:
        """Raises TemplateFault where the expression does not compile."""
        self.source = source
        try:
            self._expression = _ENVIRONMENT.compile_expression(source, undefined_to_none=False)
            self.names = _names("{{ " + source + " }}")
        except jinja2.TemplateError as fault:
            raise _fault(fault) from fault

    def value(self, values: Values) -> Any:
        """The expression's own value, not its text. Raises TemplateFault."""
        try:
            _turns.set([MOST_TURNS])
            found = self._expression(**values)
        except Exception as fault:
            raise TemplateFault(f"{self.source.strip()}: {fault}") from fault
        if isinstance(found, jinja2.Undefined):
            raise TemplateFault(f"{self.source.strip()} names something that does not exist")
        return found

    def holds(self, values: Values) -> bool:
        """Whether the rule is true for these values. Raises TemplateFault."""
        return bool(self.value(values))


class Text:
    """A template that prints one text."""

    def __init__(self, source: str) -> None:
        """Raises TemplateFault where the template does not compile."""
        self.source = source
        try:
            self._template = _ENVIRONMENT.from_string(source)
            self.names = _names(source)
        except jinja2.TemplateError as fault:
            raise _fault(fault) from fault
        match = _EXPRESSION.match(source)
        self._lone = Rule(match["inner"]) if match and not match["inner"].lstrip().startswith(("%", "#")) else None

    def render(self, values: Values) -> str:
        """The text for these values, at most MOST_CHARACTERS of it. Raises TemplateFault."""
        try:
            _turns.set([MOST_TURNS])
            shown = {name: _NOTHING if value is None else value for name, value in values.items()}
            return _gathered(self._template.generate(**shown))
        except TemplateFault:
            raise
        except Exception as fault:
            raise TemplateFault(f"the template failed: {fault}") from fault

    def value(self, values: Values) -> Any:
        """The value itself where the template is one lone `{{ expression }}`, else the rendered text."""
        return self._lone.value(values) if self._lone else self.render(values)


def _gathered(pieces: Iterable[str]) -> str:
    found: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_CHARACTERS:
            raise TemplateFault(f"the template prints more than {MOST_CHARACTERS:,} characters")
        found.append(piece)
    return "".join(found)


def compiled(value: Any) -> Any:
    """A nested value of a hook file with every text in it made a Text. Raises TemplateFault."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, Mapping):
        return {key: compiled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [compiled(inner) for inner in value]
    return value


def rendered(value: Any, values: Values) -> Any:
    """The plain data of what `compiled` made. Raises TemplateFault."""
    if isinstance(value, Text):
        return value.render(values)
    if isinstance(value, Mapping):
        return {key: rendered(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [rendered(inner, values) for inner in value]
    return value


def names_in(value: Any) -> dict[str, int]:
    """Every name that a Text, Rule, or nested value of them uses, with the line inside its template."""
    if isinstance(value, Text | Rule):
        return value.names
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {name: line for one in inner for name, line in names_in(one).items()}
