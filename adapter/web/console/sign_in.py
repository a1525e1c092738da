"""Signing in and out: by the password, or by a one-time link that a shell of the server made."""

from __future__ import annotations

import math
import time
from typing import Any, Final

from flask import Response, request

from adapter import audit
from adapter.signing_in import one_time, password, tries
from adapter.web.console import kept, known, session
from adapter.web.console.shell import NotHere, console_blueprint, go, is_open, page, require_token, within
from adapter.web.inbound import services

blueprint: Final = console_blueprint("sign_in", public=True)
_MOST_FORM: Final = 800_000  # what was kept comes back here, signed and encoded


@blueprint.before_request
def _bound() -> None:
    request.max_content_length = request.max_form_memory_size = _MOST_FORM


@blueprint.get("/sign-in")
def form() -> Response:
    """The form; where the console is closed, how to open it."""
    if is_open() and session.is_signed_in():
        return go(_next())
    return _form(200, ended=session.why_ended() if is_open() else "")


@blueprint.post("/sign-in")
def enter() -> Response:
    """Take the password: a few tries are free, then each has to wait longer."""
    if not is_open():
        return _form(403)
    given = request.form.get("password", "")
    if password.is_too_long(given):
        return _form(401, fault="That is longer than 1,024 characters, so it is not the password.")
    here, now = services(), time.time()
    buckets = tries.buckets_of(request.remote_addr, known.browser())
    with password.turn():
        taken = tries.take(here.store, buckets, now=now)
        if taken.wait:
            return _locked(taken)
        if not password.matches(given, here.settings.admin_password):
            return _failed(taken)
    tries.forgive(here.store, buckets)
    return _entered("signed in")


@blueprint.get("/sign-in/<token>")
def link(token: str) -> Response:
    """Ask before a one-time link is used: programs that preview links follow them, but press no button."""
    return _unseen(page("console/sign_in_link.html")) if _holds(token) else _over()


@blueprint.post("/sign-in/<token>")
def use_link(token: str) -> Response:
    """Use a one-time link up."""
    here = services()
    if not is_open() or not one_time.use(here.store, here.settings.secret_key, token, now=time.time()):
        return _over()
    return _unseen(_entered("signed in by a one-time link"))


@blueprint.post("/sign-out")
def leave() -> Response:
    """Sign out."""
    if is_open() and session.is_signed_in():
        require_token()
        session.note("signed out")
        session.end()
    return go("/sign-in")


def _form(status: int, *, fault: str = "", ended: str = "") -> Response:
    """The sign-in page; a form that was kept goes along with it. `ended`: why one has to sign in anew."""
    given: dict[str, Any] = {"open": is_open(), "next": _next(), "fault": fault, "kept": request.form.get("kept", "")}
    return page("console/sign_in.html", status=status, ended=ended, **given)


def _locked(taken: tries.Taken) -> Response:
    response = _form(429, fault=f"Too many tries {_WHERE.get(taken.bucket, _HERE)}; next in {_rounded(taken.wait)}.")
    response.headers["Retry-After"] = str(math.ceil(taken.wait))
    return response


_HERE: Final = "from this address"
_WHERE: Final = {tries.ALL: "from many addresses"}


def _rounded(seconds: float) -> str:
    """Never too short: `30 s`, `4 min`."""
    return f"{math.ceil(seconds)} s" if seconds < 60 else f"{math.ceil(seconds / 60)} min"


def _failed(taken: tries.Taken) -> Response:
    if taken.failures == tries.OF_ONE.free:  # once, however long they go on
        kind, _, name = taken.bucket.partition(" ")
        about = f"address {name}" if kind == "address" else "a browser that signed in before"
        audit.write(services().store, "too many wrong passwords", about, who="somebody", now=time.time())
    return _form(401, fault="That is not the password.")


def _entered(what: str) -> Response:
    session.begin()
    session.note(what)
    found = kept.unpack(request.form.get("kept", ""), services().settings.secret_key)
    response = go(_next()) if found is None else page("console/kept.html", kept=found, hidden=_SECRET)
    known.remember(response)
    return response


_SECRET: Final = frozenset({"password", "secret", "token"})  # fields whose text is not shown again


def _holds(token: str) -> bool:
    here, now = services(), time.time()
    key = here.settings.secret_key
    return is_open() and one_time.holds(key, token, now=now) and not one_time.was_used(here.store, key, token, now=now)


def _over() -> Response:
    raise NotHere(
        "This link does not hold, or not any more: it is valid for 10 min and works once. "
        "Make a new one in the folder of the project: .venv/bin/python -m adapter sign-in"
    )


def _unseen(response: Response) -> Response:
    """The address is a secret: nobody is told where the browser comes from."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _next() -> str:
    """The page of this console that was asked for."""
    return within(request.values.get("next", "/"))
