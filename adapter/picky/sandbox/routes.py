"""Which path answers what: the push API under both of its host paths, and the sandbox's own pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from adapter.picky.sandbox.books import Sandbox
from adapter.picky.sandbox.page import page
from adapter.picky.sandbox.plan import parts_from
from adapter.picky.sandbox.reading import Call
from adapter.picky.sandbox.refusals import body
from adapter.picky.sandbox.reply import HTML, Reply
from adapter.picky.sandbox.rules import BehaviourError

Answer = Callable[[Sandbox, Call], Reply]


def wrong_method(_box: Sandbox, call: Call) -> Reply:
    """HTTP 405. The body's status is 410: a body status 405 would mean that the plan has no API."""
    return Reply.of(body(410, f"Invalid Request: {call.path} does not take this method"), http=405)


def _page(box: Sandbox, _call: Call) -> Reply:
    return Reply(200, page(box.inbox(), box.counters()).encode("utf-8", "replace"), HTML)


def _behave(box: Sandbox, call: Call) -> Reply:
    box.behave(**parts_from(_json(call)))
    return Reply.of({"ok": True})


def _balance(box: Sandbox, call: Call) -> Reply:
    box.set_balance(_text(call, "balance"))
    return Reply.of({"ok": True})


def _inbound(box: Sandbox, call: Call) -> Reply:
    number, text = _text(call, "number"), _text(call, "text")
    token = _text(call, "token") if "token" in _json(call) else None
    return Reply.of({"ok": True, "http": box.inbound(number, text, token)})


def _thread(box: Sandbox, call: Call) -> Reply:
    return Reply.of(box.thread(parse_qs(call.query).get("number", [""])[0]))


def _reset(box: Sandbox, _call: Call) -> Reply:
    box.reset()
    return Reply.of({"ok": True})


def _json(call: Call) -> Any:
    try:
        return json.loads(call.body)
    except (ValueError, RecursionError):
        raise BehaviourError("send a JSON object.") from None


def _text(call: Call, key: str) -> str:
    value = _json(call)
    if not isinstance(value, dict) or not isinstance(value.get(key), str):
        raise BehaviourError(f'send a JSON object with the text "{key}".')
    return str(value[key])


def _explained(answer: Answer) -> Answer:
    """The answer, or HTTP 400 with the sentence of the ValueError that says what is wrong with the request."""

    def explained(box: Sandbox, call: Call) -> Reply:
        try:
            return answer(box, call)
        except ValueError as error:
            return Reply.of({"error": str(error)}, http=400)

    return explained


_API: Final[Mapping[str, Answer]] = {
    "push": Sandbox.push,
    "check-balance": Sandbox.check_balance,
    "delivery-report": Sandbox.delivery_report,
}

ROUTES: Final[Mapping[str, Mapping[str, Answer]]] = {
    **{f"{base}/{name}": {"POST": answer} for base in ("/api/v2", "/app/api/v2") for name, answer in _API.items()},
    "/": {"GET": _page},
    "/sandbox/messages": {"GET": lambda box, _: Reply.of(box.messages())},
    "/sandbox/requests": {"GET": lambda box, _: Reply.of(box.requests())},
    "/sandbox/counters": {"GET": lambda box, _: Reply.of(box.counters())},
    "/sandbox/threads": {"GET": lambda box, _: Reply.of(box.threads())},
    "/sandbox/thread": {"GET": _thread},
    "/sandbox/healthz": {"GET": lambda _box, _: Reply.of({"ok": True})},
    "/sandbox/behave": {"POST": _explained(_behave)},
    "/sandbox/balance": {"POST": _explained(_balance)},
    "/sandbox/inbound": {"POST": _explained(_inbound)},
    "/sandbox/reset": {"POST": _reset},
}
