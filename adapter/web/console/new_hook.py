"""A new hook in five steps, each with its own address, from a sender's first request to a test message."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from adapter import listening
from adapter.catalogue import is_hook_name
from adapter.delivery.acceptance import accept
from adapter.intake.request import RawRequest
from adapter.intake.sources import SOURCES
from adapter.line import take
from adapter.listening import Listening
from adapter.mapping.phone import region_of
from adapter.recording import event_row
from adapter.web.console import live, session
from adapter.web.console.listeners import STEPS, address_of, as_it_came, listening_of, secret_of
from adapter.web.console.senders import COMMON, sample_of, sender_of, steps_for
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.inbound import request_id, services

blueprint: Final = console_blueprint("new_hook")


@blueprint.get("/setup/new")
def sender() -> Response:
    """Step 1: who sends?"""
    region = str(services().settings.default_region)
    return _sender_page({"source": "zapier", "hook": "", "region": region})


@blueprint.post("/setup/new")
def begin() -> Response:
    """Listen for this sender."""
    asked = {key: request.form.get(key, "").strip() for key in ("source", "hook", "region")}
    asked["hook"] = asked["hook"].lower().replace(" ", "_")
    asked["region"] = region_of(asked["region"]) or asked["region"]
    if wrong := _wrong(asked):
        return _sender_page(asked, wrong=wrong, status=422)
    identity = listening.begin(services().store, **asked, now=time.time())
    session.note("new hook begun", asked["hook"])
    return go(f"/setup/new/{identity}/connect")


def _wrong(asked: Mapping[str, str]) -> str:
    name = asked["hook"]
    if asked["source"] not in SOURCES:
        return "Choose who sends."
    if not is_hook_name(name) or name == "new":
        return f'"{name[:63]}" cannot be a hook\'s name: use a-z, 0-9, _ and -, at most 63 of them.'
    if name in services().catalogue.entries():
        return f"A hook named {name} exists already. Choose another name, or change that one in the playground."
    if asked["region"] and region_of(asked["region"]) is None:
        return f'"{asked["region"][:20]}" is no country known here: write it such as India or IN, or leave it empty.'
    return ""


def _sender_page(asked: Mapping[str, str], *, wrong: str = "", status: int = 200) -> Response:
    begun = listening.active(services().store, now=time.time())
    common = [SOURCES[name] for name in COMMON]
    others = sorted((one for name, one in SOURCES.items() if name not in COMMON), key=lambda one: one.title.lower())
    return page(
        "console/new_sender.html", at="hooks", status=status, asked=asked, wrong=wrong, common=common, others=others,
        step=1, steps=STEPS, going_on=[one for one in begun if one.hook not in services().catalogue.entries()],
    )  # fmt: skip


@blueprint.get("/setup/new/<identity>/connect")
def connect(identity: str) -> Response:
    """Step 2: the address, the secret, and what to click."""
    one = listening_of(identity)
    if _is_made(one):
        return go(f"/setup/new/{one.id}/test")
    secret, url = secret_of(one), address_of(one.hook)
    known = sender_of(one.source)
    return page(
        "console/new_connect.html", at="hooks", one=one, title=SOURCES[one.source].title, url=url, secret=secret,
        instructions=steps_for(one.source, url=url, secret=secret), longest=known.longest, step=2, steps=STEPS,
        local=not services().settings.public_url,
    )  # fmt: skip


@blueprint.get("/setup/<name>/how")
def how(name: str) -> Response:
    """How to connect the sender of a hook that is there already."""
    entry = services().catalogue.entries().get(name)
    if entry is None or entry.hook is None:
        raise NotHere(f'No hook that works is named "{name[:63]}".')
    source = entry.hook.source
    secrets = sorted(set(entry.hook.secret_names))
    mark = f"<{secrets[0]}>" if secrets else ""
    return page(
        "console/how.html", at="hooks", name=name, title=source.title, url=address_of(name), secrets=secrets,
        instructions=steps_for(source.name, url=address_of(name), secret=mark),
    )  # fmt: skip


@blueprint.get("/setup/new/<identity>/wait")
def wait(identity: str) -> Response:
    """Step 3: wait for the first request."""
    one = listening_of(identity)
    if _is_made(one):
        return go(f"/setup/new/{one.id}/test")
    return page("console/new_wait.html", at="hooks", one=one, step=3, steps=STEPS, **_arrivals(one))


@blueprint.get("/setup/new/<identity>/came")
def came(identity: str) -> Response:
    """What came, polled."""
    one = listening_of(identity)
    return live.fragment("console/new_came.html", one=one, **_arrivals(one))


def _is_made(one: Listening) -> bool:
    """Whether the hook is saved: then what comes is sent, and there is nothing to wait for."""
    return one.hook in services().catalogue.entries()


def _arrivals(one: Listening) -> dict[str, Any]:
    store = services().store
    rows = listening.came(store, one)
    hides = not session.shows_numbers()
    return {
        "title": SOURCES[one.source].title,
        "came": [
            {**row._mapping, "shown": as_it_came(row.body, hides=hides), "reason": row.reason or ""} for row in rows
        ],
        "misses": listening.misses(store, one),
        "over": one.until <= time.time(),
        "made": one.hook in services().catalogue.entries(),
        "minutes": int((time.time() - one.created_at) // 60),
    }


@blueprint.post("/setup/new/<identity>/again")
def again(identity: str) -> Response:
    """Listen for another hour."""
    one = listening_of(identity)
    listening.change(services().store, one.id, until=time.time() + listening.SECONDS)
    return go(f"/setup/new/{one.id}/wait")


@blueprint.post("/setup/new/<identity>/stop")
def stop(identity: str) -> Response:
    """Listen no more."""
    one = listening_of(identity)
    listening.change(services().store, one.id, until=time.time())
    return go(f"/setup/new/{one.id}/wait")


@blueprint.post("/setup/new/<identity>/sample")
def sample(identity: str) -> Response:
    """Go on with an example request instead of a real one."""
    one, here = listening_of(identity), services()
    kind, body = sample_of(one.source)
    raw = RawRequest("POST", f"/hooks/{one.hook}", "", (("Content-Type", kind),), body)
    hook = listening.capturing_hook(one, secret_of(one))
    taken = take(hook, raw, here.accounts, now=time.time(), check_auth=False)
    row = event_row(taken, destination=here.destination, request_id=request_id())
    event = accept(here.store, row, ()).id
    return go(f"/setup/new/{one.id}/map", event=event)
