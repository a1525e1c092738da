"""The schemas of `/api`: they load what programs send, dump what they are answered, and are what is documented."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from adapter.delivery.families import FAMILIES, LOOKS
from adapter.delivery.job_plans import BULKS
from adapter.delivery.search import WHENS

_STATES = tuple(LOOKS)


class Strict(ma.Schema):
    """What a program sends: a key that is not known is named, and nothing is done."""

    error_messages = {"unknown": "is not known here", "type": "must be an object"}  # noqa: RUF012 - marshmallow's name


class Nothing(Strict):
    """Nothing is taken: what stands there was meant for something else."""


def told(text: str) -> dict[str, str]:
    """The description of a field."""
    return {"description": text}


def moment(text: str) -> fields.Float:
    """Unix seconds, or null."""
    return fields.Float(allow_none=True, metadata=told(f"{text}, in Unix seconds"))


def text_or_null(text: str = "") -> fields.String:
    """A text, or null."""
    return fields.String(allow_none=True, metadata=told(text) if text else {})


def count_of(what: str) -> fields.Dict:
    """Counts by a word."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), metadata=told(what))


class Refused(ma.Schema):
    """Every refusal; `error` and `message` are the same sentence, which says what to change."""

    ok = fields.Boolean(required=True)
    error = fields.String(required=True)
    message = fields.String(required=True)
    code = fields.String(required=True, metadata=told("a stable word for programs"))
    fields_ = fields.Dict(data_key="fields", keys=fields.String(), required=True, metadata=told("faults by key"))
    received_keys = fields.List(fields.String(), required=True)
    request_id = fields.String(required=True)


class Filter(Strict):
    """Which messages or events are meant; all of it together."""

    q = fields.String(metadata=told("a number in any spelling, a reference, an id, or words of the text"))
    state = fields.String(
        validate=validate.OneOf([*LOOKS, *FAMILIES], error=f"is no state; there are {', '.join(LOOKS)}"),
        metadata=told("the last five are families of states"),
    )
    hook = fields.String()
    account = fields.String()
    when = fields.String(validate=validate.OneOf(list(WHENS), error="must be one of " + ", ".join(WHENS)))
    from_ = fields.String(data_key="from", metadata=told("an ISO time; without offset it is local to TIMEZONE"))
    to = fields.String(metadata=told("an ISO time, not included"))


class PageQuery(Filter):
    """A filter, and a place in its list."""

    after = fields.String(
        validate=validate.Regexp(r"[0-9]{1,18}\Z", error="must be what the page before gave as next"),
        metadata=told("what the page before gave as `next`"),
    )
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200), metadata=told("rows of a page"))


class MessageRow(ma.Schema):
    """A message as lists show it."""

    id = fields.String(required=True)
    event = fields.String(attribute="event_id", required=True)
    hook = fields.String(required=True)
    account = fields.String(required=True)
    number = fields.String(required=True)
    reference = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(_STATES))
    error = text_or_null("the code of what went wrong")
    text = text_or_null("the beginning of its text")
    template = text_or_null()
    created_at = moment("when it was made")
    changed_at = moment("when its state changed last")
    push_id = text_or_null()
    msg_id = text_or_null()
    credit = text_or_null()
    way = fields.Integer()
    trial = fields.Boolean(allow_none=True, metadata=told("sent by the owner to try a hook"))


class EventRow(ma.Schema):
    """An event as lists show it."""

    id = fields.String(required=True)
    hook = fields.String(required=True)
    source = fields.String(required=True)
    received_at = moment("when it came")
    status = fields.String(required=True)
    reason = text_or_null("why it made no message")
    messages = fields.Integer(required=True)
    duplicates = fields.Integer(metadata=told("how often it came again"))
    trial = fields.Boolean()
    states = count_of("its messages by state")


class _Page(ma.Schema):
    ok = fields.Boolean(required=True)
    next = text_or_null("ask again with `after` set to this; null on the last page")
    total = fields.Integer(allow_none=True, metadata=told("how many fit; not counted on later pages"))
    more = fields.Boolean(metadata=told("there are more than `total`"))
    complete = fields.Boolean(metadata=told("false: the search took too long and was cut; narrow the time"))
    searched = fields.String(metadata=told("what `q` was taken for"))


class MessagesPage(_Page):
    """A page of messages, newest first."""

    messages = fields.List(fields.Nested(MessageRow), required=True)


class EventsPage(_Page):
    """A page of events, newest first."""

    events = fields.List(fields.Nested(EventRow), required=True)


class StepRow(ma.Schema):
    """One step of a story."""

    at = moment("when")
    step = fields.String(required=True)
    text = fields.String(required=True, metadata=told("what happened"))
    do = fields.String(required=True, metadata=told("what to do, or empty"))


class StoryMessage(ma.Schema):
    """A message with all that was written down about it."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(_STATES))
    because = fields.String(required=True, metadata=told("its state, the cause and what to do, as one text"))
    do = fields.String(required=True, metadata=told("what to do, or empty"))
    hook = fields.String()
    account = fields.String()
    destination = fields.String()
    number = fields.String()
    reference = fields.String()
    text = text_or_null()
    made = fields.Dict(metadata=told("channel, template, characters, media"))
    error = text_or_null()
    report = text_or_null()
    push_id = text_or_null()
    msg_id = text_or_null()
    credit = text_or_null()
    created_at = moment("when it was made")
    changed_at = moment("when its state changed last")
    due_at = moment("when it is due next")
    expires_at = moment("when it is too late")
    deadline_at = moment("when another way is taken")
    chain = fields.String()
    way = fields.Integer()
    next_way = text_or_null()
    ways_left = fields.Integer()
    attempts = fields.List(fields.Dict())
    reports = fields.List(fields.Dict())
    notices = fields.List(fields.Dict())
    opt_out = fields.Dict(allow_none=True)
    steps = fields.List(fields.Nested(StepRow))


class Story(ma.Schema):
    """Everything known of an event, in the order it happened."""

    id = fields.String(required=True)
    hook = fields.String(required=True)
    source = fields.String(required=True)
    destination = fields.String(required=True)
    status = fields.String(required=True)
    reason = text_or_null("why it made no message")
    received_at = moment("when it came")
    request_id = fields.String()
    body_bytes = fields.Integer()
    decoded_as = text_or_null()
    because = text_or_null("why it was read so")
    fields_ = fields.Dict(data_key="fields", attribute="fields", allow_none=True)
    errors = fields.Dict(allow_none=True)
    repairs = fields.List(fields.Dict(), allow_none=True)
    warnings = fields.List(fields.String(), allow_none=True)
    duplicates = fields.Integer()
    duplicate_at = moment("when it came again last")
    trial = fields.Boolean()
    states = count_of("its messages by state")
    messages = fields.List(fields.Nested(StoryMessage), metadata=told("at most the first 100"))
    steps = fields.List(fields.Nested(StepRow))


class StoryAnswer(ma.Schema):
    """One event."""

    ok = fields.Boolean(required=True)
    event = fields.Nested(Story, required=True)


class KeptRequest(ma.Schema):
    """A request as it is kept, the proof overwritten."""

    ok = fields.Boolean(required=True)
    method = fields.String(required=True)
    path = fields.String(required=True)
    query = fields.String(required=True)
    headers = fields.List(fields.List(fields.String()), required=True, metadata=told("[name, value] each"))
    body = fields.String(required=True, metadata=told("as UTF-8 text"))
    body_base64 = fields.String(required=True, metadata=told("the exact bytes"))


class ActedAnswer(ma.Schema):
    """What was done to one event or message."""

    ok = fields.Boolean(required=True)
    dry_run = fields.Boolean(required=True)
    messages = fields.Integer(required=True, metadata=told("how many were changed or made, or would be"))
    states = count_of("those that were changed, by the state they were in")
    made = fields.Integer(metadata=told("new messages of an event that was rejected"))
    message = fields.String(required=True, metadata=told("the same in words, or why there was nothing to do"))


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


class FaultRow(ma.Schema):
    """A fault of a hook's file."""

    line = fields.Integer(required=True)
    sentence = fields.String(required=True)


class HookRow(ma.Schema):
    """A hook."""

    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("on", "off", "captures", "paused", "faulty")))
    serves = fields.Boolean(
        required=True, metadata=told("a version of it is answering; also with faults in a newer one")
    )
    url = fields.String(required=True)
    source = text_or_null()
    description = fields.String()
    faults = fields.List(fields.Nested(FaultRow), required=True)
    paused = fields.Boolean(required=True)
    last_event_at = moment("when its last event came")


class HookAnswer(ma.Schema):
    """One hook."""

    ok = fields.Boolean(required=True)
    hook = fields.Nested(HookRow, required=True)


class HooksAnswer(ma.Schema):
    """All hooks, by name."""

    ok = fields.Boolean(required=True)
    hooks = fields.List(fields.Nested(HookRow), required=True)


class PreviewBody(Strict):
    """A stored event, or a raw HTTP request as text: request line, headers, blank line, body."""

    event = fields.String(metadata=told("the id of an event"))
    request = fields.String(metadata=told("a raw HTTP request"))
    check_auth = fields.Boolean(
        load_default=True, truthy={True}, falsy={False}, metadata=told("whether a raw request must prove itself")
    )

    @ma.validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if ("event" in data) == ("request" in data):
            raise ma.ValidationError("send either event or request", "event")


class PreviewAnswer(ma.Schema):
    """What would come of a request, as `python -m adapter preview` prints it."""

    ok = fields.Boolean(required=True)
    preview = fields.Dict(required=True)


class SwitchAnswer(ma.Schema):
    """What pausing or resuming did."""

    ok = fields.Boolean(required=True)
    changed = fields.Boolean(required=True, metadata=told("false: it was so already"))
    waiting = fields.Integer(metadata=told("messages of it that wait"))
    queued = fields.Integer(metadata=told("parked messages that were queued"))


class AccountRow(ma.Schema):
    """An account and whether it can send."""

    name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("sends", "paused", "parked")))
    cause = fields.String(required=True, metadata=told("why it is parked, or empty"))
    parked = text_or_null("the code of why it cannot send")
    parked_at = moment("since when")
    paused = fields.Boolean(required=True)
    waiting = fields.Integer(required=True)
    url = fields.String()
    application = fields.String(metadata=told("the channel"))
    encoding = fields.String()
    rate = fields.Integer(metadata=told("calls a minute; 0: unpaced"))
    batch = fields.Integer()
    daily_cap = fields.Integer()
    region = text_or_null()
    reported_at = moment("when a delivery report came last")


class AccountAnswer(ma.Schema):
    """One account."""

    ok = fields.Boolean(required=True)
    account = fields.Nested(AccountRow, required=True)


class AccountsAnswer(ma.Schema):
    """All accounts."""

    ok = fields.Boolean(required=True)
    accounts = fields.List(fields.Nested(AccountRow), required=True)


class BalanceAnswer(ma.Schema):
    """What Picky Assist answered when it was asked for the balance, which costs no message."""

    ok = fields.Boolean(required=True)
    works = fields.Boolean(required=True, metadata=told("the token was taken"))
    balance = text_or_null("as Picky Assist says it")
    code = fields.String(required=True)
    message = fields.String(required=True)


class OverviewAnswer(ma.Schema):
    """Whether it works, in figures."""

    ok = fields.Boolean(required=True)
    destination = fields.String(required=True, validate=validate.OneOf(("sandbox", "live")))
    states = count_of("messages, and events that made none, by state")
    families = count_of("the same by family")
    relay_seen_at = moment("when a relay was alive last")
    paused = fields.List(fields.Dict(), required=True, metadata=told("kind, name and since of what is paused"))
    parked = fields.List(fields.String(), required=True, metadata=told("accounts that cannot send"))


class SettingRow(ma.Schema):
    """A setting; of a secret only whether it is set."""

    name = fields.String(required=True)
    value = fields.String(required=True, metadata=told("of a secret: set, or not set"))
    origin = fields.String(data_key="from", attribute="origin", required=True)
    help = fields.String(required=True)


class SettingsAnswer(ma.Schema):
    """All settings."""

    ok = fields.Boolean(required=True)
    settings = fields.List(fields.Nested(SettingRow), required=True)


class OptoutsQuery(Strict):
    """A place in the lists."""

    account = fields.String()
    limit = fields.String(metadata=told("rows of a page, 1 to 1,000; 100 without it"))
    after = fields.String(metadata=told("what the page before gave as `next`"))


class AccountQuery(Strict):
    """An account."""

    account = fields.String()


class OptoutBody(Strict):
    """A number to put on a list."""

    number = fields.Raw(
        required=True, error_messages={"required": "is missing", "null": "is missing"},
        metadata=told("with the country's code; text or digits"),
    )  # fmt: skip
    account = fields.String(
        error_messages={"invalid": "must be text", "null": "must be text"}, metadata=told("main where it is left away")
    )


class OptoutRow(ma.Schema):
    """A number on a list."""

    account = fields.String(required=True)
    number = fields.String(required=True)
    since = fields.String(required=True, metadata=told("an ISO time"))
    via = fields.String(required=True)
    word = text_or_null()


class OptoutsPage(ma.Schema):
    """A page of the lists."""

    ok = fields.Boolean(required=True)
    optouts = fields.List(fields.Nested(OptoutRow), required=True)
    next = text_or_null("ask again with `after` set to this")


class OptoutAdded(ma.Schema):
    """What adding did."""

    ok = fields.Boolean(required=True)
    added = fields.Boolean(required=True, metadata=told("false: it was on the list already"))
    cancelled = fields.Integer(required=True, metadata=told("messages that waited for it"))


class OptoutRemoved(ma.Schema):
    """What removing did."""

    ok = fields.Boolean(required=True)
    removed = fields.Boolean(required=True)


class LineFault(ma.Schema):
    """A line that could not be read."""

    line = fields.Integer(required=True)
    error = fields.String(required=True)


class OptoutsImported(ma.Schema):
    """What importing did."""

    ok = fields.Boolean(required=True)
    added = fields.Integer(required=True)
    known = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    faults = fields.List(fields.Nested(LineFault), required=True)
    more_faults = fields.Integer(metadata=told("how many more, where there are over 1,000"))
