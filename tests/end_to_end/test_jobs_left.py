"""A bulk job whose web process is gone goes on by itself, and nobody is messaged twice."""

from __future__ import annotations

import time

import requests

from adapter.delivery import job_plans, jobs
from adapter.delivery.search import read
from adapter.picky.sandbox import Rule, Sandbox
from adapter.store.engine import Store
from tests.running import SECRETS, Running, wait_for


def test_a_job_that_a_killed_process_left_is_finished_without_anybody_looking(
    running: Running, sandbox: Sandbox
) -> None:
    sandbox.behave(always=Rule(status=406))
    lead = {"phone": "+91 98765 43210", "first_name": "Asha"}
    headers = {"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]}
    requests.post(f"{running.url}/hooks/zapier_lead", json=lead, headers=headers, timeout=10)
    wait_for(lambda: [row["status"] for row in running.events()] == ["failed"])
    running.stop()
    sandbox.behave(always=None)
    store = Store(running.environ["DATABASE_URL"])
    search = read({"state": "failed"}, destination="sandbox", now=time.time())
    bulk = job_plans.BULKS["send_again"]
    counted = job_plans.plan(store, bulk, search)
    job = jobs.create(store, bulk, search, counted, unknown=False, now=time.time(), identity=jobs.new_id())
    assert jobs.claim(store, job, "a process that was killed")
    running.start()

    def finished() -> jobs.Job | None:
        found = jobs.find(store, job)
        return found if found is not None and found.status == "done" else None

    assert wait_for(finished, seconds=45).counts == {"done": 1, "left": 0}
    wait_for(lambda: [row["status"] for row in running.events()] == ["delivered"] or len(sandbox.messages()) == 1)
    assert len(sandbox.messages()) == 1
    store.close()
