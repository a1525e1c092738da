"""What the doctor hands back, and the story he keeps while he reads: each change with what was before and after it."""

from __future__ import annotations

import dataclasses

from adapter.intake.payload import Repair


class PhoneNumber(str):
    """Digits with country code that the doctor has seen; nobody needs to look at them again."""

    __slots__ = ()


class PhoneFault(ValueError):
    """A text that is no single, valid phone number; the message is a sentence a shop owner understands.

    `code` is a key of `codes.REFUSALS`. `candidates` are the numbers it may mean, as they would be sent: several for
    `two_numbers` and `ambiguous`, one for `not_one` where only one of its parts is a number, otherwise none.
    """

    def __init__(self, sentence: str, *, code: str = "not_valid", candidates: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.candidates = candidates


@dataclasses.dataclass(frozen=True, slots=True)
class Diagnosis:
    """A number that was understood, the repairs it took, and a warning for each doubt.

    The repairs are a chain: the first begins with what came, each next with what the one before it left, and the last
    one leaves the number.
    """

    number: PhoneNumber
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()


class Story:
    """One text on its way to a number."""

    def __init__(self, field: str, text: str) -> None:
        self.field = field
        self.was = text
        self.text = text
        self.repairs: list[Repair] = []
        self.warnings: list[str] = []

    def change(self, code: str, now: str) -> None:
        """The text is `now` from here on; recorded where that is a change."""
        if now != self.text:
            self.repairs.append(Repair(self.field, code, self.text, now))
            self.text = now

    def doubt(self, sentence: str) -> None:
        self.warnings.append(f"{self.field}: {sentence}")

    def told(self) -> Diagnosis:
        """The story at its end, when the text is the number."""
        return Diagnosis(PhoneNumber(self.text), tuple(self.repairs), tuple(self.warnings))
