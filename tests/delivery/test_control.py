"""A person's hands: pause, cancel, release, send again; and what was accepted is never sent twice by them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, outbox, settling
from adapter.delivery.control import CANCEL, RELEASE, SEND_AGAIN, Selection
from adapter.delivery.outbox import Claimed
from adapter.delivery.settling import Policy
from adapter.picky.outcome import BROKEN_OFF, STATUSES, Outcome, classify
from adapter.store.engine import Store
from adapter.store.tables import ATTEMPTS, MESSAGES
from tests.delivery.messages import account, event, outgoing, store_messages

NOW = 1_000_000.0
ALL = Selection("sandbox")


def claim(store: Store, *, now: float = NOW, token: str = "t") -> Any:
    return outbox.claim(store, account(), "sandbox", now=now, lease=60, token=token)


def delivered(store: Store, outcome: Outcome, *, push: str, policy: Policy = settling.DEFAULT) -> Any:
    claimed = claim(store, token=push)
    assert isinstance(claimed, Claimed)
    rows = outbox.begin(store, claimed, push=push, now=NOW, lease=60)
    settling.settle(store, claimed, rows, outcome, push=push, now=NOW, policy=policy)
    return claimed, rows


def statuses(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.execute(sa.select(MESSAGES.c.status).order_by(MESSAGES.c.seq)).scalars())


def act(store: Store, action: Any, selection: Selection = ALL) -> int:
    return max(control.act(store, action, selection, now=NOW), default=0)


@pytest.mark.parametrize(("kind", "name"), [("account", "main"), ("hook", "h")])
def test_what_is_paused_is_not_pushed_and_goes_on_when_resumed(store: Store, kind: str, name: str) -> None:
    assert control.pause(store, kind, name, now=NOW) is True
    assert control.pause(store, kind, name, now=NOW) is False
    store_messages(store, 3)
    assert claim(store) is None
    assert control.paused(store) == [(kind, name, NOW)]
    assert control.resume(store, kind, name, "sandbox", now=NOW) == (True, 0)
    assert len(claim(store).rows) == 3


def test_a_paused_hook_stops_no_other_one_not_even_to_the_same_number(store: Store) -> None:
    store_messages(store, 1)
    control.pause(store, "hook", "h", now=NOW)
    from adapter.delivery.acceptance import accept

    accept(store, event(hook="other"), [outgoing(0)])
    assert [row.hook for row in claim(store).rows] == ["other"]


@pytest.mark.parametrize(("kind", "name"), [("account", "main"), ("hook", "h")])
def test_the_stop_button_stops_also_what_a_relay_has_claimed(store: Store, kind: str, name: str) -> None:
    store_messages(store, 2)
    claimed = claim(store)
    control.pause(store, kind, name, now=NOW)
    assert outbox.begin(store, claimed, push="p", now=NOW, lease=60) == ()
    outbox.release(store, claimed)
    control.resume(store, kind, name, "sandbox", now=NOW)
    assert len(claim(store, token="t2").rows) == 2


def test_a_cancelled_message_is_never_sent_even_if_it_was_claimed(store: Store) -> None:
    store_messages(store, 2)
    claimed = claim(store)
    assert control.count(store, CANCEL, ALL) == {"queued": 2}
    assert act(store, CANCEL) == 2
    assert outbox.begin(store, claimed, push="p", now=NOW, lease=60) == ()
    assert statuses(store) == ["cancelled", "cancelled"]
    assert claim(store, now=NOW + 10**6, token="t2") is None


def test_what_is_being_sent_cannot_be_cancelled(store: Store) -> None:
    store_messages(store)
    claimed = claim(store)
    outbox.begin(store, claimed, push="p", now=NOW, lease=60)
    assert act(store, CANCEL) == 0


def test_what_is_held_goes_when_it_is_released(store: Store) -> None:
    store_messages(store, 2)
    delivered(store, Outcome(STATUSES[406], 200, 406), push="p1", policy=Policy(split=False))
    assert statuses(store) == ["held", "held"]
    assert act(store, SEND_AGAIN) == 0
    assert act(store, RELEASE) == 2
    assert len(claim(store).rows) == 2


@pytest.mark.parametrize("outcome", [Outcome(STATUSES[406], 200, 406), Outcome(BROKEN_OFF)])
def test_what_failed_or_is_unknown_is_sent_again_when_a_person_says_so(store: Store, outcome: Outcome) -> None:
    store_messages(store)
    delivered(store, outcome, push="p1")
    with store.write() as connection:  # the doubt of the lost answer is another test
        connection.execute(sa.text("UPDATE accounts SET doubt_seconds = 0"))
    assert claim(store, now=NOW + 10**6) is None
    assert act(store, SEND_AGAIN) == 1
    delivered(store, classify(200, b'{"status":100,"push_id":"7"}'), push="p2")
    assert statuses(store) == ["accepted"]
    assert act(store, SEND_AGAIN) == 0


def test_a_selection_names_messages_by_hook_account_state_and_id(store: Store) -> None:
    first = store_messages(store, 2)
    second = store_messages(store, 1, first=5)
    for selection, expected in (
        (Selection("sandbox", identity=first.id), 2),
        (Selection("sandbox", identity=f"{first.id}-2"), 1),
        (Selection("sandbox", identity=second.id), 1),
        (Selection("sandbox", hook="h"), 3),
        (Selection("sandbox", hook="other"), 0),
        (Selection("sandbox", account="main"), 3),
        (Selection("sandbox", statuses=("held",)), 0),
        (Selection("live"), 0),
    ):
        assert sum(control.count(store, CANCEL, selection).values()) == expected


def test_thousands_are_changed_in_parts_and_each_once(store: Store) -> None:
    for at in range(3):
        store_messages(store, 400, first=at * 400)
    assert list(control.act(store, CANCEL, ALL, now=NOW)) == [500, 1000, 1200]
    assert set(statuses(store)) == {"cancelled"}


def test_what_an_earlier_attempt_was_answered_for_is_not_sent_again(store: Store) -> None:
    store_messages(store)
    delivered(store, Outcome(STATUSES[406], 200, 406), push="p1")
    with store.write() as connection:
        connection.execute(sa.insert(ATTEMPTS), {
            "push": "p0", "message_id": connection.execute(sa.select(MESSAGES.c.id)).scalar_one(),
            "started_at": NOW, "outcome": "accepted",
        })  # fmt: skip
    assert act(store, SEND_AGAIN) == 0


@pytest.mark.parametrize("meanwhile", ["replayed", "dead", "cancelled"])
def test_a_late_answer_says_what_is_true_whatever_was_done_meanwhile(store: Store, meanwhile: str) -> None:
    store_messages(store)
    claimed = claim(store)
    rows = outbox.begin(store, claimed, push="p1", now=NOW, lease=-1)
    outbox.give_up_interrupted(store, now=NOW, resend_after=1)
    if meanwhile == "replayed":
        act(store, SEND_AGAIN)
        fenced = claim(store, token="t2")
    else:
        with store.write() as connection:
            connection.execute(sa.update(MESSAGES).values(status=meanwhile))
    settling.settle(store, claimed, rows, classify(200, b'{"status":100,"push_id":"7"}'), push="p1", now=NOW)
    assert statuses(store) == ["accepted"]
    if meanwhile == "replayed":
        assert outbox.begin(store, fenced, push="p2", now=NOW, lease=60) == ()
