"""Step 4 of a new hook: what to make of its first request; and saving it, from when on its address serves."""

from __future__ import annotations

import dataclasses
import hashlib
import time
from typing import Final

from flask import Response, request

from adapter import hook_files, late_secrets, proposing, trying_out
from adapter.config import NAMES, platform_of
from adapter.delivery.hiding import hidden
from adapter.errors import Refusal
from adapter.hook_files import Changed, NotSaved, NotWritable
from adapter.intake.request import http_file
from adapter.intake.sources import SOURCES
from adapter.listening import Listening
from adapter.mapping.hook import Hook
from adapter.mapping.phone import region_of
from adapter.proposing import Chosen, Proposal
from adapter.trying_out import Trial
from adapter.web.console import session
from adapter.web.console.listeners import STEPS, as_it_came, listening_of, newest_of, request_of, secret_of
from adapter.web.console.outcome import outcome_of
from adapter.web.console.shell import console_blueprint, go, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("new_hook_mapping")
_MOST_TEXT: Final = 20_000


@dataclasses.dataclass(frozen=True, slots=True)
class _Desk:
    """What lies on the page of step 4: the proposal, the text as it stands, and whether somebody edited it by hand."""

    event: str
    proposal: Proposal
    text: str
    by_hand: bool


@blueprint.route("/setup/new/<identity>/map", methods=["GET", "POST"])
def mapping(identity: str) -> Response:
    """Step 4: what is made of it; POST shows it anew with what was changed."""
    one = listening_of(identity)
    if request.method == "GET" and one.hook in services().catalogue.entries():
        return go(f"/setup/new/{one.id}/test")
    return _map_page(one, _desk(one))


@blueprint.post("/setup/new/<identity>/save")
def save(identity: str) -> Response:
    """Save the hook and its secret; from then on its address serves."""
    one, here = listening_of(identity), services()
    desk = _desk(one)
    try:
        if here.settings.templates_writable:
            _keep_secret(one, desk)
        hook_files.save(here, one.hook, desk.text, based_on=None, note="Made from its first request", now=time.time())
    except NotSaved:
        return _map_page(one, desk, status=422)
    except Changed:
        if hook_files.read(here, one.hook).text != desk.text:
            return _map_page(
                one,
                desk,
                wrong=f"{one.hook} is saved already, with another text. Change it in the playground.",
                status=409,
            )
    except Refusal as refusal:
        return _map_page(one, desk, wrong=refusal.sentence, status=refusal.status)
    session.note("hook made", one.hook)
    return go(f"/setup/new/{one.id}/test", request=desk.event)


def _keep_secret(one: Listening, desk: _Desk) -> None:
    """Into `.env`, before the hook that leans on it is there. Raises NotKept, NotSaved and NotWritable."""
    here, variable = services(), desk.proposal.variable
    found = hook_files.faults_of(here, one.hook, desk.text)
    if not isinstance(found, Hook):
        raise NotSaved(found)
    value = request.form.get("secret", "").strip() if desk.proposal.signs else ""
    value = value or secret_of(one)
    if variable not in found.secret_names or here.catalogue.environment.get(variable) == value:
        return
    if here.settings.env_file is None:
        raise NotWritable(f"This server reads no .env: set {variable} where it is started, then save again.")
    late_secrets.add(here.settings.env_file, variable, value)


@blueprint.post("/setup/new/<identity>/download")
def download(identity: str) -> Response:
    """The hook's text as a file."""
    one = listening_of(identity)
    response = Response(_desk(one).text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{one.hook}.yaml"'
    return response


def _desk(one: Listening) -> _Desk:
    """What was posted, or what is proposed. A text that was edited by hand stays; else the choices are written anew."""
    form = request.form
    event = form.get("event", "") or request.args.get("event", "") or newest_of(one)
    chosen = Chosen(
        phone=form.get("phone", "").strip()[:200], name=form.get("name", "").strip()[:200],
        region=_region(form.get("region", one.region)), message=form.get("message", "")[:_MOST_TEXT],
    )  # fmt: skip
    proposal = proposing.propose(
        request_of(one, event), name=one.hook, source=one.source, chosen=chosen,
        address=services().settings.base_url, reserved=_reserved(one),
    )  # fmt: skip
    text = form.get("text", "").replace("\r\n", "\n")
    by_hand = bool(text) and _digest(text) != form.get("made", "")
    return _Desk(event, proposal, text if by_hand else proposal.text, by_hand)


def _reserved(one: Listening) -> set[str]:
    """Names that the hook's secret cannot have: the adapter's own, and those that hold another value already."""
    environment, ours = services().catalogue.environment, secret_of(one)
    return {*NAMES, *(name for name, value in environment.items() if value and value != ours)}


def _region(text: str) -> str:
    """The country's letters; none where they are no country's."""
    return region_of(text.strip()[:60]) or ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _map_page(one: Listening, desk: _Desk, *, wrong: str = "", status: int = 200) -> Response:
    here = services()
    trial = _tried(one, desk)
    fields = trial.shown["fields"] if trial.shown else {}
    gave = {} if any(isinstance(value, dict) for value in fields.values()) else fields
    hides = not session.shows_numbers()
    return page(
        "console/new_map.html", at="hooks", status=status, one=one, desk=desk, proposal=desk.proposal, wrong=wrong,
        made=_digest(desk.proposal.text), title=SOURCES[one.source].title, step=4, steps=STEPS,
        outcome=outcome_of(trial, shows_numbers=not hides), hides=hides,
        missing=() if desk.by_hand else desk.proposal.missing,
        guesses=[] if desk.by_hand else [
            (name, place, hidden(gave.get(name)) if hides else gave.get(name))
            for name, place in list(proposing.places(desk.text).items())[:20]
        ],
        request_text=as_it_came(http_file(request_of(one, desk.event)), hides=hides),
        forgetful=platform_of(here.settings.environ) is not None, folder=here.catalogue.directory.name,
        secret="" if here.settings.templates_writable else secret_of(one),
    )  # fmt: skip


def _tried(one: Listening, desk: _Desk) -> Trial:
    return trying_out.try_out(services(), one.hook, desk.text, request_of(one, desk.event), now=time.time())
