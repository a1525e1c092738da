"""The template language of hooks: Jinja2 with everything closed that a text does not need, one environment a voice."""

from __future__ import annotations

import datetime as dt
import difflib
import functools
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import jinja2
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from adapter.mapping import bounded
from adapter.mapping.budget import TemplateFault, made
from adapter.mapping.filters import SAMPLES, Voice, filters_of
from adapter.mapping.printed import joined, printed

_MISSING_PARTS: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Macro: "macro", nodes.CallBlock: "call", nodes.Include: "include", nodes.Import: "import",
    nodes.FromImport: "from … import", nodes.Extends: "extends", nodes.Block: "block",
    nodes.FilterBlock: "filter … endfilter", nodes.AssignBlock: "set … endset",
    nodes.ScopedEvalContextModifier: "autoescape", nodes.EvalContextModifier: "autoescape",
}  # fmt: skip
# What a value lets a template reach beside its own keys. Anything that could grow is bounded or missing.
_DAY: Final = frozenset({"year", "month", "day", "weekday", "isoweekday", "isoformat", "strftime"})
_CLOCK: Final = frozenset({"hour", "minute", "second", "isoformat", "strftime"})
_OF_TEXT: Final = (
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric isspace"
    " istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rsplit"
    " rstrip split splitlines startswith strip swapcase title upper"
)
_OF_LOOP: Final = "changed cycle depth depth0 first index index0 last length nextitem previtem revindex revindex0"
_ATTRIBUTES: Final[tuple[tuple[type | tuple[type, ...], frozenset[str]], ...]] = (
    (str, frozenset(_OF_TEXT.split())),
    (Mapping, frozenset({"get", "items", "keys", "values"})),
    ((list, tuple), frozenset({"count", "index"})),
    (dt.datetime, _DAY | _CLOCK | {"date", "time"}),
    (dt.date, _DAY),
    (dt.time, _CLOCK),
    (dt.timedelta, frozenset({"days", "seconds"})),
    (LoopContext, frozenset(_OF_LOOP.split())),
)  # fmt: skip
# Names for what exists under another one, from Jinja, Django and Python.
_HINTS: Final = {
    "format": "number", "money": "currency", "strftime": "date", "uppercase": "upper", "lowercase": "lower",
    "default_if_none": "default_if_empty", "truncatechars": "truncate_text", "truncatewords": "truncate_text",
}  # fmt: skip
_TURNS: Final = "turns of a loop"  # blanks keep a template from calling these by name
_MEASURED: Final = "measured literal"
_CONCATENATED: Final = "concatenated with ~"
_MOST_STRFTIME: Final = 100


class Environment(ImmutableSandboxedEnvironment):
    """One voice's language."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, voice: Voice) -> None:
        printer = partial(printed, zone=voice.zone)
        super().__init__(
            undefined=jinja2.StrictUndefined, autoescape=False, finalize=printer, keep_trailing_newline=False,
            cache_size=0, optimized=False,
        )  # fmt: skip
        self.trials = filters_of(voice)
        spoken = {name: bounded.spoken(work) for name, work in self.trials.items()}
        spoken["default_if_empty"] = bounded.guarded("default_if_empty", self.trials["default_if_empty"])
        self.filters = bounded.filters(printer) | spoken | {
            _TURNS: bounded.counted_turns,
            _MEASURED: bounded.measured,
            _CONCATENATED: lambda parts: joined(map(printer, parts), ""),
        }  # fmt: skip
        self.tests = dict(bounded.tests())
        self.globals = {"range": bounded.within_range}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Every template and expression passes here on its way to code."""
        closed = _Closing(self).visit(source)
        closed.set_environment(self)
        return super()._generate(closed, *args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        return super().call_binop(context, operator, *bounded.calculated(operator, left, right))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`order.items` is the key where there is one."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self._reached(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`order["items"]`, `rows[0]`."""
        if isinstance(argument, str) and not isinstance(obj, Mapping):
            return self._reached(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def _reached(self, obj: Any, attribute: str) -> Any:
        for kind, names in _ATTRIBUTES:
            if isinstance(obj, kind) and attribute in names:
                return _BOUNDED[attribute](obj) if attribute in _BOUNDED else getattr(obj, attribute)
        if isinstance(obj, jinja2.Undefined):
            return str(obj)  # raises with the name that is missing
        if hasattr(obj, attribute):
            return self.unsafe_undefined(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as in Jinja's own
        return made(super().call(__context, __obj, *args, **kwargs))


def _strftime(moment: dt.date | dt.time) -> Callable[[str], str]:
    def strftime(form: str) -> str:
        if len(form) > _MOST_STRFTIME:
            raise TemplateFault(f"strftime takes up to {_MOST_STRFTIME} characters")
        return moment.strftime(form)

    return strftime


def _joining(separator: str) -> Callable[[Any], str]:
    return lambda values: joined(map(str, values), separator)


_BOUNDED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "replace": lambda text: partial(bounded.replace, text),
    "join": _joining,
    "strftime": _strftime,
}


class _Closing(NodeTransformer):
    """Refuses what does not exist here, and puts a count on whatever can repeat or grow."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if type(node) in _MISSING_PARTS:
            raise TemplateFault(
                f"the template does not compile: {_MISSING_PARTS[type(node)]} does not exist here", node.lineno
            )
        found = super().generic_visit(node, *args, **kwargs)
        if isinstance(found, nodes.List | nodes.Dict) or (isinstance(found, nodes.Tuple) and found.ctx == "load"):
            return _through(_MEASURED, found)
        return found

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802 - Jinja's name
        if node.name == "self":
            raise TemplateFault("the template does not compile: self does not exist here", node.lineno)
        return node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateFault("the template does not compile: a loop cannot be recursive here", node.lineno)
        self.generic_visit(node)
        node.iter = _through(_TURNS, node.iter)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(_CONCATENATED, nodes.Tuple(node.nodes, "load", lineno=node.lineno))

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802
        self.known(node.name, self.environment.filters, "filter", node.lineno)
        self.tried(node)
        return self.generic_visit(node)

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        self.known(node.name, self.environment.tests, "test", node.lineno)
        return self.generic_visit(node)

    def known(self, name: str, table: Mapping[str, Any], kind: str, line: int) -> None:
        if name in table:
            return
        close = difflib.get_close_matches(name, [one for one in table if one.isidentifier()], n=1)
        hint = _HINTS.get(name) if kind == "filter" else None
        near = hint or (close[0] if close else None)
        more = f'; did you mean "{near}"?' if near else ""
        raise TemplateFault(f"the template does not compile: No {kind} named '{name}'{more}", line)

    def tried(self, node: nodes.Filter) -> None:
        """A currency, pattern or length that stands in the template is tried while the hook loads."""
        if node.name not in SAMPLES or node.dyn_args or node.dyn_kwargs:
            return
        context = nodes.EvalContext(self.environment)
        try:
            args = [one.as_const(context) for one in node.args]
            options = dict(pair.as_const(context) for pair in node.kwargs)
        except nodes.Impossible:
            return
        try:
            self.environment.trials[node.name](SAMPLES[node.name], *args, **options)
        except TemplateFault as fault:
            raise TemplateFault(str(fault), node.lineno) from fault
        except TypeError as fault:
            raise TemplateFault(f"{node.name} does not take these arguments", node.lineno) from fault


def _through(name: str, node: Any) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


@functools.lru_cache(maxsize=256)
def language(voice: Voice) -> Environment:
    """The environment of a voice; hooks that speak alike share it."""
    return Environment(voice)
