"""Lists of questions and answers as `{label: value}`: what forms with lists have in common, bounded and total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

MOST_LABELS: Final = 300
_LONGEST: Final = 500
_MOST_NUMBER: Final = 10**30
_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})

Pairs = Iterable[tuple[Any, Any]]


def labelled(pairs: Pairs) -> dict[str, Any]:
    """The first value of each label that is not empty. A label is a text of at most 500 characters, not blank."""
    found: dict[str, Any] = {}
    for label, value in pairs:
        name = label.strip() if isinstance(label, str) else ""
        if not 0 < len(name) <= _LONGEST or (name not in found and len(found) >= MOST_LABELS):
            continue
        if found.get(name) in _EMPTY:
            found[name] = value
    return found


def pairs(rows: Any, label: str, value: str) -> Iterator[tuple[Any, Any]]:
    """The pairs of a list such as `[{"name": …, "value": …}]`; what is no such list gives none."""
    for row in objects(rows):
        if label in row and value in row:
            yield row[label], row[value]


def text_pairs(rows: Any, label: str, value: str) -> Iterator[tuple[Any, Any]]:
    """The pairs whose value is a text; plugins keep whole structures beside people's words."""
    return ((name, text) for name, text in pairs(rows, label, value) if isinstance(text, str))


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; [] for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is an object, an empty one otherwise."""
    return value if isinstance(value, dict) else {}


def at(data: Any, *steps: str) -> Any:
    """What lies behind these keys; None where one of them is missing."""
    for step in steps:
        data = mapping(data).get(step)
    return data


def texts(*parts: Any) -> list[str]:
    """The parts that are texts or whole numbers, each without superfluous blanks; empty ones are left out."""
    return [word for word in map(_word, parts) if word]


def urls(value: Any) -> Any:
    """The addresses of a list of files (`[{"name": …, "url": …}]`); any other value as it is."""
    files = objects(value)
    found = [file["url"] for file in files if isinstance(file.get("url"), str)]
    return found if files and len(found) == len(value) else value


def _word(part: Any) -> str:
    if isinstance(part, str):
        return " ".join(part.split())
    is_number = type(part) is int and abs(part) < _MOST_NUMBER
    return str(part) if is_number else ""
