"""The row of `events` that tells what came and what was made of it."""

from __future__ import annotations

import time
from typing import Any

from ulid import ULID

from adapter import answers
from adapter.line import Taken


def event_row(taken: Taken, *, destination: str, request_id: str) -> dict[str, Any]:
    """A row without `seq` and `messages`, its id fresh; the hook's secrets are overwritten in the request."""
    raw, refusal = taken.stored_request, taken.refusal
    return {
        "id": str(ULID()),
        "hook": taken.hook.name,
        "source": taken.hook.source.name,
        "destination": destination,
        "received_at": time.time(),
        "request_id": request_id,
        "method": raw.method,
        "path": raw.path,
        "query": raw.query,
        "headers": [list(pair) for pair in raw.headers],
        "body": raw.body,
        "status": taken.outcome,
        "reason": refusal.sentence if refusal else taken.ignored,
        "decoded_as": taken.payload.decoded_as if taken.payload else None,
        "because": taken.payload.because if taken.payload else None,
        "fields": answers.plain(taken.fields),
        "errors": taken.errors,
        "repairs": [answers.repair_json(repair) for repair in taken.repairs],
        "warnings": list(taken.warnings),
    }
