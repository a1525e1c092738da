"""Bulk jobs over `/api`: count, begin, look, stop, continue."""

from __future__ import annotations

import time
from typing import Any

from adapter import bulk_running
from adapter.delivery import jobs
from adapter.delivery.job_plans import BULKS, plan
from adapter.delivery.jobs import Job
from adapter.errors import Refusal
from adapter.store.limited import TooSlow
from adapter.web.api.events import search_of
from adapter.web.api.frame import NotFound, note, operation
from adapter.web.api.schemas.jobs import JobAnswer, JobBody, JobsAnswer
from adapter.web.inbound import services

_EXAMPLE = {"action": "send_again", "filter": {"state": "failed", "hook": "won_deal"}, "dry_run": True}


class TooMany(Refusal):
    """There are too many rows to count."""

    status = 422
    code = "too_many"


@operation(
    "POST", "/jobs", "Begin a job", group="Jobs", body=JobBody, answer=JobAnswer, refuses=(400,), example=_EXAMPLE
)
def begin_job(body: dict[str, Any]) -> dict[str, Any]:
    """Do one thing to all that the filter finds now; what comes later is not meant. With `dry_run` it only counts, and
    nothing happens. `remake` is for events that were rejected, the others are for messages."""
    here, bulk, unknown = services(), BULKS[body["action"]], body["include_unknown"]
    search = search_of(body["filter"])
    try:
        counted = plan(here.store, bulk, search, unknown=unknown)
    except TooSlow:
        raise TooMany("Counting took too long, and nothing was done. Narrow the time of the filter first.") from None
    if body["dry_run"]:
        return {"job": None, "count": counted}
    identity = jobs.new_id()
    jobs.create(here.store, bulk, search, counted, unknown=unknown, now=time.time(), identity=identity)
    note(f"began a job: {bulk.button.lower()} {counted.doable}", identity)
    bulk_running.start(here, identity)
    return {"job": _job(identity), "count": counted}


@operation("GET", "/jobs", "List jobs", group="Jobs", answer=JobsAnswer)
def list_jobs() -> dict[str, Any]:
    """The last jobs, newest first."""
    return {"jobs": jobs.newest_jobs(services().store, services().destination)}


@operation("GET", "/jobs/<identity>", "Show a job", group="Jobs", answer=JobAnswer, refuses=(404,))
def show_job(identity: str) -> dict[str, Any]:
    """How far a job is, and what came of it."""
    found = _job(identity)
    bulk_running.take_over(services(), found)
    return {"job": found}


@operation("POST", "/jobs/<identity>/stop", "Stop a job", group="Jobs", answer=JobAnswer, refuses=(404,))
def stop_job(identity: str) -> dict[str, Any]:
    """Do nothing more of it; what was done stays."""
    if jobs.stop(services().store, _job(identity).id):
        note("stopped a job", identity)
    return {"job": _job(identity)}


@operation("POST", "/jobs/<identity>/continue", "Continue a job", group="Jobs", answer=JobAnswer, refuses=(404,))
def continue_job(identity: str) -> dict[str, Any]:
    """Do the rest of a job that was stopped."""
    if jobs.go_on(services().store, _job(identity).id):
        note("continued a job", identity)
        bulk_running.start(services(), identity)
    return {"job": _job(identity)}


def _job(identity: str) -> Job:
    found = jobs.find(services().store, identity)
    if found is None or found.destination != services().destination:
        raise NotFound("There is no job of this id.")
    return found
