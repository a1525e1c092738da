"""Working on bulk jobs in the background of a web process: a thread for each, which ends with its process."""

from __future__ import annotations

import threading
import time
from typing import Final

import structlog
from ulid import ULID

from adapter.delivery import jobs
from adapter.delivery.story import FoundNothing
from adapter.replaying import replay_event
from adapter.services import Services
from adapter.store.engine import UNAVAILABLE

_log: Final = structlog.get_logger("jobs")


def start(services: Services, identity: str) -> threading.Thread:
    """Begin to work on a job; where somebody else does, the thread ends at once."""
    thread = threading.Thread(target=run, args=(services, identity), name=f"job-{identity}", daemon=True)
    thread.start()
    return thread


def take_over(services: Services, job: jobs.Job) -> None:
    """Work on a job whose process is gone."""
    if jobs.is_idle(services.store, job):
        start(services, job.id)


def take_over_left(services: Services) -> None:
    """Work on every job whose process is gone. For the start of a process, once the leases of one before it are over.

    Where the database does not answer, whoever looks at a job takes it over.
    """
    try:
        for job in jobs.newest_jobs(services.store, services.destination):
            take_over(services, job)
    except UNAVAILABLE as fault:
        _log.error("store_unavailable", fault=type(fault).__name__)


def run(services: Services, identity: str) -> None:
    """Work on a job until nothing is left to do for this process."""

    def remake(event: str) -> tuple[int, str]:
        try:
            made = replay_event(services, event)
        except FoundNothing:
            return 0, "The event was deleted meanwhile."
        return made.messages, made.sentence

    try:
        jobs.work(services.store, identity, token=str(ULID()), now=time.time, remake=remake)
    except Exception as fault:  # noqa: BLE001 - whoever looks at the job next takes it over
        _log.error("job_interrupted", job=identity, fault=type(fault).__name__)
