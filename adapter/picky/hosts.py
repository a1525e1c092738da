"""The two addresses of the push API: a token of one platform is refused on the other (`docs/pickyassist.md`)."""

from __future__ import annotations

import dataclasses
from typing import Final
from urllib.parse import urlsplit


@dataclasses.dataclass(frozen=True, slots=True)
class Platform:
    """A platform by its name, with the address that its projects push to."""

    name: str
    url: str


PLATFORMS: Final = (
    Platform("V4", "https://app.pickyassist.com/api/v2/push"),
    Platform("V3", "https://pickyassist.com/app/api/v2/push"),
)


def platform_of(url: str) -> Platform | None:
    """The platform that an address belongs to; None for an address of neither."""
    host = urlsplit(url).netloc.lower()
    return next((one for one in PLATFORMS if urlsplit(one.url).netloc == host), None)


def other_than(url: str) -> Platform | None:
    """The platform that an address does not belong to; None for an address of neither."""
    mine = platform_of(url)
    return None if mine is None else next(one for one in PLATFORMS if one is not mine)
