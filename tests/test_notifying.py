"""Notices over real HTTP: their bodies, and that none holds up another."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from adapter.catalogue import Catalogue, posting_rules
from adapter.config import load_settings
from adapter.delivery import noticing
from adapter.delivery.settling import Policy
from adapter.intake.auth import authenticate, hmac_proof
from adapter.intake.request import RawRequest
from adapter.notices.client import Poster
from adapter.notifying import MOST_OF_ONE, MOST_POSTS, Notifier, beside
from adapter.picky.account import Account
from adapter.services import Services
from adapter.stopping import Stop
from adapter.store.engine import Store
from tests.delivery.told import move, notices, store_told
from tests.receiver import Receiver, Reply
from tests.running import free_port, wait_for

NOW = 1_780_000_000.25
AT = "2026-05-28T20:26:40.250Z"
SECRET = "whsec_c3RhbmQtaW4="
HOOK = """\
source: form
auth: none
region: IN
fields:
  phone:  {type: phone}
  amount: {type: decimal}
  paid:   {type: boolean}
  name:   {}
push: {to: "{{ phone }}", message: Hi}
"""
CAME: dict[str, Any] = {
    "headers": [["Content-Type", "application/json"]],
    "body": b'{"phone": "98765 43210", "amount": "1,299.50", "paid": "yes", "name": "Asha"}',
    "fields": {"phone": "919876543210", "amount": "1299.50", "paid": True, "name": "Asha"},
}


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@dataclasses.dataclass
class World:
    """A folder of hooks, a store, and a notifier that reads them; `clock` is its clock."""

    folder: Path
    store: Store
    notifier: Notifier
    clock: Clock

    def write(self, notify: str, *, hook: str = "h", text: str = HOOK) -> None:
        (self.folder / f"{hook}.yaml").write_text(text + notify)

    def step(self) -> None:
        self.notifier.step()
        self.notifier.finish()

    def told(self, *states: str, **changes: Any) -> list[str]:
        """Messages that went through these states, each of which is told."""
        messages = store_told(self.store, *states, **{**CAME, **changes})
        for message in messages:
            move(self.store, message, *states, at=NOW, error=changes.get("error"))
        return messages


def world_of(folder: Path, store: Store, *, timeout: float = 2.0, **environ: str) -> World:
    settings = load_settings({"ADAPTER_SANDBOX": "1", "TEMPLATES_DIR": str(folder), "SIGN": SECRET} | environ)
    accounts = {"main": Account("main", "http://127.0.0.1:1/push", "t")}
    ticks = itertools.count(0.0, 10.0)  # the files are looked at each time
    catalogue = Catalogue(folder, settings, accounts=accounts, clock=lambda: next(ticks))
    services, clock = Services(settings, accounts, catalogue, store), Clock()
    poster = Poster(posting_rules(settings), timeout=timeout)
    return World(folder, store, Notifier(services, poster, policy=Policy(pause=0.1), now=clock), clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as opened:
        yield opened


@pytest.fixture
def world(tmp_path: Path, store: Store) -> World:
    return world_of(tmp_path, store)


def test_the_default_body_says_everything(world: World, receiver: Receiver) -> None:
    world.write(f"notify: {{on: [failed], url: '{receiver.url}'}}\n")
    (message,) = world.told("failed")
    world.step()
    (post,) = receiver.posts
    assert post.headers["content-type"] == "application/json"
    assert post.headers["webhook-id"] == f"{message}.failed.{notices(world.store)[0].seq}"
    assert "webhook-signature" not in post.headers
    assert post.json() == {
        "type": "message.failed", "timestamp": AT,
        "data": {
            "id": message, "event": message.split("-")[0], "hook": "h", "status": "failed", "number": "919876500000",
            "reference": message, "account": "main", "push_id": None, "msg_id": None, "error": None,
            "because": "It was not delivered.",
            "fields": {"phone": "919876543210", "amount": "1299.50", "paid": True, "name": "Asha"},
        },
    }  # fmt: skip
    assert [row.status for row in notices(world.store)] == ["sent"]


def test_a_body_of_the_hooks_own_is_made_of_the_fields_and_the_notice(world: World, receiver: Receiver) -> None:
    world.write(
        f"notify:\n  on: [failed]\n  url: {receiver.url}\n  json:\n    amount: '{{{{ amount }}}}'\n    paid: '{{{{ paid }}}}'\n"
        "    more: {text: '{{ name }} {{ amount + 0.5 }}', at: '{{ notice.at }}', id: '{{ notice.msg_id }}'}\n"
    )
    world.told("failed")
    world.step()
    assert receiver.posts[0].json() == {
        "amount": "1299.50", "paid": True, "more": {"text": "Asha 1300.00", "at": AT, "id": None},
    }  # fmt: skip


def test_a_form_is_sent_as_one(world: World, receiver: Receiver) -> None:
    world.write(
        f"notify:\n  on: [read]\n  url: {receiver.url}\n  form: {{who: '{{{{ name }}}} & co', what: '{{{{ notice.status }}}}', n: 7, yes: true, no: null}}\n"
    )
    world.told("read")
    world.step()
    (post,) = receiver.posts
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    pairs = parse_qsl(post.body.decode(), keep_blank_values=True)
    assert pairs == [("who", "Asha & co"), ("what", "read"), ("n", "7"), ("yes", "true"), ("no", "")]


def test_a_signed_notice_passes_the_verifier_of_standard_webhooks(world: World, receiver: Receiver) -> None:
    world.write(f"notify: {{on: [read], url: '{receiver.url}', secret: '${{SIGN}}'}}\n")
    world.told("read")
    world.step()
    (post,) = receiver.posts
    proof = hmac_proof({"preset": "standard_webhooks", "secret": SECRET})
    request = RawRequest("POST", post.path, "", tuple(post.headers.items()), post.body)
    assert authenticate((proof,), request, now=NOW + 200)


def test_each_message_of_a_list_has_the_fields_of_its_own_element(world: World, receiver: Receiver) -> None:
    hook = HOOK.replace("fields:\n", "for_each: rows\nfields:\n").replace("{}", "{from: item.name}")
    world.write(
        f"notify:\n  - {{on: [read], url: '{receiver.url}', json: {{who: '{{{{ name }}}}'}}}}\n  - {{on: [read], url: '{receiver.url}'}}\n",
        text=hook.replace("{type: phone}", "{type: phone, from: item.phone}"),
    )
    rows = [{"phone": f"98765 4321{at}", "name": f"guest {at}"} for at in range(3)]
    fields = {str(at): {"name": f"guest {at}"} for at in range(3)}
    world.told("read", count=3, body=json.dumps({"rows": rows}).encode(), fields=fields)
    for _ in range(4):
        world.step()
    bodies = [post.json() for post in receiver.posts]
    assert sorted(body["who"] for body in bodies if "who" in body) == ["guest 0", "guest 1", "guest 2"]
    assert sorted(body["data"]["fields"]["name"] for body in bodies if "data" in body) == [
        "guest 0",
        "guest 1",
        "guest 2",
    ]


def test_fields_that_the_hook_cannot_read_any_more_are_told_as_they_were_stored(
    world: World, receiver: Receiver
) -> None:
    world.write(
        f"notify: {{on: [read], url: '{receiver.url}', json: {{who: '{{{{ name }}}}', new: '{{{{ new }}}}'}}}}\n",
        text=HOOK.replace("  name:", "  new: {required: true}\n  name:"),
    )
    world.told("read", body=b'{"name": ')
    world.step()
    assert receiver.posts[0].json() == {"who": "Asha", "new": None}


def test_each_entry_is_told_and_only_the_one_that_failed_is_tried_again(world: World, receiver: Receiver) -> None:
    with Receiver(Reply(500)) as failing:
        world.write(
            f"notify:\n  - {{on: [read], url: '{receiver.url}'}}\n  - {{on: [read, failed], url: '{failing.url}'}}\n"
        )
        world.told("read")
        world.step()
        assert sorted(row.status for row in notices(world.store)) == ["queued", "sent"]
        world.clock.now += 10
        world.step()
        assert [row.status for row in notices(world.store)] == ["sent", "sent"]
        assert (len(receiver.posts), len(failing.posts)) == (1, 2)
        assert len({post.headers["webhook-id"] for post in failing.posts}) == 1
        assert failing.posts[0].headers["webhook-timestamp"] != failing.posts[1].headers["webhook-timestamp"]


def test_an_address_that_is_gone_is_dead_at_once_and_may_be_mended(world: World, receiver: Receiver) -> None:
    with Receiver(Reply(410)) as gone:
        world.write(f"notify: {{on: [read], url: '{gone.url}'}}\n")
        world.told("read")
        world.step()
    (row,) = notices(world.store)
    assert (row.status, row.http_status) == ("dead", 410)
    world.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n")
    assert noticing.post_again(world.store, "sandbox", identity=None, hook="h", statuses=("dead",)) == 1
    world.step()
    assert len(receiver.posts) == 1
    assert [row.status for row in notices(world.store)] == ["sent"]


def test_a_notice_stays_with_its_address_when_the_list_changes(world: World, receiver: Receiver) -> None:
    with Receiver(Reply(500), Reply(500)) as first:
        entries = [f"  - {{on: [read], url: '{one.url}'}}\n" for one in (first, receiver)]
        world.write("notify:\n" + "".join(entries))
        world.told("read")
        world.step()
        world.write("notify:\n" + "".join(reversed(entries)))
        world.clock.now += 10
        world.step()
        assert (len(first.posts), len(receiver.posts)) == (2, 1)
        world.write("notify:\n" + entries[1])
        world.clock.now += 60
        world.step()
    assert (len(first.posts), len(receiver.posts)) == (2, 1)
    assert sorted((row.status, row.fault) for row in notices(world.store)) == [
        ("cancelled", noticing.NOBODY), ("sent", None),
    ]  # fmt: skip


def test_what_may_not_be_posted_to_is_dead_at_once(tmp_path: Path, store: Store, receiver: Receiver) -> None:
    """A hook that was loaded in practice does not lead the live adapter to this machine."""
    practice, live = world_of(tmp_path, store), world_of(tmp_path, store, ADAPTER_SANDBOX="0", PICKY_TOKEN="t")
    practice.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n")
    live.notifier._services = dataclasses.replace(
        live.notifier._services, catalogue=practice.notifier._services.catalogue
    )
    live.told("read", destination="live")
    live.step()
    (row,) = notices(store)
    assert (row.status, row.fault, row.http_status) == ("dead", "The address must begin with https://.", None)
    assert receiver.connections == 0


def test_a_body_that_cannot_be_made_is_dead_with_the_reason(world: World, receiver: Receiver) -> None:
    world.write(f"notify: {{on: [read], url: '{receiver.url}', json: {{a: '{{{{ amount + name }}}}'}}}}\n")
    world.told("read")
    world.step()
    (row,) = notices(world.store)
    assert row.status == "dead"
    assert row.fault.startswith("The body of this notice cannot be made: ")
    assert "Asha" not in row.fault
    assert receiver.connections == 0


def test_a_state_that_the_hook_does_not_ask_for_any_more_is_cancelled(world: World, receiver: Receiver) -> None:
    world.write(f"notify: {{on: [dead], url: '{receiver.url}'}}\n")
    world.told("read")
    world.told("read", hook="gone")
    world.step()
    assert [(row.status, row.fault) for row in notices(world.store)] == [("cancelled", noticing.NOBODY)] * 2


def test_a_hook_that_does_not_load_is_waited_for(world: World, receiver: Receiver) -> None:
    world.write("notify: [")
    world.told("read")
    world.step()
    assert [row.status for row in notices(world.store)] == ["queued"]
    world.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n")
    world.clock.now += 61
    world.step()
    assert len(receiver.posts) == 1


def test_one_host_that_hangs_holds_up_nobody_else(world: World, receiver: Receiver) -> None:
    with Receiver(always=Reply(hang=1.5)) as hanging:
        world.write(f"notify: {{on: [read], url: '{hanging.url}'}}\n", hook="slow")
        world.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n", hook="quick")
        for _ in range(6):
            world.told("read", hook="slow")
        for _ in range(6):
            world.told("read", hook="quick")
        started = time.monotonic()
        stop = Stop()
        with beside(world.notifier, stop):
            wait_for(lambda: len(receiver.posts) == 6)
            assert time.monotonic() - started < 1.4
            assert hanging.most_under_way == MOST_OF_ONE
            wait_for(lambda: len(hanging.posts) == 6)
        assert stop.is_set()
        assert hanging.most_under_way == MOST_OF_ONE
    assert receiver.most_under_way <= MOST_POSTS


def test_a_host_that_gives_no_answer_is_left_alone_for_ever_longer(world: World, receiver: Receiver) -> None:
    """Else what waits for two such hosts would fill the posts of all others."""
    gone = [f"http://127.0.0.1:{free_port()}/{at}" for at in range(2)]
    for at, url in enumerate(gone):
        world.write(f"notify: {{on: [read], url: '{url}'}}\n", hook=f"gone{at}")
        for _ in range(10):
            world.told("read", hook=f"gone{at}")
    world.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n", hook="quick")
    world.told("read", hook="quick")
    for _ in range(3):
        world.step()
    assert len(receiver.posts) == 1
    tried = [row for row in notices(world.store) if row.hook != "quick" and row.attempts]
    assert 2 <= len(tried) <= 2 * MOST_OF_ONE


def test_a_host_that_asks_for_a_pause_is_left_alone(world: World, receiver: Receiver) -> None:
    with Receiver(Reply(429, {"Retry-After": "120"})) as busy:
        world.write(f"notify: {{on: [read], url: '{busy.url}'}}\n", hook="busy")
        world.write(f"notify: {{on: [read], url: '{receiver.url}'}}\n", hook="quick")
        world.told("read", hook="busy")
        world.step()
        world.told("read", hook="busy")
        world.told("read", hook="quick")
        world.step()
        assert (len(busy.posts), len(receiver.posts)) == (1, 1)
    assert notices(world.store)[0].due_at >= NOW + 119


def test_two_notifiers_post_each_notice_once(tmp_path: Path, store: Store, receiver: Receiver) -> None:
    worlds = [world_of(tmp_path, store), world_of(tmp_path, store)]
    worlds[0].write(f"notify: {{on: [accepted, read], url: '{receiver.url}'}}\n")
    for _ in range(15):
        worlds[0].told("accepted", "read")
    stop = Stop()
    threads = [threading.Thread(target=one.notifier.run, args=(stop,)) for one in worlds]
    for thread in threads:
        thread.start()
    wait_for(lambda: all(row.status == "sent" for row in notices(store)), seconds=30)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(receiver.posts) == 30
    assert len({post.headers["webhook-id"] for post in receiver.posts}) == 30


def test_the_moment_is_that_of_the_change(world: World, receiver: Receiver) -> None:
    world.write(f"notify: {{on: [accepted, read], url: '{receiver.url}'}}\n")
    world.told("accepted", "read")
    world.clock.now += 500
    world.step()
    moments = sorted(dt.datetime.fromisoformat(post.json()["timestamp"]).timestamp() for post in receiver.posts)
    assert moments == [NOW, NOW + 1]
