"""One Picky Assist project: where its pushes go, with which token, through which channel, how fast."""

from __future__ import annotations

import dataclasses
from typing import Final

MAIN: Final = "main"
SANDBOX_TOKEN: Final = "sandbox"  # noqa: S105 - stands where no token is needed; it opens nothing


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One project. `rate` is requests a minute (0: unpaced), `batch` the most messages a push,
    `encoding` one of json, form, query, `region` the country of numbers without a country code, `daily_cap` the most
    messages a day (0: any number), `callback_secrets` the last part of the address it is reported to, the present one
    first."""

    name: str
    url: str
    token: str = dataclasses.field(repr=False)
    application: str = "8"
    rate: int = 85
    batch: int = 100
    encoding: str = "json"
    region: str | None = None
    daily_cap: int = 0
    callback_secrets: tuple[str, ...] = dataclasses.field(default=(), repr=False)

    @property
    def has_stand_in(self) -> bool:
        """Whether its token is none, and opens nothing."""
        return self.token == stand_in(self.name)


def stand_in(name: str) -> str:
    """The token of an account that has none: another one for each, by which the sandbox tells them apart."""
    return SANDBOX_TOKEN if name == MAIN else f"{SANDBOX_TOKEN}-{name}"
