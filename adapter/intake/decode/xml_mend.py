"""Small faults of XML that admins type by hand, mended before it is read a second time."""

from __future__ import annotations

import re
from typing import Final

_DECLARATION: Final = re.compile(r"\A<\?xml[^>]*+>")
# A "&" that begins no reference, outside CDATA sections and comments, where it stands for itself.
_BARE: Final = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|(&)(?!#[0-9]{1,8};|#x[0-9A-Fa-f]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)",
    re.DOTALL,
)


def without_declaration(text: str) -> str:
    """The text without its `<?xml …?>`, which may stand at the very beginning only."""
    return _DECLARATION.sub("", text)


def without_bare_ampersands(text: str) -> str:
    """The text with `&amp;` for each `&` that begins no reference: `Tom & Co`."""
    return _BARE.sub(lambda hit: "&amp;" if hit[1] else hit[0], text)
