"""How everything stands, and what is set."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from adapter.web.api.schemas.base import count_of, moment, told


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
