"""Kinds of senders, each a row of data; a module of its own only where a sender really behaves differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.intake.sources import automation, crms, forms, services, zoho
from adapter.intake.sources.enriched import enrich, test_traffic
from adapter.intake.sources.guessed import guess
from adapter.intake.sources.kind import DOLLAR, MUSTACHE, Reply, SourceKind, TestTraffic

__all__ = ["DOLLAR", "MUSTACHE", "SOURCES", "Reply", "SourceKind", "TestTraffic", "enrich", "guess", "test_traffic"]

_ROWS: Final = (*automation.ROWS, *zoho.ROWS, *forms.ROWS, *crms.ROWS, *services.ROWS)

SOURCES: Final[Mapping[str, SourceKind]] = {row.name: row for row in _ROWS}
