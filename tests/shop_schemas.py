"""A schema as the owner of a shop would write one."""

from __future__ import annotations

from decimal import Decimal

import marshmallow as ma

from adapter.mapping.fields import PhoneField


class Order(ma.Schema):
    """An order with a phone, a total, and perhaps a note."""

    phone = PhoneField(data_key="Mobile", required=True)
    total = ma.fields.Decimal(data_key="Total", required=True)
    note = ma.fields.String(data_key="Note")

    @ma.post_load
    def refuse_debts(self, data: dict[str, Decimal], **_: object) -> dict[str, Decimal]:
        """A fault of the schema's own code."""
        return data | {"share": 1 / (data["total"] + 1)}
