"""The story of an event, told in the order it happened, with the cause and what to do, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import control, outbox, settling
from adapter.delivery.acceptance import accept
from adapter.delivery.control import CANCEL, SEND_AGAIN, Selection
from adapter.delivery.settling import Policy
from adapter.delivery.story import FoundNothing, story
from adapter.delivery.story_lines import story_lines
from adapter.picky.outcome import BROKEN_OFF, NOT_SENT, STATUSES, Outcome, Row
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS, MESSAGES, NOTICES, OPTOUTS, REPORTS
from tests.delivery.messages import account, event, outgoing

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC, 03:43:20 on the 15th in India
TAKEN = Outcome(STATUSES[100], 200, 100, push_id="7", rows=(Row("919876500000", "m7", "0.005"),))


def stored(store: Store, count: int = 1, *, messages: dict[str, Any] | None = None, **changes: Any) -> str:
    """An event of NOW with messages to different numbers; its id."""
    row = event(received_at=NOW, **changes)
    return accept(store, row, [outgoing(at, **(messages or {})) for at in range(count)]).id


def begun(store: Store, *, at: float, push: str = "p1", rate: int = 0) -> tuple[Any, Any]:
    claimed = outbox.claim(store, account(rate=rate), "sandbox", now=at, lease=60.0, token=push)
    assert isinstance(claimed, outbox.Claimed)
    return claimed, outbox.begin(store, claimed, push=push, now=at, lease=60.0)


def pushed(store: Store, outcome: Outcome, *, at: float, push: str = "p1", **policy: Any) -> None:
    """A push that begins then and takes half a second."""
    claimed, rows = begun(store, at=at, push=push)
    settling.settle(store, claimed, rows, outcome, push=push, now=at + 0.5, policy=Policy(**policy))


def insert(store: Store, table: sa.Table, **columns: Any) -> None:
    with store.write() as connection:
        connection.execute(sa.insert(table).values(**columns))


def change(store: Store, **columns: Any) -> None:
    """What a part of the engine does that this test is not about."""
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(**columns))


def reported(
    store: Store, message: str, status: str, *, at: float, error: str | None = None, via: str = "event"
) -> None:
    insert(store, REPORTS, message_id=message, push="p1", status=status, at=at, via=via, error=error)
    change(store, status=status, changed_at=at, reported_at=at, report=error)


def reports_arrive(store: Store) -> None:
    with store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(reported_at=NOW - 1000))


def steps_of(store: Store, identity: str, **options: Any) -> list[dict[str, Any]]:
    (message,) = story(store, identity, **({"now": NOW + 10} | options))["messages"]
    steps: list[dict[str, Any]] = message["steps"]
    return steps


def present(store: Store, identity: str, **options: Any) -> dict[str, Any]:
    """The step that says how its message stands."""
    (message,) = story(store, identity, **({"now": NOW + 10} | options))["messages"]
    return next(
        one for one in message["steps"] if one["step"] == message["status"] and one["text"] in message["because"]
    )


def words(steps: list[dict[str, Any]]) -> list[str]:
    return [one["step"] for one in steps]


def test_a_message_that_arrived_is_told_from_the_request_to_the_phone(store: Store) -> None:
    repair = {"field": "phone", "code": "national_number", "was": "098765 00000", "now": "919876500000"}
    identity = stored(store, repairs=[repair], warnings=["The header said JSON."], because="the body is key=value")
    pushed(store, TAKEN, at=NOW + 1)
    reported(store, f"{identity}-1", "submitted", at=NOW + 3)
    reported(store, f"{identity}-1", "delivered", at=NOW + 8)
    insert(
        store, NOTICES, message_id=f"{identity}-1", event_id=identity, hook="h", destination="sandbox", state="delivered",
        created_at=NOW + 8, status="sent", due_at=0, finished_at=NOW + 9, http_status=200,
    )  # fmt: skip
    assert story_lines(story(store, identity, now=NOW + 10), zone="Asia/Kolkata") == [
        f"Event {identity} of hook h: queued",
        "Times are in Asia/Kolkata.",
        "2023-11-15 03:43:20  received   POST, 0 bytes, from form (sandbox).",
        "                     read as    json: the body is key=value",
        '                     repaired   phone: "098765 00000" -> "919876500000" (national number).',
        "                     warning    The header said JSON.",
        "",
        f"Message {identity}-1 to 919876500000: delivered",
        "2023-11-15 03:43:20  rendered   Text of 4 characters, to go through account main, channel 8.",
        "                                | Hi 0",
        "2023-11-15 03:43:20  queued     It was stored, to be sent in its turn.",
        "2023-11-15 03:43:21  attempt 1  Picky Assist took it. The call took 0.5 s.",
        "2023-11-15 03:43:23  submitted  WhatsApp or the SMS channel has it. It is not confirmed on the phone yet.",
        "2023-11-15 03:43:28  delivered  It arrived on the phone.",
        '2023-11-15 03:43:29  notice     The address that the hook notifies was told "delivered".',
    ]


def test_the_data_keeps_its_keys_and_has_the_steps(store: Store) -> None:
    identity = stored(store, 2)
    told = story(store, identity, now=NOW)
    assert {"id", "hook", "status", "fields", "errors", "body_bytes", "messages", "steps", "states"} <= told.keys()
    assert not {"seq", "body", "headers"} & told.keys()
    assert {
        "id", "status", "number", "reference", "account", "destination", "push_id", "msg_id", "credit", "error", "text",
        "because", "due_at", "changed_at", "attempts", "way", "next_way", "reports", "notices", "steps",
    } <= told["messages"][0].keys()  # fmt: skip
    for step in [*told["steps"], *told["messages"][0]["steps"]]:
        assert list(step) == ["at", "step", "text", "do"]


def test_accepted_is_the_last_word_where_no_report_ever_came(store: Store) -> None:
    identity = stored(store)
    pushed(store, TAKEN, at=NOW + 1)
    told = present(store, identity, now=NOW + 7200)
    assert told["text"].endswith(
        "Account main has never had a delivery report, so accepted is the last thing you will see."
    )
    assert "Event webhook" in told["do"]
    assert "python -m adapter check" in told["do"]


def test_accepted_and_silent_says_so_only_after_a_while_and_where_reports_arrive(store: Store) -> None:
    identity = stored(store)
    pushed(store, TAKEN, at=NOW + 1)
    reports_arrive(store)
    early, late = present(store, identity, now=NOW + 100), present(store, identity, now=NOW + 7201.5)
    assert early["text"] == "Picky Assist has it. It is not confirmed on the phone yet."
    assert "Accepted 2 h ago, no report since; it may not have arrived." in late["text"]
    assert late["do"] == "Check the number, and that your WhatsApp display name is approved."


def test_unknown_waits_for_a_report_where_reports_arrive_and_then_probably_did_not_arrive(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(BROKEN_OFF), at=NOW + 1)
    blind = present(store, identity)
    assert blind["text"].endswith("It may have arrived. It is not sent again by itself.")
    assert f"python -m adapter replay {identity}-1" in blind["do"]
    reports_arrive(store)
    assert "A delivery report may still tell." in present(store, identity, now=NOW + 800)["text"]
    over = present(store, identity, now=NOW + 902)
    assert "No delivery report came within 15 min, so it probably did not arrive." in over["text"]
    assert over["do"] == f"Send it again with: python -m adapter replay {identity}-1"
    assert "within 1 h" in present(store, identity, now=NOW + 3602, resend_after=3600)["text"]


def test_unknown_of_a_hook_that_resends_says_when(store: Store) -> None:
    identity = stored(store, messages={"resend": True})
    pushed(store, Outcome(BROKEN_OFF), at=NOW + 1, resend_after=900)
    steps = steps_of(store, identity)
    assert "on_unknown: resend, so it is sent again by itself." in steps[-2]["text"]
    assert (steps[-1]["step"], steps[-1]["at"]) == ("next try", NOW + 901.5)


def test_a_message_that_is_unknown_in_a_push_of_which_a_part_was_taken_is_not_said_to_be_refused(store: Store) -> None:
    identity = stored(store, 2)
    pushed(store, Outcome(STATUSES[406], 200, 406, push_id="7", rows=(Row("919876500000", "m7", None),)), at=NOW + 1)
    first, second = story(store, identity, now=NOW + 2)["messages"]
    assert (first["status"], second["status"]) == ("accepted", "unknown")
    assert "Whether this one was is not known." in second["because"]
    assert "does not take this number" not in second["because"]


def test_a_message_that_waits_for_another_try_says_why_and_when(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(STATUSES[404], 200, 404), at=NOW + 1)
    steps = steps_of(store, identity)
    assert words(steps) == ["rendered", "queued", "attempt 1", "retrying", "next try"]
    assert "cannot reach the connected phone" in steps[2]["text"]
    assert steps[3]["text"].endswith("Kept; tried again by itself.")
    assert steps[4]["at"] >= NOW + 301.5  # five minutes at least


def test_a_dead_message_does_not_promise_another_try(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(NOT_SENT), at=NOW + 1, retry_for=0)
    pushed(store, Outcome(NOT_SENT), at=NOW + 100, push="p2", retry_for=0)
    told = present(store, identity)
    assert told["text"] == (
        "It was given up after too many tries. The last time: No connection to Picky Assist; nothing was sent."
    )
    assert f"python -m adapter replay {identity}-1" in told["do"]


def test_a_push_that_was_refused_whole_accuses_no_single_message(store: Store) -> None:
    identity = stored(store, 2)
    pushed(store, Outcome(STATUSES[406], 200, 406), at=NOW + 1)
    for message in story(store, identity, now=NOW + 2)["messages"]:
        assert "with 2 messages in it; which of them is at fault was not known" in message["steps"][2]["text"]
        assert "it goes again in a smaller one" in message["because"]
    change(store, status="held")
    assert "PICKY_SPLIT=0" in story(store, identity, now=NOW + 2)["messages"][0]["because"]


def test_a_refused_message_says_what_to_do(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(STATUSES[802], 200, 802), at=NOW + 1)
    told = present(store, identity)
    assert told["text"].startswith("It was not delivered. This customer has not written in the last 24 hours")
    assert "push.fallback" in told["do"]


def test_a_parked_message_names_the_account_and_the_command(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(STATUSES[403], 200, 403), at=NOW + 1)
    later = stored(store)
    told = present(store, identity)
    assert "No balance left. Nothing is lost: top up" in told["text"]
    assert told["do"].endswith("python -m adapter resume main")
    assert "The account main cannot send: No balance left." in story(store, later, now=NOW)["messages"][0]["because"]


def test_what_was_cancelled_by_hand_is_not_explained_by_an_older_cause(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(STATUSES[403], 200, 403), at=NOW + 1)
    list(control.act(store, CANCEL, Selection("sandbox"), now=NOW + 5))
    told = present(store, identity)
    assert (told["at"], told["text"]) == (NOW + 5, "It was stopped before it was sent. It was cancelled by hand.")


@pytest.mark.parametrize("kind", ["hook", "account"])
def test_a_pause_is_said_with_the_command_that_ends_it(store: Store, kind: str) -> None:
    identity, name = stored(store), {"hook": "h", "account": "main"}[kind]
    control.pause(store, kind, name, now=NOW)
    told = present(store, identity)
    assert told["text"].endswith(f"The {kind} {name} is paused.")
    assert told["do"] == f"Resume it with: python -m adapter resume {name}"


def test_a_message_in_the_queue_says_how_many_are_before_it(store: Store) -> None:
    first = stored(store, 3)
    urgent = stored(store, messages={"priority": 1})
    texts = [message["because"] for message in story(store, first, now=NOW)["messages"]]
    assert [text.rpartition(" ")[2] for text in texts] == ["1.", "2.", "3."]
    assert present(store, urgent)["text"] == "It waits its turn."


@pytest.mark.parametrize(
    ("status", "error", "part"),
    [
        ("held", "delayed", "the end of the delay"),
        ("held", "send_at", "the hour that its hook sets"),
        ("held", "quiet_hours", "the end of the quiet hours"),
        ("held", "over_limit", "the hook's limit"),
        ("held", "daily_cap", "The account main has sent as many messages as its daily cap allows"),
        ("cancelled", "expired", "It was too late"),
        ("cancelled", "opted_out", "The recipient wants no messages"),
        ("cancelled", "overtaken", "the next way was taken"),
        ("cancelled", "delivered_otherwise", "An earlier way was delivered after all"),
        ("dead", "preparation_failed", "Preparing it stopped the relay"),
    ],
)
def test_each_cause_of_our_own_is_said_alone(store: Store, status: str, error: str, part: str) -> None:
    identity = stored(store)
    change(store, status=status, error=error, changed_at=NOW + 2, due_at=NOW + 3600 if status == "held" else 0)
    told = present(store, identity)
    assert part in told["text"]
    assert "by hand" not in told["text"]
    assert told["text"].count(". ") == 0
    if status == "held":
        assert told["do"].endswith(f"python -m adapter release {identity}-1") or error == "daily_cap"
        assert steps_of(store, identity)[-1] == {
            "at": NOW + 3600, "step": "next try", "text": "It leaves then, if nothing stands against it.", "do": "",
        }  # fmt: skip


def test_a_message_that_may_be_too_late_says_when(store: Store) -> None:
    identity = stored(store)
    change(store, status="held", error="quiet_hours", due_at=NOW + 3600, expires_at=NOW + 7200)
    last = steps_of(store, identity)[-1]
    assert (last["at"], last["step"], last["text"]) == (
        NOW + 7200,
        "too late",
        "What has not left by then is cancelled.",
    )


def test_an_opt_out_is_told_with_its_time_and_word(store: Store) -> None:
    identity = stored(store)
    insert(store, OPTOUTS, account="main", number="919876500000", since=NOW - 500, via="message", word="STOP")
    change(store, status="cancelled", error="opted_out", changed_at=NOW + 1)
    steps = steps_of(store, identity)
    assert (steps[0]["at"], steps[0]["step"], steps[0]["text"]) == (NOW - 500, "opt-out", 'The recipient wrote "STOP".')
    assert "python -m adapter optouts" in steps[-1]["do"]


def test_a_failed_report_says_what_picky_assist_says_and_is_asked_for_or_came(store: Store) -> None:
    identity = stored(store)
    pushed(store, TAKEN, at=NOW + 1)
    reported(store, f"{identity}-1", "failed", at=NOW + 5, error="{number} is not on WhatsApp", via="asked")
    change(store, error="delivery_failed")
    told = present(store, identity)
    assert told["at"] == NOW + 5
    assert 'Picky Assist says: "{number} is not on WhatsApp"' in told["text"]
    assert told["text"].endswith("Picky Assist was asked for this report.")
    assert "m7" in told["do"]
    assert words(steps_of(store, identity)) == ["rendered", "queued", "attempt 1", "failed"]


def test_a_report_about_an_earlier_attempt_names_it(store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(BROKEN_OFF), at=NOW + 1)
    list(control.act(store, SEND_AGAIN, Selection("sandbox", identity=identity), now=NOW + 5))
    with store.write() as connection:
        connection.execute(sa.update(ACCOUNTS).values(doubt_seconds=0.0))
    begun(store, at=NOW + 6, push="p2")
    insert(store, REPORTS, message_id=f"{identity}-1", push="p1", status="delivered", at=NOW + 7, via="event")
    steps = steps_of(store, identity)
    assert words(steps) == ["rendered", "queued", "attempt 1", "attempt 2", "sending", "delivered"]
    assert steps[-1]["text"] == "It arrived on the phone. This is about attempt 1."
    assert steps[3]["text"] == "No answer yet."


def test_an_attempt_whose_relay_died_says_so(store: Store) -> None:
    identity = stored(store)
    claimed = outbox.claim(store, account(), "sandbox", now=NOW + 1, lease=-1, token="t")
    assert isinstance(claimed, outbox.Claimed)
    outbox.begin(store, claimed, push="p1", now=NOW + 1, lease=-1)
    outbox.give_up_interrupted(store, now=NOW + 60, resend_after=900)
    steps = steps_of(store, identity)
    assert steps[2]["text"] == "The relay stopped while it was being sent."
    assert steps[3]["step"] == "unknown"


def way(store: Store, first: str, number: int, **columns: Any) -> str:
    """A later way of the message `first`, as the engine makes it; its id."""
    identity = f"{first.split('-', maxsplit=1)[0]}-{number}0"
    with store.write() as connection:
        row = dict(connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id == first)).mappings().one())
        row |= {
            "id": identity,
            "way": number,
            "chain": first,
            "origin": "main",
            "next_way": None,
            "push": None,
            "error": None,
        }
        row |= {
            "msg_id": None,
            "push_id": None,
            "account": "sms",
            "created_at": NOW + 60,
            "changed_at": NOW + 60,
            **columns,
        }
        del row["seq"]
        connection.execute(sa.insert(MESSAGES).values(**row))
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == first).values(next_way=identity))
    return identity


def test_the_ways_are_told_in_their_order_each_with_why_it_was_taken(store: Store) -> None:
    identity = stored(store, 2)
    pushed(store, TAKEN, at=NOW + 1)
    reported(store, f"{identity}-1", "failed", at=NOW + 5)
    second = way(store, f"{identity}-1", 2, status="queued")
    told = story(store, identity, now=NOW + 100)["messages"]
    assert [one["id"] for one in told] == [f"{identity}-1", second, f"{identity}-2"]
    assert told[0]["next_way"] == second
    assert told[1]["steps"][0] == {
        "at": NOW + 60, "step": "way 2", "text": "Way 2 through account sms, because way 1 ended failed.", "do": "",
    }  # fmt: skip
    assert [one["id"] for one in story(store, second, now=NOW + 100)["messages"]] == [f"{identity}-1", second]


def test_a_way_that_was_taken_because_time_was_over_says_so_and_that_both_went_out(store: Store) -> None:
    identity = stored(store)
    pushed(store, TAKEN, at=NOW + 1)
    second = way(store, f"{identity}-1", 2, status="accepted", changed_at=NOW + 62)
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == f"{identity}-1").values(status="delivered"))
    insert(store, REPORTS, message_id=f"{identity}-1", push="p1", status="delivered", at=NOW + 90, via="event")
    steps = story(store, second, now=NOW + 100)["messages"][1]["steps"]
    assert steps[0]["text"] == "Way 2 through account sms, because way 1 was not delivered in time."
    assert (steps[-1]["step"], steps[-1]["at"]) == ("twice", NOW + 90)
    assert "both went out" in steps[-1]["text"]


def test_a_deadline_says_what_comes_while_a_way_remains(store: Store) -> None:
    identity = stored(store)
    pushed(store, TAKEN, at=NOW + 1)
    change(store, deadline_at=NOW + 600, ways=[{"account": "sms"}])
    last = steps_of(store, identity)[-1]
    assert (last["at"], last["step"]) == (NOW + 600, "next way")
    change(store, ways=[])
    assert "next way" not in words(steps_of(store, identity))


def test_a_notice_that_could_not_be_told_says_why_and_what_to_do(store: Store) -> None:
    identity = stored(store)
    insert(
        store, NOTICES, message_id=f"{identity}-1", event_id=identity, hook="h", destination="sandbox", state="failed",
        created_at=NOW + 8, status="dead", due_at=0, finished_at=NOW + 9, fault="It answered 410.",
    )  # fmt: skip
    told = next(one for one in steps_of(store, identity) if one["step"] == "notice")
    assert told["text"].endswith('could not be told "failed", and it is not tried again. It answered 410.')
    assert told["do"].endswith(
        "under notify in the hook, or what listens there. Then: python -m adapter notices 1 --replay"
    )


def test_a_rejected_event_says_what_is_wrong_and_how_to_try_again(store: Store) -> None:
    identity = stored(store, 0, status="rejected", reason="phone: Is missing.", errors={"phone": ["Is missing."]})
    lines = story_lines(story(store, identity, now=NOW))
    assert lines[4] == "                     wrong      phone: Is missing."
    assert f"Then: python -m adapter replay {identity}" in lines[6]
    broken = stored(store, 0, status="rejected", reason="A rule failed.", errors={})
    assert story(store, broken)["steps"][-1]["text"].endswith("A rule failed.")
    pushed_in = stored(store, 0, status="rejected", source="push_api", reason="The number is wrong.")
    assert "replay" not in story(store, pushed_in)["steps"][-1]["do"]


def test_an_ignored_event_says_why_and_a_repeated_one_how_often(store: Store) -> None:
    identity = stored(store, 0, status="ignored", reason="amount >= 1000 is false.")
    told = story(store, identity, now=NOW)
    assert told["steps"][-1]["text"] == "Nothing is sent, on purpose. amount >= 1000 is false."
    row = event(received_at=NOW)
    first = accept(store, row, [outgoing(0, keys=(("k", 60.0),))]).id
    accept(store, event(received_at=NOW + 2), [outgoing(0, keys=(("k", 60.0),))])
    again = story(store, first, now=NOW)["steps"][-1]
    assert (again["at"], again["step"], again["text"]) == (NOW + 2, "came again", "Once; nothing was sent for that.")


def test_a_thousand_messages_are_a_summary_and_the_first_twenty(store: Store) -> None:
    identity = stored(store, 1000)
    pushed(store, Outcome(STATUSES[100], 200, 100, push_id="7"), at=NOW + 1)
    told = story(store, identity, now=NOW + 2, most=20)
    assert told["states"] == {"accepted": 100, "queued": 900}
    assert [one["id"] for one in told["messages"]] == [f"{identity}-{at}" for at in range(1, 21)]
    lines = story_lines(told)
    assert len(lines) < 300
    assert (
        f"1,000 messages: 100 accepted, 900 queued. The first 20 of them follow; to see another, name it: "
        f"python -m adapter why {identity}-1000"
    ) in lines
    assert len(story(store, identity, now=NOW + 2)["messages"]) == 1000


def test_the_number_of_queries_does_not_grow_with_the_messages(store: Store) -> None:
    small, large = stored(store, 30), stored(store, 400)

    def count(identity: str) -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        sa.event.listen(store.engine, "before_cursor_execute", note)
        try:
            story(store, identity, now=NOW)
        finally:
            sa.event.remove(store.engine, "before_cursor_execute", note)
        return len(seen)

    assert count(large) == count(small)


def test_a_message_s_id_tells_that_message_and_the_head_of_its_event(store: Store) -> None:
    identity = stored(store, 3)
    told = story(store, f"a-{identity}-2", now=NOW)
    assert (told["id"], [one["id"] for one in told["messages"]]) == (identity, [f"{identity}-2"])
    assert any(line.startswith("3 messages: 3 queued. One of them follows") for line in story_lines(told))
    for nothing in (f"{identity}-4", "nothing", "", "-"):
        with pytest.raises(FoundNothing):
            story(store, nothing)


def test_what_came_from_outside_cannot_steer_a_terminal_and_is_cut(store: Store) -> None:
    evil = "a\x1b[2J\u202eb\nc" + "x" * 5000
    repairs = [{"field": "phone", "code": "blanks", "was": evil, "now": "1"}] * 500
    identity = stored(
        store, repairs=repairs, warnings=[evil] * 500, errors={"0": {"k\x1b": ["v\x07 {id}"]}},
        messages={"item": {"message": "one\x1b\n\u202etwo {x}"}},
    )  # fmt: skip
    lines = story_lines(story(store, identity, now=NOW))
    text = "\n".join(lines)
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "aU+001B[2JU+202Eb c" in text
    assert "[0].kU+001B: vU+0007 {id}" in text
    assert "| U+202Etwo {x}" in text
    assert max(map(len, lines)) < 700
    assert sum("repaired" in line for line in lines) == 21
    assert any("480 more of these" in line for line in lines)


def test_many_attempts_are_told_with_a_gap(store: Store) -> None:
    identity = stored(store)
    for at in range(30):
        pushed(store, Outcome(NOT_SENT), at=NOW + 4000.0 * at, push=f"p{at}", retry_for=1e9, longest=1)
    found = [word for word in words(steps_of(store, identity)) if word.startswith("attempt")]
    assert found == ["attempt 1", "attempt 2", "attempts", *(f"attempt {at}" for at in range(13, 31))]
