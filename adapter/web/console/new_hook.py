"""A new hook in five steps, each with its own address, from a sender's first request to a test message."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import time
from collections.abc import Mapping
from typing import Any, Final

import phonenumbers
from flask import Response, request
from ulid import ULID

from adapter import hook_files, late_secrets, listening, proposing, trials, trying_out
from adapter.catalogue import is_hook_name
from adapter.config import NAMES, platform_of
from adapter.delivery.acceptance import accept
from adapter.delivery.hiding import hidden
from adapter.delivery.story import FoundNothing, story
from adapter.errors import Refusal
from adapter.hook_files import Changed, NotSaved, NotWritable
from adapter.intake.request import RawRequest, http_file
from adapter.intake.sources import SOURCES
from adapter.line import take
from adapter.listening import Listening
from adapter.mapping.hook import Hook
from adapter.proposing import Chosen, Proposal
from adapter.recording import event_row
from adapter.trying_out import Trial
from adapter.web.console import live, session
from adapter.web.console.outcome import Outcome, outcome_of
from adapter.web.console.senders import COMMON, sample_of, sender_of, steps_for
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.inbound import request_id, services

blueprint: Final = console_blueprint("new_hook")
STEPS: Final = ("Sender", "Connect", "Wait", "Map", "Test")
_MOST_SHOWN: Final = 8 * 1024  # of a request as it came
_MOST_TEXT: Final = 20_000
_REGION: Final = re.compile(r"[A-Z]{2}\Z")


@dataclasses.dataclass(frozen=True, slots=True)
class _Desk:
    """What lies on the page of step 4: the proposal, the text as it stands, and whether somebody edited it by hand."""

    event: str
    proposal: Proposal
    text: str
    by_hand: bool


@blueprint.get("/setup/new")
def sender() -> Response:
    """Step 1: who sends?"""
    region = str(services().settings.default_region)
    return _sender_page({"source": "zapier", "hook": "", "region": region})


@blueprint.post("/setup/new")
def begin() -> Response:
    """Listen for this sender."""
    asked = {key: request.form.get(key, "").strip() for key in ("source", "hook", "region")}
    asked["hook"], asked["region"] = asked["hook"].lower().replace(" ", "_"), asked["region"].upper()
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
    if asked["region"] and asked["region"] not in phonenumbers.SUPPORTED_REGIONS:
        return f'"{asked["region"][:20]}" is no country: write its two letters such as IN, or leave it empty.'
    return ""


def _sender_page(asked: Mapping[str, str], *, wrong: str = "", status: int = 200) -> Response:
    common = [SOURCES[name] for name in COMMON]
    others = sorted((one for name, one in SOURCES.items() if name not in COMMON), key=lambda one: one.title.lower())
    return page(
        "console/new_sender.html", at="hooks", status=status, asked=asked, wrong=wrong, common=common, others=others,
        step=1, steps=STEPS,
    )  # fmt: skip


@blueprint.get("/setup/new/<identity>/connect")
def connect(identity: str) -> Response:
    """Step 2: the address, the secret, and what to click."""
    one = _listening(identity)
    secret, url = _secret(one), _address(one.hook)
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
        "console/how.html", at="hooks", name=name, title=source.title, url=_address(name), secrets=secrets,
        instructions=steps_for(source.name, url=_address(name), secret=mark),
    )  # fmt: skip


@blueprint.get("/setup/new/<identity>/wait")
def wait(identity: str) -> Response:
    """Step 3: wait for the first request."""
    one = _listening(identity)
    return page("console/new_wait.html", at="hooks", one=one, step=3, steps=STEPS, **_arrivals(one))


@blueprint.get("/setup/new/<identity>/came")
def came(identity: str) -> Response:
    """What came, polled."""
    one = _listening(identity)
    return live.fragment("console/new_came.html", one=one, **_arrivals(one))


def _arrivals(one: Listening) -> dict[str, Any]:
    store = services().store
    rows = listening.came(store, one)
    hides = not session.shows_numbers()
    return {
        "title": SOURCES[one.source].title,
        "came": [{**row._mapping, "shown": _shown(row.body, hides=hides), "reason": row.reason or ""} for row in rows],
        "misses": listening.misses(store, one),
        "over": one.until <= time.time(),
        "made": one.hook in services().catalogue.entries(),
        "minutes": int((time.time() - one.created_at) // 60),
    }


def _shown(body: bytes, *, hides: bool) -> str:
    text = body[:_MOST_SHOWN].decode("utf-8", "replace")
    return str(hidden(text)) if hides else text


@blueprint.post("/setup/new/<identity>/again")
def again(identity: str) -> Response:
    """Listen for another hour."""
    one = _listening(identity)
    listening.change(services().store, one.id, until=time.time() + listening.SECONDS)
    return go(f"/setup/new/{one.id}/wait")


@blueprint.post("/setup/new/<identity>/stop")
def stop(identity: str) -> Response:
    """Listen no more."""
    one = _listening(identity)
    listening.change(services().store, one.id, until=time.time())
    return go(f"/setup/new/{one.id}/wait")


@blueprint.post("/setup/new/<identity>/sample")
def sample(identity: str) -> Response:
    """Go on with an example request instead of a real one."""
    one, here = _listening(identity), services()
    kind, body = sample_of(one.source)
    raw = RawRequest("POST", f"/hooks/{one.hook}", "", (("Content-Type", kind),), body)
    hook = listening.capturing_hook(one, _secret(one))
    taken = take(hook, raw, here.accounts, now=time.time(), check_auth=False)
    row = event_row(taken, destination=here.destination, request_id=request_id())
    event = accept(here.store, row, ()).id
    return go(f"/setup/new/{one.id}/map", event=event)


@blueprint.route("/setup/new/<identity>/map", methods=["GET", "POST"])
def mapping(identity: str) -> Response:
    """Step 4: what is made of it; POST shows it anew with what was changed."""
    one = _listening(identity)
    return _map_page(one, _desk(one))


@blueprint.post("/setup/new/<identity>/save")
def save(identity: str) -> Response:
    """Save the hook and its secret; from then on its address serves."""
    one, here = _listening(identity), services()
    desk = _desk(one)
    try:
        if here.settings.templates_writable:
            _keep_secret(one, desk)
        hook_files.save(here, one.hook, desk.text, based_on=None, note="Made from its first request", now=time.time())
    except NotSaved:
        return _map_page(one, desk, status=422)
    except Changed:
        if hook_files.read(here, one.hook).text != desk.text:
            return _map_page(one, desk, wrong="Somebody else made a hook of this name meanwhile.", status=409)
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
    if here.catalogue.environment.get(variable) or variable not in found.secret_names:
        return
    if here.settings.env_file is None:
        raise NotWritable(f"This server reads no .env: set {variable} where it is started, then save again.")
    late_secrets.add(here.settings.env_file, variable, value or _secret(one))


@blueprint.post("/setup/new/<identity>/download")
def download(identity: str) -> Response:
    """The hook's text as a file."""
    one = _listening(identity)
    response = Response(_desk(one).text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{one.hook}.yaml"'
    return response


def _desk(one: Listening) -> _Desk:
    """What was posted, or what is proposed. A text that was edited by hand stays; else the choices are written anew."""
    form = request.form
    event = form.get("event", "") or request.args.get("event", "") or _newest(one)
    chosen = Chosen(
        phone=form.get("phone", "").strip()[:200], name=form.get("name", "").strip()[:200],
        region=_region(form.get("region", one.region)), message=form.get("message", "")[:_MOST_TEXT],
    )  # fmt: skip
    proposal = proposing.propose(
        _request(one, event), name=one.hook, source=one.source, chosen=chosen,
        address=services().settings.base_url, reserved=NAMES,
    )  # fmt: skip
    text = form.get("text", "").replace("\r\n", "\n")
    by_hand = bool(text) and _digest(text) != form.get("made", "")
    return _Desk(event, proposal, text if by_hand else proposal.text, by_hand)


def _region(text: str) -> str:
    """The country's letters; none where they are no country's."""
    letters = text.strip().upper()
    return letters if _REGION.match(letters) and letters in phonenumbers.SUPPORTED_REGIONS else ""


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
        outcome=_outcome(trial), hides=hides, missing=() if desk.by_hand else desk.proposal.missing,
        guesses=[] if desk.by_hand else [
            (name, place, hidden(gave.get(name)) if hides else gave.get(name))
            for name, place in list(proposing.places(desk.text).items())[:20]
        ],
        request_text=_shown(http_file(_request(one, desk.event)), hides=hides),
        forgetful=platform_of(here.settings.environ) is not None, folder=here.catalogue.directory.name,
        secret="" if here.settings.templates_writable else _secret(one),
    )  # fmt: skip


def _tried(one: Listening, desk: _Desk) -> Trial:
    return trying_out.try_out(services(), one.hook, desk.text, _request(one, desk.event), now=time.time())


def _outcome(trial: Trial) -> Outcome:
    return outcome_of(trial, shows_numbers=session.shows_numbers())


@blueprint.get("/setup/new/<identity>/test")
def test(identity: str) -> Response:
    """Step 5: a test message to the owner's own number."""
    return _test_page(_listening(identity))


@blueprint.post("/setup/new/<identity>/test")
def send(identity: str) -> Response:
    """Send it, once for each time the form was shown."""
    one, here = _listening(identity), services()
    event, key = request.form.get("request", ""), request.form.get("key", "")[:64]
    try:
        hook = here.catalogue.hook(one.hook)
        number = trials.own_number(request.form.get("number", "")[:60], one.region)
        sent = trials.send_trial(
            here, hook, _request(one, event), number, key=f"{one.id}:{key}", request_id=request_id(), now=time.time()
        )
    except Refusal as refusal:
        return _test_page(one, wrong=refusal.sentence, status=refusal.status)
    session.note("test message sent", one.hook)
    return go(f"/setup/new/{one.id}/test", request=event, sent=sent)


@blueprint.get("/setup/new/<identity>/sent")
def sent(identity: str) -> Response:
    """What became of the test message, polled."""
    one = _listening(identity)
    return live.fragment("console/new_sent.html", one=one, told=_told(request.args.get("sent", "")))


def _test_page(one: Listening, *, wrong: str = "", status: int = 200) -> Response:
    here = services()
    entry = here.catalogue.entries().get(one.hook)
    event = request.values.get("request", "") or _newest(one)
    identity = request.args.get("sent", "")
    return page(
        "console/new_test.html", at="hooks", status=status, one=one, wrong=wrong, event=event, key=str(ULID()),
        title=SOURCES[one.source].title, step=5, steps=STEPS, number=request.form.get("number", "")[:60],
        faults=entry.faults if entry else (), there=entry is not None,
        serves=entry is not None and entry.hook is not None,
        sent=identity, told=_told(identity) if identity else None,
    )  # fmt: skip


def _told(event: str) -> dict[str, Any] | None:
    """The test message as far as it got; None where there is none of this id."""
    here = services()
    try:
        told = story(here.store, event, resend_after=here.settings.resend_after, most=1)
    except FoundNothing:
        return None
    return told["messages"][0] if told["trial"] and told["messages"] else None


def _listening(identity: str) -> Listening:
    one = listening.find(services().store, identity)
    if one is None:
        raise NotHere("This new hook was begun more than a week ago, or never. Begin anew under Hooks → New hook.")
    return one


def _secret(one: Listening) -> str:
    return listening.secret_of(str(services().settings.secret_key), one.id)


def _address(name: str) -> str:
    return f"{services().settings.base_url}/hooks/{name}"


def _newest(one: Listening) -> str:
    rows = listening.came(services().store, one, most=1)
    if not rows:
        raise NotHere("Nothing came yet. Go back to step 3 and wait for the first request.")
    return str(rows[0].id)


def _request(one: Listening, event: str) -> RawRequest:
    """The request of an event that came to this hook."""
    here = services()
    if event not in {row.id for row in listening.came(here.store, one, most=200)}:
        raise NotHere("This request is not kept any more. Go back to step 3 and choose another one.")
    return trying_out.stored(here, event)
