"""Doing one thing to many: a count first, then a job with its progress and its result."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final

from flask import Response, request

from adapter import bulk_running
from adapter.delivery import jobs
from adapter.delivery.job_plans import BULKS, Bulk, Effort, Plan, effort, plan
from adapter.delivery.jobs import Job
from adapter.delivery.search import BadSearch, Search, read
from adapter.errors import Refusal
from adapter.store.limited import TooSlow
from adapter.web.console import session
from adapter.web.console.lists import address, regions
from adapter.web.console.live import fragment
from adapter.web.console.shell import NotHere, console_blueprint, go, page, zone
from adapter.web.inbound import services

blueprint: Final = console_blueprint("bulk")
_SENDS: Final = frozenset({"send_again", "release"})


class TooMany(Refusal):
    """There are too many rows to count."""

    status = 422
    code = "too_many"


@blueprint.get("/bulk")
def count() -> Response:
    """What would be done. Nothing has happened yet."""
    bulk, search = _asked(request.args)
    counted = _plan(bulk, search, unknown=False)
    frozen = search.frozen(counted.newest)
    return page(
        "console/count.html", at=_list_of(bulk), bulk=bulk, search=search, plan=counted, query=frozen.as_query(),
        words=search.words(zone()).values(), effort=_effort(bulk, counted), identity=jobs.new_id(),
        back=address(_list_of(bulk), search), unknown=counted.unknown if bulk.name == "send_again" else 0,
        sends=bulk.name in _SENDS,
    )  # fmt: skip


@blueprint.post("/bulk")
def begin() -> Response:
    """Begin the job that was counted; sent twice, the form makes one job."""
    bulk, search = _asked(request.form)
    unknown = request.form.get("unknown") == "1"
    identity = request.form.get("identity", "")
    if not (len(identity) == 26 and identity.isascii() and identity.isalnum()):
        raise BadSearch("The count is not whole any more. Go back and count again.")
    if jobs.find(services().store, identity) is None:
        counted = _plan(bulk, search, unknown=unknown)
        now = time.time()
        jobs.create(services().store, bulk, search, counted, unknown=unknown, now=now, identity=identity)
        session.note(f"began a job: {bulk.button.lower()} {counted.doable}", identity)
        bulk_running.start(services(), identity)
    return go(f"/jobs/{identity}")


@blueprint.get("/jobs")
def last_jobs() -> Response:
    """The last jobs."""
    here = services()
    return page("console/jobs.html", at="messages", jobs=jobs.newest_jobs(here.store, here.destination), told=told)


@blueprint.get("/jobs/<identity>")
def job(identity: str) -> Response:
    """How far a job is, and what came of it."""
    shown = _shown(identity)
    return page("console/job.html", at=_list_of(shown["job"].bulk), **shown)


@blueprint.get("/jobs/<identity>/live")
def live(identity: str) -> Response:
    """What of a job's page changes."""
    return fragment("console/job_live.html", **_shown(identity))


@blueprint.post("/jobs/<identity>/stop")
def stop(identity: str) -> Response:
    """Do nothing more of it."""
    if jobs.stop(services().store, _job(identity).id):
        session.note("stopped a job", identity)
    return go(f"/jobs/{identity}")


@blueprint.post("/jobs/<identity>/continue")
def go_on(identity: str) -> Response:
    """Do the rest of it."""
    if jobs.go_on(services().store, _job(identity).id):
        session.note("continued a job", identity)
        bulk_running.start(services(), identity)
    return go(f"/jobs/{identity}")


def _asked(given: Mapping[str, str]) -> tuple[Bulk, Search]:
    """The action and the search; a form also says up to which row was counted."""
    bulk, newest = BULKS.get(given.get("action", "")), given.get("newest", "")
    if bulk is None:
        raise NotHere("There is no such action. Choose one under the list.")
    here = services()
    search = read(given, destination=here.destination, now=time.time(), zone=zone(), regions=regions()).without_place()
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        return bulk, search.frozen(int(newest))
    return bulk, search


def _plan(bulk: Bulk, search: Search, *, unknown: bool) -> Plan:
    try:
        return plan(services().store, bulk, search, unknown=unknown)
    except TooSlow:
        raise TooMany("Counting took too long, and nothing was done. Narrow the time of the filter first.") from None


def _effort(bulk: Bulk, counted: Plan) -> Effort | None:
    """What sending takes; None where nothing is sent, or it is not known through which account."""
    if bulk.name not in _SENDS or not counted.accounts:
        return None
    return effort(services().store, counted.accounts, services().accounts)


def _list_of(bulk: Bulk) -> str:
    return "messages" if bulk.action is not None else "events"


def _job(identity: str) -> Job:
    found = jobs.find(services().store, identity)
    if found is None or found.destination != services().destination:
        raise NotHere("There is no job of this name.")
    return found


def _shown(identity: str) -> dict[str, Any]:
    """A job whose process is gone goes on in this one: somebody looks at it."""
    found = _job(identity)
    bulk_running.take_over(services(), found)
    search = found.sought()
    return {
        "job": found, "told": told(found), "words": list(search.words(zone()).values()),
        "list": address(_list_of(found.bulk), search), "remaining": _remaining(found),
    }  # fmt: skip


def told(job: Job) -> str:
    """How it stands, in a sentence."""
    done, rest = job.counts.get("done", 0), max(0, job.total - job.looked)
    if job.total == 0:
        return "0 match. Nothing to do."
    if job.status == "running":
        return f"{job.looked:,} of {job.total:,}"
    if job.status == "stopped":
        return f"Stopped: {done:,} {job.bulk.done}, {rest:,} untouched."
    nothing = job.counts.get("nothing", 0)
    alone = job.total - done - nothing
    left = f" {alone:,} had changed meanwhile and were left alone." if alone > 0 else ""
    empty = f", {nothing:,} made nothing" if nothing else ""
    return f"Done: {done:,} {job.bulk.done}{empty}.{left}"


def _remaining(job: Job) -> float | None:
    """About how many seconds more; None where that is not known yet."""
    if job.status != "running" or not job.looked:
        return None
    return (time.time() - job.created_at) / job.looked * max(0, job.total - job.looked)
