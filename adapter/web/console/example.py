"""A hook and a request to begin with, for an owner who has none yet."""

from __future__ import annotations

from typing import Final

EXAMPLE_NAME: Final = "my_hook"
EXAMPLE: Final = """\
# An example, ready to change: what you see on the right is what would be sent.
source: zapier
description: Greet a new lead
region: IN                 # numbers without a country code are numbers of this country

auth:
  - token: ${MY_HOOK_TOKEN}   # set MY_HOOK_TOKEN in .env to a long random text

fields:
  phone:
    type: phone
    required: true
    from: [phone, Mobile]
  name:
    from: [first_name, name]
    default: there

push:
  to: "{{ phone }}"
  message: |
    Hi {{ name }}, thank you for writing to us!

    *We call you back today.* Questions? Just answer this message.
"""
EXAMPLE_REQUEST: Final = """\
POST /hooks/my_hook HTTP/1.1
Content-Type: application/json

{"first_name": "Asha", "phone": "098765 43210"}
"""
