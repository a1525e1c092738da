"""Accounts: how they stand, and what they have."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from adapter.delivery.account_view import STATES as ACCOUNT_STATES
from adapter.web.api.schemas.base import moment, text_or_null, told


class AccountRow(ma.Schema):
    """An account and whether it can send."""

    name = fields.String(required=True)
    state = fields.String(
        required=True, validate=validate.OneOf(ACCOUNT_STATES),
        metadata=told("refused: by its last check; doubt: no answer lately; idle: no process sends"),
    )  # fmt: skip
    cause = fields.String(required=True, metadata=told("why it cannot send, or empty"))
    parked = text_or_null("the code of why it cannot send")
    parked_at = moment("since when")
    paused = fields.Boolean(required=True)
    waiting = fields.Integer(required=True)
    calls = fields.Integer(metadata=told("of the last 60 s"))
    balance = text_or_null("as Picky Assist told it last")
    balance_at = moment("when it told that")
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
    queued = fields.Integer(metadata=told("parked messages that go on"))
    code = fields.String(required=True)
    message = fields.String(required=True)
