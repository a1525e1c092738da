"""What a hook accepts as proof of its sender, as configured; an empty secret never matches anything."""

from __future__ import annotations

import dataclasses
import enum
from typing import Literal


@dataclasses.dataclass(frozen=True, slots=True)
class TokenProof:
    """A shared token. Without `header`, `query` or `field` it may come in any of the five default places."""

    secret: str = dataclasses.field(repr=False)
    header: str | None = None
    query: str | None = None
    field: str | None = None

    @property
    def covers_query(self) -> bool:
        """Whoever knows the token may say what he likes in the query string as well."""
        return True

    @property
    def anywhere(self) -> bool:
        """True when no place is named."""
        return self.header is None and self.query is None and self.field is None

    @property
    def field_name(self) -> str | None:
        """The key of the decoded payload that may hold the token; None when the payload is no place for it."""
        return "token" if self.anywhere else self.field

    @property
    def query_name(self) -> str | None:
        """The key of the query string that may hold the token; None when the query is no place for it."""
        return "token" if self.anywhere else self.query


@dataclasses.dataclass(frozen=True, slots=True)
class BasicProof:
    """HTTP Basic. Raises ValueError for a username with a colon, which RFC 7617 cannot express."""

    username: str
    password: str = dataclasses.field(repr=False)

    def __post_init__(self) -> None:
        if ":" in self.username:
            raise ValueError("a username may not contain a colon")

    @property
    def covers_query(self) -> bool:
        """As a token does."""
        return True


@dataclasses.dataclass(frozen=True, slots=True)
class HmacProof:
    """A signature over the raw request.

    `signed` is the signed text with holes: {body} {timestamp} {id} {method} {url}, {secret} for digests, and the
    bodies of WPForms and Zoho as {wpforms_body} and {zoho_text}. `kind` is hmac, or digest for a plain hash.
    `grammar` reads the header: plain is one signature, pairs is `t=…,v1=…` (`signature_pair`, `timestamp_pair`),
    list is several of them between blanks. `prefix` stands before a signature; in a list, entries without it are
    other versions and passed over. `unit` is s or ms, `tolerance` seconds both ways. `key_encoding` base64 means
    a secret such as `whsec_…`.
    """

    secret: str = dataclasses.field(repr=False)
    header: str
    algorithm: str = "sha256"
    encoding: str = "hex"
    prefix: str = ""
    signed: str = "{body}"
    timestamp_header: str | None = None
    timestamp_pair: str | None = None
    id_header: str | None = None
    signature_pair: str | None = None
    unit: str = "s"
    tolerance: float = 300.0
    grammar: str = "plain"
    key_encoding: str = "text"
    kind: Literal["hmac", "digest"] = "hmac"
    prefix_optional: bool = False
    html_decode_secret: bool = False

    @property
    def covers_query(self) -> bool:
        """Whether the query string is part of the signed text; else anybody who saw one request could change it."""
        return "{url}" in self.signed or "{zoho_text}" in self.signed


@dataclasses.dataclass(frozen=True, slots=True)
class JwsProof:
    """A JWT (HS256 and nothing else) from `issuer` whose claim `sha256` is the hex SHA-256 of the raw body."""

    secret: str = dataclasses.field(repr=False)
    header: str = "X-Webhook-Signature"
    issuer: str = "netlify"

    @property
    def covers_query(self) -> bool:
        """Only the body is hashed."""
        return False


Proof = TokenProof | BasicProof | HmacProof | JwsProof


class Verdict(enum.Enum):
    """What came of looking for one proof in one request."""

    PASSED = "passed"
    ABSENT = "absent"
    MALFORMED = "malformed"
    UNTIMED = "untimed"
    UNNAMED = "unnamed"
    STALE = "stale"
    EARLY = "early"
    WRONG = "wrong"
