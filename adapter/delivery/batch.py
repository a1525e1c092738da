"""Messages to the push API's JSON: what those of one push share (the head), and each one's own item."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from adapter.mapping.message import Message, Template
from adapter.picky.account import Account
from adapter.picky.envelope import PHONE_AUTOMATION, build_envelope


@dataclasses.dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it is queued. `head` and `item` are plain JSON; messages with equal heads may share a push.

    `keys` are (digest, seconds): what this message is made from counts as the same again under them. `element` is the
    index of what it was made from with `for_each`; `resend` says that it goes again when no answer came.

    It leaves `delay` seconds after its event came, or at `send_at` (Unix seconds), and is too late `expires` seconds
    after that. `courtesy` may hold `quiet` (`{"from": minute, "until": minute, "zones": [names]}`, minutes of the day)
    and `limit` (`{"count": n, "within": seconds}`, for each recipient of the hook). `ways` are taken one after the
    other where it is not delivered: each has `account`, `head`, `item`, `priority`, and `after`, the seconds the way
    before it may take, or None. `notify` are the states that its hook is told of.
    """

    account: str
    number: str
    head: Mapping[str, Any]
    item: Mapping[str, Any]
    priority: int = 0
    keys: tuple[tuple[str, float], ...] = ()
    element: int | None = None
    resend: bool = False
    delay: float = 0.0
    send_at: float | None = None
    expires: float | None = None
    courtesy: Mapping[str, Any] | None = None
    ways: tuple[Mapping[str, Any], ...] = ()
    notify: tuple[str, ...] = ()

    @property
    def head_digest(self) -> str:
        """Equal for equal heads."""
        canonical = json.dumps(self.head, sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(canonical.encode()).hexdigest()[:32]

    @property
    def spaced(self) -> bool:
        """Whether it carries media through a handset or a browser, which need a pause between two such calls."""
        return str(self.head.get("application")) in PHONE_AUTOMATION and not _MEDIA.isdisjoint(self.head)


_MEDIA: Final = {"globalmedia", "globalmedia_code"}
_ITEM_TO_HEAD: Final = {"media": "globalmedia", "media_code": "globalmedia_code"}


def shared_media(head: Mapping[str, Any], item: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(head, item) with the item's media in the head where the channel cannot mix media in one call.

    "Phone and web automation cannot send different media per contact": equal heads share a push, others do not.
    """
    if str(head.get("application")) not in PHONE_AUTOMATION:
        return dict(head), dict(item)
    moved = {_ITEM_TO_HEAD[key]: item[key] for key in _ITEM_TO_HEAD if item.get(key)}
    return {**head, **moved}, {key: value for key, value in item.items() if key not in _ITEM_TO_HEAD}


def outgoing(message: Message, account: Account) -> Outgoing:
    """One message in the push API's words."""
    application = message.application or account.application
    head: dict[str, Any] = {"application": application}
    item: dict[str, Any] = {"number": message.to}
    if message.template is not None:
        head["application"] = int(application)  # a template push is known to work with a number here, a text with text
        head |= {"template_id": message.template.id, "language": message.template.language}
        item |= _template_item(message.template)
    if message.text is not None:
        item["message"] = message.text
    if message.media is not None:
        item["media"] = message.media
    if message.media_name is not None:
        head["media_name"] = message.media_name
    if message.location is not None:
        head["location"] = dict(message.location)
    if message.contact is not None:
        head["contact"] = list(message.contact)
    if message.priority:
        head["priority"] = str(message.priority)
    head |= message.extra
    if message.reference is not None:
        item["reference_number"] = message.reference
    head, item = shared_media(head, item)
    return Outgoing(message.account, message.to, head, item, message.priority)


def way_of(message: Message, account: Account, *, after: float | None) -> dict[str, Any]:
    """One of `Outgoing.ways`."""
    one = outgoing(message, account)
    head, item = dict(one.head), dict(one.item)
    return {"account": one.account, "head": head, "item": item, "priority": one.priority, "after": after}


def _template_item(template: Template) -> dict[str, Any]:
    item: dict[str, Any] = {}
    if template.values:
        item["template_message"] = list(template.values)
    if template.header is not None:
        item["template_header"] = list(template.header) if isinstance(template.header, tuple) else template.header
    return item


def pushes(messages: Sequence[Outgoing], accounts: Mapping[str, Account]) -> list[tuple[Account, dict[str, Any]]]:
    """The push bodies these messages would make on an idle system, tokens shown as `***`."""
    groups: dict[tuple[str, str], list[list[Outgoing]]] = {}
    for message in messages:
        batches = groups.setdefault((message.account, message.head_digest), [[]])
        fits = len(batches[-1]) < accounts[message.account].batch
        if not fits or any(other.number == message.number for other in batches[-1]):
            batches.append([])
        batches[-1].append(message)
    return [
        (accounts[account], build_envelope("***", batch[0].head, [message.item for message in batch]))
        for (account, _), batches in groups.items()
        for batch in batches
    ]
