"""Texts and rules of a hook: a misspelt name is a fault, values are data, and what comes out is bounded."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import jinja2
import jinja2.meta
from jinja2 import nodes

from adapter.mapping.budget import (
    MOST_CHARACTERS,
    MOST_SECONDS,
    MOST_TURNS,
    Spending,
    TemplateFault,
    budget,
    rendering,
)
from adapter.mapping.filters import Voice
from adapter.mapping.language import Environment, language
from adapter.mapping.printed import NOTHING, printed

__all__ = [
    "MOST_CHARACTERS", "MOST_SECONDS", "MOST_TURNS", "PRINTED_HERE", "Rule", "TemplateFault", "Text", "Values", "Voice",
    "budget", "compiled", "lone_expression", "names_in", "parts_in", "rendered",
]  # fmt: skip

PRINTED_HERE: Final = "\ufffc"  # stands for what an expression prints, in a text without values
_EXPRESSION: Final = re.compile(r"\s*\{\{-?(?P<inner>(?:(?!\}\}|\{\{).)*?)-?\}\}\s*\Z", re.DOTALL)
_SNIPPET: Final = re.compile(r"\{\{-?([^{}]{1,200}?)-?\}\}")
_MOST_SNIPPETS: Final = 20
_DEFAULT: Final = Voice()

Values = Mapping[str, Any]


class Rule:
    """A Jinja expression over fields, such as `amount is none or amount >= 1000`."""

    def __init__(self, source: str, voice: Voice = _DEFAULT, *, environment: Environment | None = None) -> None:
        """`environment` stands in for the voice's own. Raises TemplateFault where the expression does not compile."""
        self.source = source
        environment = environment or language(voice)
        with _compiling():
            self._expression = environment.compile_expression(source, undefined_to_none=False)
            self.names = _names(environment.parse("{{ " + source + " }}"))

    def value(self, values: Values) -> Any:
        """The expression's own value, not its text. Raises TemplateFault."""
        try:
            with rendering():
                found = self._expression(values)
                if isinstance(found, Iterator | range):
                    found = list(found)
        except Exception as fault:
            raise TemplateFault(f"{self.source.strip()}: {fault}") from fault
        if isinstance(found, jinja2.Undefined):
            raise TemplateFault(f"{self.source.strip()} names something that does not exist")
        return found

    def holds(self, values: Values) -> bool:
        """Whether the rule is true for these values. Raises TemplateFault."""
        return bool(self.value(values))


class Text:
    """A template that prints one text.

    `literal` is what it prints without values, PRINTED_HERE for each expression; `least` how many characters of that
    are printed in any case; `is_constant` tells that there is nothing else.
    """

    def __init__(self, source: str, voice: Voice = _DEFAULT) -> None:
        """Raises TemplateFault where the template does not compile."""
        self.source = source
        self.voice = voice
        environment = language(voice)
        with _compiling():
            tree = environment.parse(source)
            self.literal, self.least, self.is_constant = _literal(tree)
            self._template = _template(environment, tree)
            self.names = _names(tree)
        lone = lone_expression(source)
        self._lone = Rule(lone, voice) if lone is not None else None

    @property
    def is_lone(self) -> bool:
        """Whether it is one `{{ expression }}`, which has a value of its own."""
        return self._lone is not None

    def render(self, values: Values) -> str:
        """The text for these values, at most MOST_CHARACTERS of it. Raises TemplateFault."""
        try:
            shown = {name: NOTHING if value is None else value for name, value in values.items()}
            with rendering() as spending:
                return _gathered(self._template.generate(shown), spending)
        except TemplateFault:
            raise
        except Exception as fault:
            raise TemplateFault(f"the template failed: {str(fault).rstrip('.')}") from fault

    def value(self, values: Values) -> Any:
        """The value itself where the template is one lone `{{ expression }}`, else the rendered text."""
        return self._lone.value(values) if self._lone else self.render(values)

    def printed(self, value: Any) -> str:
        """How a value would print in this text. Raises TemplateFault."""
        with rendering():
            return printed(value, self.voice.zone)

    def longest_part(self, values: Values) -> tuple[str, int] | None:
        """The expression that prints most, as it is written, and how many characters that are; None without one."""
        lengths = {rule.source: self._length(rule, values) for rule in self._snippets}
        longest = max(lengths, key=lambda source: lengths[source], default=None)
        return ("{{ " + longest.strip() + " }}", lengths[longest]) if longest is not None else None

    def _length(self, rule: Rule, values: Values) -> int:
        try:
            return len(self.printed(rule.value(values)))
        except TemplateFault:
            return 0

    @functools.cached_property
    def _snippets(self) -> list[Rule]:
        """Its expressions; one that only makes sense inside a loop fails when it is asked, and counts nothing."""
        found = []
        for source in dict.fromkeys(_SNIPPET.findall(self.source)[:_MOST_SNIPPETS]):
            try:
                found.append(Rule(source, self.voice))
            except TemplateFault:
                continue
        return found


def lone_expression(source: str) -> str | None:
    """What stands between the braces of a text that is nothing but one `{{ expression }}`; None for any other."""
    match = _EXPRESSION.match(source)
    return match["inner"] if match is not None and not match["inner"].lstrip().startswith(("%", "#")) else None


class _compiling:  # noqa: N801 - used like a function
    """Whatever Jinja or Python find wrong with a source, as a TemplateFault."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, fault: BaseException | None, trace: Any) -> None:
        if isinstance(fault, jinja2.TemplateError):
            line = getattr(fault, "lineno", 1) or 1
            raise TemplateFault(f"the template does not compile: {fault.message or fault}", line) from fault
        if isinstance(fault, RecursionError | MemoryError | SyntaxError | OverflowError):
            raise TemplateFault("the template does not compile: it nests too deeply") from fault
        if isinstance(fault, ValueError) and not isinstance(fault, TemplateFault):
            raise TemplateFault(f"the template does not compile: {fault}") from fault


def _template(environment: Environment, tree: nodes.Template) -> jinja2.Template:
    code = environment.compile(tree)
    return environment.template_class.from_code(environment, code, environment.make_globals(None))


def _names(tree: nodes.Template) -> dict[str, int]:
    """The names a template takes from outside, each with the line of its first use."""
    undeclared = jinja2.meta.find_undeclared_variables(tree)
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        if node.name in undeclared:
            lines.setdefault(node.name, node.lineno)
    return lines


def _literal(tree: nodes.Template) -> tuple[str, int, bool]:
    parts = [part for output in tree.find_all(nodes.Output) for part in output.nodes]
    always = [part for output in tree.body if isinstance(output, nodes.Output) for part in output.nodes]
    text = "".join(part.data if isinstance(part, nodes.TemplateData) else PRINTED_HERE for part in parts)
    least = len("".join(part.data for part in always if isinstance(part, nodes.TemplateData)).rstrip())
    is_constant = len(always) == len(parts) and all(isinstance(part, nodes.TemplateData) for part in parts)
    return text, least, is_constant and all(isinstance(one, nodes.Output) for one in tree.body)


def _gathered(pieces: Iterable[str], spending: Spending) -> str:
    found: list[str] = []
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > MOST_CHARACTERS:
            raise TemplateFault(f"the template prints more than {MOST_CHARACTERS:,} characters")
        spending.look()
        found.append(piece)
    return "".join(found)


def compiled(value: Any, voice: Voice = _DEFAULT) -> Any:
    """A nested value of a hook file with every text in it made a Text. Raises TemplateFault."""
    if isinstance(value, str):
        return Text(value, voice)
    if isinstance(value, Mapping):
        return {key: compiled(inner, voice) for key, inner in value.items()}
    if isinstance(value, list):
        return [compiled(inner, voice) for inner in value]
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


def parts_in(value: Any, name: str) -> dict[str, int]:
    """What a Text or nested value of them takes of `name`, as in `{{ name.part }}`, with the line in its template."""
    if isinstance(value, Text):
        return _parts(language(value.voice).parse(value.source), name)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return {part: line for one in inner for part, line in parts_in(one, name).items()}


def _parts(tree: nodes.Template, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == name:
            found.setdefault(node.attr, node.lineno)
    return found
