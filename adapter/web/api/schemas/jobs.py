"""Bulk jobs: what begins one, and how far it is."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from adapter.delivery.job_plans import BULKS
from adapter.web.api.schemas.base import Strict, count_of, moment, told
from adapter.web.api.schemas.lists import Filter


class JobBody(Strict):
    """One action on all that a filter finds."""

    action = fields.String(
        required=True, validate=validate.OneOf(list(BULKS), error="must be one of " + ", ".join(BULKS))
    )
    filter = fields.Nested(Filter, required=True, metadata=told("{} means all"))
    dry_run = fields.Boolean(load_default=False, truthy={True}, falsy={False}, metadata=told("only count"))
    include_unknown = fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata=told("also send again what may have arrived")
    )


class Counted(ma.Schema):
    """A count, at which nothing has happened."""

    matched = fields.Integer(required=True)
    doable = fields.Integer(required=True)
    left_out = count_of("how many not, by the reason")
    unknown_ = fields.Integer(
        data_key="unknown", attribute="unknown", metadata=told("how many may have arrived already; see include_unknown")
    )
    recipients = fields.Integer()
    accounts = count_of("messages by account")


class JobRow(ma.Schema):
    """A job and how far it is."""

    id = fields.String(required=True)
    action = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(("running", "stopped", "done")))
    filter = fields.Function(lambda job: job.search["query"], metadata={"type": "object"})
    total = fields.Integer(required=True)
    looked = fields.Integer(required=True, metadata=told("how many of them were looked at"))
    counts = count_of("by outcome")
    faults = fields.List(
        fields.List(fields.String()), metadata=told("[event, sentence] of the first that made nothing")
    )
    created_at = moment("when it began")
    finished_at = moment("when it was done")


class JobAnswer(ma.Schema):
    """One job; `count` where it was begun or only counted, `job` null where it was only counted."""

    ok = fields.Boolean(required=True)
    job = fields.Nested(JobRow, allow_none=True, required=True)
    count = fields.Nested(Counted)


class JobsAnswer(ma.Schema):
    """The last jobs, newest first."""

    ok = fields.Boolean(required=True)
    jobs = fields.List(fields.Nested(JobRow), required=True)
