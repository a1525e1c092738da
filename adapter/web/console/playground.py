"""What would come out: a hook's text and a request, what is made of them, and saving what was edited."""

from __future__ import annotations

import dataclasses
import threading
import time
from typing import Any, Final

from flask import Response, render_template, request

from adapter import hook_files, trying_out
from adapter.catalogue import is_hook_name
from adapter.config import platform_of
from adapter.delivery.hook_requests import newest
from adapter.delivery.story import FoundNothing
from adapter.errors import Refusal
from adapter.hook_files import Changed, NotSaved
from adapter.intake.request import RawRequest, http_file
from adapter.mapping.faults import Fault
from adapter.trying_out import Trial
from adapter.web.console import session
from adapter.web.console.diffs import differences
from adapter.web.console.example import EXAMPLE, EXAMPLE_NAME, EXAMPLE_REQUEST
from adapter.web.console.outcome import Outcome, outcome_of
from adapter.web.console.shell import NotHere, console_blueprint, go, page
from adapter.web.inbound import services

blueprint: Final = console_blueprint("playground")
_MOST_SENT: Final = 5 * 1_048_576  # a request and a hook's text, both percent-encoded
_MOST_SHOWN: Final = 24 * 1024  # of a request in the box
_FORMS: Final = ("", "application/json", "application/x-www-form-urlencoded", "application/xml", "text/plain")
_seats: Final = threading.Semaphore(2)  # a large text keeps a processor busy for seconds
_SEAT_SECONDS: Final = 5.0
_BUSY: Final = "Preview not available: others are being made. Yours is made when you press Preview again."


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the playground: the boxes as they were sent. `picked` is `event:<id>`, `sample:<name>` or nothing,
    `based_on` the digest of the file that the text was edited from, or nothing for a new hook."""

    name: str
    text: str
    based_on: str
    picked: str
    request: str
    content_type: str = ""


@blueprint.url_value_preprocessor
def _room(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A hook's text and a request are larger than what others may send here; said before anything is read."""
    request.max_content_length = request.max_form_memory_size = _MOST_SENT


@blueprint.get("/playground")
def playground() -> Response:
    """A hook and a request, from the address."""
    name = request.args.get("hook", "")
    event, sample = request.args.get("event", ""), request.args.get("sample", "")
    picked = f"event:{event}" if event else f"sample:{sample}" if sample else ""
    if not name:
        return _shown(Desk(EXAMPLE_NAME, EXAMPLE, "", picked, "" if picked else EXAMPLE_REQUEST))
    file = hook_files.read(services(), name)
    saved = "saved" in request.args
    desk = _with_request(Desk(name, file.text, file.digest, picked or _first(name), ""))
    return _shown(desk, told=_saved_sentence(name) if saved else "", saved=saved)


@blueprint.post("/playground")
def look() -> Response:
    """The whole page again, with what would come out; also another request, where one was picked."""
    desk = _desk()
    if request.form.get("do") == "pick":
        desk = _with_request(dataclasses.replace(desk, picked=request.form.get("pick", ""), request=""))
    return _shown(desk)


@blueprint.get("/playground/<path:_rest>")
def again(_rest: str) -> Response:
    """Somebody came back to the address of a form: the page that it stands on."""
    return go("/playground")


@blueprint.post("/playground/try")
def attempt() -> Response:
    """Only what would come out, for the script of the page."""
    desk = _desk()
    outcome = _outcome(desk)
    markup = render_template("console/playground_try.html", outcome=outcome, hides=_hides(desk))
    return Response(markup, mimetype="text/html")


@blueprint.post("/playground/check")
def check() -> Response:
    """Whether the text loads, as the server would load it: secrets that are not set are told too."""
    desk = _desk()
    trial = trying_out.try_out(services(), desk.name, desk.text, None, now=time.time())
    if trial.faults:
        return _shown(desk)
    missing = _missing(desk)
    told = "No faults: this hook loads." if not missing else ""
    return _shown(desk, told=told, wrong=" ".join(f"Line {one.line}: {one.sentence}." for one in missing))


@blueprint.post("/playground/download")
def download() -> Response:
    """The text as a file."""
    desk = _desk()
    name = desk.name if is_hook_name(desk.name) else "hook"
    response = Response(desk.text.replace("\r\n", "\n"), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return response


@blueprint.post("/playground/save")
def save() -> Response:
    """Save the text; where somebody else changed the file meanwhile, both are shown."""
    desk, here = _desk(), services()
    try:
        hook_files.save(here, desk.name, desk.text, based_on=desk.based_on or None, note="Saved", now=time.time())
    except NotSaved:
        return _shown(desk, status=422)
    except Changed as changed:
        return _conflict(desk, changed)
    except Refusal as refusal:
        return _shown(desk, wrong=refusal.sentence, status=refusal.status)
    session.note("hook saved", desk.name)
    kind, _, key = desk.picked.partition(":")
    return go("/playground", hook=desk.name, saved="1", **({kind: key} if kind in {"event", "sample"} else {}))


def _saved_sentence(name: str) -> str:
    """Where it was saved to, and what keeps it from serving."""
    here = services()
    entry = here.catalogue.entries().get(name)
    where = f"Saved to {_file_of(name)}. "
    if entry is not None and entry.faults:
        first = entry.faults[0]
        return where + f"It does not serve yet: line {first.line}: {first.sentence}."
    return where + "Requests use it within 2 seconds."


def _file_of(name: str) -> str:
    """The hook's file as the owner knows it."""
    return f"{services().catalogue.directory.name}/{name}.yaml"


def _missing(desk: Desk) -> tuple[Fault, ...]:
    """Secrets that the server does not have."""
    found = hook_files.faults_of(
        services(), desk.name, desk.text, own_class=hook_files.class_on_disk(services(), desk.name), check_secrets=True
    )
    return found if isinstance(found, tuple) else ()


def _conflict(desk: Desk, changed: Changed) -> Response:
    theirs = changed.present.text if changed.present else ""
    return page(
        "console/playground_conflict.html", at="playground", status=409, desk=desk, sentence=changed.sentence,
        theirs=changed.present, lines=differences(theirs, desk.text.replace("\r\n", "\n")),
    )  # fmt: skip


def _desk() -> Desk:
    form, text = request.form, request.form.get("text", "")
    kind = form.get("content_type", "")
    return Desk(
        form.get("hook", "")[:100], text, form.get("based_on", ""), form.get("picked", "")[:200],
        form.get("request", ""), kind if kind in _FORMS else "",
    )  # fmt: skip


def _shown(desk: Desk, *, told: str = "", wrong: str = "", saved: bool = False, status: int = 200) -> Response:
    here = services()
    found, stored = _picked(desk), bool(desk.based_on) and is_hook_name(desk.name)
    return page(
        "console/playground.html", at="playground", status=status, desk=desk, outcome=_outcome(desk), told=told,
        wrong=wrong, saved=saved, is_new=not desk.based_on, hides=_hides(desk), forms=_FORMS,
        unseen=found if found is not None and _text_of(desk, found) is None else None,
        events=newest(here.store, desk.name, here.destination) if stored else [],
        samples=[path.stem for path in trying_out.sample_files(here, desk.name)] if stored else [],
        others=[name for name in here.catalogue.entries() if name != desk.name][:30],
        file=_file_of(desk.name),
        forgetful=platform_of(here.settings.environ) is not None,
    )  # fmt: skip


def _outcome(desk: Desk) -> Outcome:
    """What comes of what lies on the desk."""
    if not _seats.acquire(timeout=_SEAT_SECONDS):
        return Outcome(sentence=_BUSY)
    try:
        trial = trying_out.try_out(services(), desk.name, desk.text, _request(desk), now=time.time())
    except Refusal as refusal:
        trial = Trial(sentence=refusal.sentence)
    finally:
        _seats.release()
    return outcome_of(trial, shows_numbers=not _hides(desk))


def _request(desk: Desk) -> RawRequest:
    """The request to try: what was picked, its very bytes, until its text was changed; else what was typed."""
    found = _picked(desk)
    if found is not None:
        text = _text_of(desk, found)
        if text is None or not desk.request.strip() or _same(text, desk.request):
            return found
    return trying_out.typed(desk.request, desk.name, content_type=desk.content_type)


def _picked(desk: Desk) -> RawRequest | None:
    """The captured event or the sample that was picked; None where it is gone."""
    kind, _, key = desk.picked.partition(":")
    try:
        if kind == "event":
            return trying_out.stored(services(), key)
        return trying_out.sample(services(), desk.name, key) if kind == "sample" and is_hook_name(desk.name) else None
    except FoundNothing:
        return None


def _hides(desk: Desk) -> bool:
    """Whether the request is a customer's, whose numbers the owner did not ask to see."""
    return desk.picked.startswith("event:") and not session.shows_numbers()


def _text_of(desk: Desk, found: RawRequest) -> str | None:
    """A request as its box shows it; None where it is used unseen: long, no text, or with numbers that are hidden."""
    raw = http_file(found)
    if _hides(desk) or len(raw) > _MOST_SHOWN or b"\0" in raw:
        return None
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _same(text: str, other: str) -> bool:
    return text.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


def _with_request(desk: Desk) -> Desk:
    """The desk with the text of the picked request in its box. Raises NotHere where that is gone."""
    if not desk.picked:
        return desk
    found = _picked(desk)
    if found is None:
        raise NotHere("The request that was picked is not kept any more. Pick another one.")
    return dataclasses.replace(desk, request=_text_of(desk, found) or "")


def _first(name: str) -> str:
    """What is picked where nothing was: the newest event, else the first sample."""
    here = services()
    if events := newest(here.store, name, here.destination, most=1):
        return f"event:{events[0].id}"
    samples = trying_out.sample_files(here, name)
    return f"sample:{samples[0].stem}" if samples else ""
