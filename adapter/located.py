"""YAML 1.2 core with the line of every value, so that each fault can name its place."""

from __future__ import annotations

import dataclasses
import io
import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scanner import Scanner

Path = tuple[str | int, ...]

_MOST_BYTES: Final = 256 * 1024
_MOST_NODES: Final = 20_000
_MOST_DEPTH: Final = 32
_TOO_MUCH: Final = "the file nests or repeats too much"
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {"true": True, "false": False}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?\Z")


class YamlFault(Exception):
    """A document that cannot be read: `line` (from 1) and one sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


@dataclasses.dataclass(slots=True)
class Located:
    """A document as plain data, with the line (from 1) of each path in it."""

    data: Any
    lines: dict[Path, int]
    blocks: frozenset[Path] = frozenset()  # texts written with | or >, which begin on the next line

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing above it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(text: str) -> Located:
    """Read one document. Only `true`/`false` are booleans; `NO`, `yes`, `0123` and `1:30` stay text.

    Raises YamlFault for a syntax error, a duplicate key, a key that is no text, or a document out of bounds.
    """
    if len(text) > _MOST_BYTES:
        raise YamlFault(1, f"the file is larger than {_MOST_BYTES // 1024} KiB")
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Scanner = _Bounded, _ShallowScanner
    try:
        node = yaml.compose(io.StringIO(text))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise YamlFault(mark.line + 1 if mark else 1, f"this is not YAML: {fault.problem or fault.context}") from fault
    except (YAMLError, ValueError, RecursionError) as fault:
        raise YamlFault(1, "this is not YAML that can be read") from fault
    return _Reader().read(node)


class _Bounded(Composer):
    """Stops at the first node that is too many or too deep: reading on would keep a processor busy for seconds."""

    nodes = level = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One node with all below it. Raises YamlFault."""
        self.nodes += 1
        if self.nodes > _MOST_NODES or self.level > _MOST_DEPTH:
            raise YamlFault(self.parser.peek_event().start_mark.line + 1, _TOO_MUCH)
        self.level += 1
        node = super().compose_node(parent, index)
        self.level -= 1
        return node


class _ShallowScanner(Scanner):
    """ruamel looks at every open bracket for each token: 5,000 of them would take seconds."""

    def fetch_flow_collection_start(self, TokenClass: Any, to_push: str) -> None:  # noqa: N803 - ruamel's name
        if len(self.flow_context) > _MOST_DEPTH:
            raise YamlFault(self.reader.get_mark().line + 1, _TOO_MUCH)
        super().fetch_flow_collection_start(TokenClass, to_push)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.blocks: set[Path] = set()
        self.nodes = 0

    def read(self, node: Node | None) -> Located:
        data = None if node is None else self.value(node, ())
        return Located(data, self.lines, frozenset(self.blocks))

    def value(self, node: Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self.nodes += 1
        if self.nodes > _MOST_NODES or len(path) > _MOST_DEPTH:
            raise YamlFault(line, _TOO_MUCH)
        if isinstance(node, MappingNode):
            return self.mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        style = getattr(node, "style", None)
        if style in {"|", ">"}:
            self.blocks.add(path)
        return _scalar(str(node.value), quoted=style is not None)

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise YamlFault(line, "a key must be plain text")
            key = str(key_node.value)
            if key in found:
                raise YamlFault(line, f'the key "{key}" stands twice; remove one')
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:  # and so are | and >
        return text
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text
