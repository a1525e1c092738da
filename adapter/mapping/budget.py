"""What the templates of one event may cost in loop turns, seconds and made text, and the fault that ends one."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sized
from contextvars import ContextVar
from typing import Any, Final, TypeVar

MOST_CHARACTERS: Final = 100_000  # of one text, and of what one filter or operator makes
MOST_TURNS: Final = 10_000
MOST_SECONDS: Final = 2.0
MOST_MADE: Final = 5_000_000  # characters that one render may make on its way
_ELEMENT: Final = 10  # what an element of a made list counts, in characters

Clock = Callable[[], float]
_T = TypeVar("_T")


class TemplateFault(ValueError):
    """A template or rule that cannot work; `line` counts from 1 inside the template."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.line = line


@dataclasses.dataclass(slots=True)
class Spending:
    """What is left of a budget. Every method raises TemplateFault once it is used up."""

    clock: Clock | None = None
    deadline: float = 0.0
    turns: int = MOST_TURNS
    made: int = 0

    def turn(self) -> None:
        """One turn of a loop."""
        self.turns -= 1
        if self.turns < 0:
            raise TemplateFault(f"its loops take more than {MOST_TURNS:,} turns")
        self.look()

    def make(self, size: int) -> None:
        """`size` more characters, told before they are made where that can be known."""
        self.made += size
        if size > MOST_CHARACTERS * _ELEMENT or self.made > MOST_MADE:
            raise TemplateFault("it makes too much text on its way")
        self.look()

    def look(self) -> None:
        """A look at the clock."""
        if self.clock is not None and self.clock() > self.deadline:
            raise TemplateFault(f"the templates of this event take more than {MOST_SECONDS:g} seconds")


_spending: Final[ContextVar[Spending]] = ContextVar("spending")


@contextlib.contextmanager
def budget(clock: Clock) -> Iterator[None]:
    """Whatever is rendered inside shares MOST_TURNS turns and MOST_SECONDS of `clock` (monotonic seconds)."""
    token = _spending.set(Spending(clock, clock() + MOST_SECONDS))
    try:
        yield
    finally:
        _spending.reset(token)


@contextlib.contextmanager
def rendering() -> Iterator[Spending]:
    """The surrounding budget for one render, or one of its own: all the turns, and no clock."""
    surrounding = _spending.get(None)
    if surrounding is not None:
        surrounding.made = 0
        yield surrounding
        return
    own = Spending()
    token = _spending.set(own)
    try:
        yield own
    finally:
        _spending.reset(token)


def spending() -> Spending:
    """What is left here. Raises LookupError outside a render: nothing is worked out while a template compiles."""
    return _spending.get()


def made(value: _T) -> _T:
    """`value`, once its size is counted."""
    spending().make(size_of(value))
    return value


def size_of(value: Any) -> int:
    """What a made value counts."""
    if isinstance(value, str):
        return len(value)
    return len(value) * _ELEMENT if isinstance(value, Sized) and not isinstance(value, range | Mapping) else 1
