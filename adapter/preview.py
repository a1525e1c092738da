"""What would come of a request: the JSON of `preview` and of a dry run, made by the code that really sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapter import answers
from adapter.delivery.batch import pushes
from adapter.errors import Refusal
from adapter.line import Taken
from adapter.picky.account import Account


def status_of(taken: Taken) -> int:
    """The HTTP status the endpoint answers."""
    refusal = taken.refusal
    if refusal is None:
        return 200
    if taken.hook.reject_status == 200 and refusal.status in {400, 422}:
        return 200  # for senders that punish anything else
    return refusal.status


def preview(
    taken: Taken, accounts: Mapping[str, Account], *, practice: bool, request_id: str = "preview"
) -> dict[str, Any]:
    """One JSON object, whatever the outcome."""
    refusal = taken.refusal
    return {
        "hook": taken.hook.name,
        "outcome": taken.outcome,
        "status": status_of(taken),
        "decoded_as": taken.payload.decoded_as if taken.payload else None,
        "because": taken.payload.because if taken.payload else "",
        "repairs": [answers.repair_json(repair) for repair in taken.repairs],
        "warnings": list(taken.warnings),
        "errors": taken.errors,
        "fields": answers.plain(taken.fields),
        "messages": list(taken.shown),
        "answer": _answer(taken, refusal, practice=practice, request_id=request_id),
        "pushes": [
            {"url": account.url, "encoding": account.encoding, "body": body}
            for account, body in pushes(taken.messages, accounts)
        ],
    }


def _answer(taken: Taken, refusal: Refusal | None, *, practice: bool, request_id: str) -> dict[str, Any]:
    if refusal is not None:
        received = taken.payload.received_keys if taken.payload else ()
        return answers.refused(refusal, request_id=request_id, received_keys=received)
    return answers.success(
        taken, identity=None, status=taken.outcome, messages=len(taken.messages), duplicate=False, practice=practice
    )
