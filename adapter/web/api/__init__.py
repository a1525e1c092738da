"""`/api`: what a program may do with a token; one module a resource, and the OpenAPI document of them all."""

from __future__ import annotations

from adapter.web.api import accounts, document, events, hooks, jobs, optouts, overview
from adapter.web.api.frame import blueprint

__all__ = ["accounts", "blueprint", "document", "events", "hooks", "jobs", "optouts", "overview"]
