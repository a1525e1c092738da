"""The page of one event: its answer in every state, its buttons, its masks and bounds, on both databases."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from adapter.delivery import outbox, settling
from adapter.delivery.acceptance import accept
from adapter.delivery.control import SEND_AGAIN, Selection, act, pause, paused
from adapter.delivery.page_words import on_a_page
from adapter.delivery.states import MEANINGS
from adapter.delivery.texts import CODES, MOMENTS, STATES
from adapter.picky.outcome import BROKEN_OFF, STATUSES, Outcome, Row
from adapter.store.engine import Store
from adapter.store.tables import AUDIT, EVENTS, MESSAGES
from adapter.web.console.event_words import HEADLINES, OF_STATE, OTHERWISE
from tests.delivery.messages import account, event, outgoing
from tests.web.bubble_owner import Owner

XSS = "<script>alert(1)</script>"
TAKEN = Outcome(STATUSES[100], 200, 100, push_id="74", rows=(Row("919876500000", "m7", "0.005"),))
HOOK = """
source: zapier
auth: [{token: "${HOOK_TOKEN}"}]
region: IN
fields:
  phone: {from: phone, type: phone, required: true}
  name: {from: name, default: friend}
push: {to: "{{ phone }}", message: "Hi {{ name }}, thank you!"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "hooks"
    made.mkdir()
    return made


@pytest.fixture
def owner(store: Store, folder: Path) -> Owner:
    return Owner(store, TEMPLATES_DIR=str(folder), HOOK_TOKEN="a-long-hook-token", TEMPLATES_WRITABLE="1")


def write(owner: Owner, text: str = HOOK) -> None:
    """The hook of today."""
    (owner.services.catalogue.directory / "h.yaml").write_text(text)
    owner.services.catalogue.look_again()


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.partition("<main")[2])))


def title(page: str) -> str:
    return html.unescape(page.partition("<title>")[2].partition("</title>")[0])


def stored(store: Store, count: int = 1, **changes: Any) -> str:
    return accept(store, event(**changes), [outgoing(at) for at in range(count)]).id


def change(store: Store, **columns: Any) -> None:
    with store.write() as connection:
        connection.execute(sa.update(MESSAGES).values(**columns))


def states(store: Store) -> list[tuple[str, str | None]]:
    with store.read() as connection:
        return [(row.status, row.error) for row in connection.execute(sa.select(MESSAGES).order_by(MESSAGES.c.seq))]


def pushed(store: Store, outcome: Outcome) -> None:
    now = time.time()
    claimed = outbox.claim(store, account(), "sandbox", now=now, lease=60.0, token="p1")
    assert isinstance(claimed, outbox.Claimed)
    rows = outbox.begin(store, claimed, push="p1", now=now, lease=60.0)
    settling.settle(store, claimed, rows, outcome, push="p1", now=now + 0.5, policy=settling.Policy())


@pytest.mark.parametrize("state", MEANINGS)
def test_every_state_has_its_answer_what_to_do_and_its_button(owner: Owner, store: Store, state: str) -> None:
    identity = stored(store)
    change(store, status=state)
    page = owner.get(f"/events/{identity}")
    before, after = HEADLINES[state]
    assert f"{before} +91 ••••• •0000{after}" in words(page)
    assert MEANINGS[state] in words(page) or "Picky Assist" in words(page)
    assert re.search(r"What to do: \S", words(page))
    assert "python -m" not in page
    shown = re.findall(r'name="do" value="(\w+)"', page)
    assert tuple(shown) == OF_STATE.get(state, ())
    assert ("Resume main" in page) == (state == "parked")
    assert title(page).startswith(state.capitalize())


@pytest.mark.parametrize(("kind", "name"), [("hook", "h"), ("account", "main")])
def test_what_is_paused_is_resumed_from_the_message_that_waits(
    owner: Owner, store: Store, kind: str, name: str
) -> None:
    identity = stored(store)
    pause(store, kind, name, now=time.time())
    page = owner.get(f"/events/{identity}")
    assert f"The {kind} {name} is paused. What to do: Resume it." in words(page)
    assert re.findall(r'class="main">([^<]*)', page) == [f"Resume {name}"]
    path = {"hook": "/setup/h/resume", "account": "/accounts/main/resume"}[kind]
    back = html.unescape(re.findall('name="back" value="([^"]*)"', page.partition(f'action="{path}"')[2])[0])
    page = owner.post(path, back=back)
    assert f"The {kind} is resumed" in words(page)
    assert paused(store) == []
    assert "Resume" not in words(page)


def test_no_text_of_a_page_names_a_command() -> None:
    for text in [*STATES.values(), *CODES.values(), *MOMENTS.values()]:
        assert "python" not in on_a_page(f"{text.cause} {text.do} {text.do}".replace("{", "").replace("}", ""))
    assert set(OTHERWISE) <= set(MEANINGS) == set(HEADLINES)


def test_an_event_that_was_rejected_says_what_is_missing_and_offers_a_replay(owner: Owner, store: Store) -> None:
    identity = stored(
        store, 0, status="rejected", reason="phone is missing.", errors={"Mobile": ["Mobile is missing."]}
    )
    page = owner.get(f"/events/{identity}")
    assert title(page).startswith("Rejected")
    assert "Not sent: Mobile: Mobile is missing." in words(page)
    assert f'href="/events/{identity}/today">Replay with' in page
    assert f"/playground?hook=h&amp;event={identity}" in page


def test_an_ignored_event_is_quiet_and_says_why(owner: Owner, store: Store) -> None:
    identity = stored(store, 0, status="ignored", reason="The rule amount >= 1000 was false.")
    page = owner.get(f"/events/{identity}")
    assert "Not sent, on purpose." in words(page)
    assert "The rule amount >= 1000 was false." in words(page)
    assert "banner quiet" in page
    assert "Replay with" not in page


def test_an_unknown_id_says_both_possibilities(owner: Owner) -> None:
    page = words(owner.get("/events/01J00000000000000000000000", 404))
    assert "mistyped" in page
    assert "deleted after 90 days" in page


@pytest.mark.parametrize(("given", "place"), [("{}-2", 2), ("a-{}-2", 2), ("{}-2-2", 2)])
def test_the_address_of_a_message_leads_to_its_place(owner: Owner, store: Store, given: str, place: int) -> None:
    identity = stored(store, 2)
    answer = owner.client.get(f"/events/{given.format(identity)}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/events/{identity}?m={place}#m{place}")
    assert f'id="m{place}"' in owner.get(f"/events/{identity}")


def test_an_attempt_shows_the_json_without_the_token_and_the_answer(owner: Owner, store: Store) -> None:
    identity = stored(store, 2)
    pushed(store, TAKEN)
    page = words(owner.get(f"/events/{identity}"))
    assert '"token": "***"' in page
    assert "this message's part of a call with 2 messages" in page
    assert "HTTP 200, status 100" in page
    assert "Hi 1" in page
    assert "919876500000" not in page
    assert "•••••••• 0000" in page or "••••••••0000" in page


def test_numbers_stand_nowhere_until_they_are_asked_for(owner: Owner, store: Store) -> None:
    number, spelt = "919876500000", "098765 00000"
    identity = accept(store, event(
        fields={"phone": number, "name": "Asha"}, body=json.dumps({"Phone": spelt}).encode(), query=f"to={number}",
        repairs=[{"field": "phone", "code": "national", "was": spelt, "now": number}], headers=[["X-To", number]],
        warnings=[f"{spelt} was read as Indian."], errors={"Other": [f'"{spelt}" is short.']},
    ), [outgoing(item={"message": f"We call {spelt}"})]).id  # fmt: skip
    pushed(store, TAKEN)
    page = owner.get(f"/events/{identity}")
    assert number not in page
    assert spelt not in page
    assert number not in owner.client.get(f"/events/{identity}/body").text
    owner.post("/numbers", show="1", back="/")
    shown = owner.get(f"/events/{identity}")
    assert number in shown
    assert spelt in shown
    came = owner.client.get(f"/events/{identity}/body")
    assert came.get_json(force=True) == {"Phone": spelt}
    assert came.headers["Content-Type"].startswith("text/plain")
    assert came.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in came.headers["Content-Disposition"]


def test_secrets_in_headers_are_stars(owner: Owner, store: Store) -> None:
    names = ("Authorization", "Cookie", "X-Api-Key", "X-Hook-Token", "Proxy-Authorization")
    identity = stored(store, headers=[[name, f"hush-{name}"] for name in names])
    page = owner.get(f"/events/{identity}")
    assert "hush-" not in page
    assert page.count("***") >= len(names)


def test_what_strangers_write_is_text(owner: Owner, store: Store) -> None:
    identity = accept(store, event(
        hook=XSS, method="POST", headers=[[XSS, XSS]], body=XSS.encode(), decoded_as="json", because=XSS,
        fields={XSS: XSS}, errors={XSS: [XSS]}, warnings=[XSS, "a\u202eb"], query=XSS, request_id=XSS,
        repairs=[{"field": XSS, "code": XSS, "was": XSS, "now": XSS}],
    ), [outgoing(item={"message": XSS, "media": f"https://x.example/{XSS}", "reference_number": XSS})]).id  # fmt: skip
    pushed(store, Outcome(STATUSES[100], 200, 100, push_id=XSS))
    page = owner.get(f"/events/{identity}")
    assert "<script>alert" not in page
    assert words(page).count(XSS) >= 10
    assert "U+202E" in page
    for path in ("today", "curl"):
        assert "<script>alert" not in owner.client.get(f"/events/{identity}/{path}").text


@pytest.mark.parametrize("body", [
    b"<&\"'" * 262_144, ("क" * 300_000).encode(), json.dumps([{"a": "\"<>&'"}] * 20_000).encode(), b"\xff\x00" * 500_000,
])  # fmt: skip
def test_a_page_stays_small_whatever_came(owner: Owner, store: Store, body: bytes) -> None:
    long = "\"'<>" * 1_000
    identity = accept(store, event(
        body=body, headers=[[f"X-{at}", long] for at in range(200)], fields={str(at) + "f": long for at in range(300)},
        errors={f"e{at}": [long] for at in range(300)}, warnings=[long] * 300, because=long,
        repairs=[{"field": "f", "code": "c", "was": long, "now": long}] * 300,
    ), [outgoing(at, item={"message": "\"'<>" * 1_000}) for at in range(60)]).id  # fmt: skip
    pushed(store, TAKEN)
    answer = owner.client.get(f"/events/{identity}")
    assert answer.status_code == 200
    assert len(answer.data) <= 100_000
    assert f"/messages?q={identity}" in answer.text
    assert "and 280 more." in words(answer.text)
    assert "Show all" in answer.text


def test_a_part_that_cannot_be_made_leaves_the_others(owner: Owner, store: Store) -> None:
    identity = stored(store, fields=["no", "mapping"], warnings=["Asha came."])
    page = words(owner.get(f"/events/{identity}"))
    assert "This part could not be shown." in page
    assert "Asha came." in page
    assert "Hi 0" in page


def test_it_arrived_ends_an_unknown_message_for_good(owner: Owner, store: Store) -> None:
    identity = stored(store)
    pushed(store, Outcome(BROKEN_OFF))
    assert states(store)[0][0] == "unknown"
    page = words(owner.post(f"/events/{identity}/act", message=f"{identity}-1", do="arrived"))
    assert "It counts as delivered from now on" in page
    assert "a person said here that it arrived" in page
    assert states(store) == [("delivered", "confirmed")]
    assert "Nothing was changed" in words(owner.post(f"/events/{identity}/act", message=f"{identity}-1", do="again"))
    assert sum(act(store, SEND_AGAIN, Selection("sandbox"), now=time.time())) == 0
    with store.read() as connection:
        notes = [row.what for row in connection.execute(sa.select(AUDIT).where(AUDIT.c.about == f"{identity}-1"))]
    assert notes == ["message said to have arrived"]


@pytest.mark.parametrize(("state", "key", "after"), [
    ("failed", "again", "queued"), ("dead", "again", "queued"), ("refunded", "again", "queued"),
    ("unknown", "again", "queued"), ("held", "release", "queued"), ("held", "cancel", "cancelled"),
    ("queued", "cancel", "cancelled"), ("retrying", "cancel", "cancelled"), ("parked", "cancel", "cancelled"),
    ("accepted", "again", "accepted"), ("delivered", "cancel", "delivered"), ("sending", "cancel", "sending"),
])  # fmt: skip
def test_a_button_changes_its_message_once_and_no_other(
    owner: Owner, store: Store, state: str, key: str, after: str
) -> None:
    identity, other = stored(store), stored(store)
    change(store, status=state)
    first = words(owner.post(f"/events/{identity}/act", message=f"{identity}-1", do=key))
    assert [one for one, _ in states(store)] == [after, state]
    assert ("Nothing was changed" in first) == (after == state)
    again = words(owner.post(f"/events/{identity}/act", message=f"{identity}-1", do=key))
    assert "Nothing was changed" in again
    assert owner.forged(f"/events/{other}/act", message=f"{other}-1", do=key) == 400
    owner.post(f"/events/{identity}/act", 404, message=f"{other}-1", do=key)
    owner.post(f"/events/{identity}/act", 404, message=f"{identity}-1", do="delete")
    assert [one for one, _ in states(store)] == [after, state]


def test_of_many_messages_those_that_may_have_arrived_are_not_sent_again_together(owner: Owner, store: Store) -> None:
    identity = stored(store, 3)
    change(store, status="failed")
    with store.write() as connection:
        one = sa.update(MESSAGES).where(MESSAGES.c.id == f"{identity}-2")
        connection.execute(one.values(status="unknown"))
    page = owner.get(f"/events/{identity}")
    assert "3 messages: 2 failed, 1 unknown." in words(page)
    assert "Send again: 2 messages" in words(page)
    assert "2 messages are queued again." in words(owner.post(f"/events/{identity}/act", do="again"))
    assert [one for one, _ in states(store)] == ["queued", "unknown", "queued"]


def test_what_was_made_for_the_other_destination_has_no_buttons(owner: Owner, store: Store) -> None:
    identity = stored(store, destination="live")
    change(store, status="failed")
    page = owner.get(f"/events/{identity}")
    assert 'name="do"' not in page
    assert "made for the live" in words(page)
    assert "Nothing was changed" in words(owner.post(f"/events/{identity}/act", message=f"{identity}-1", do="again"))


def test_looking_changes_nothing(owner: Owner, store: Store, folder: Path) -> None:
    write(owner)
    identity = stored(store, 0, status="rejected", reason="x", errors={"phone": ["is missing."]},
                      body=b'{"phone": "098765 43210"}')  # fmt: skip
    for path in ("", "/today", "/curl", "/sample", "/body"):
        owner.client.get(f"/events/{identity}{path}")
    with store.read() as connection:
        assert connection.execute(sa.select(EVENTS.c.status)).scalars().all() == ["rejected"]
        assert connection.execute(sa.select(MESSAGES)).all() == []


def rejected(store: Store, **changes: Any) -> str:
    """An event without a phone under the key that the hook of that day looked for."""
    body = {"Mobile No": "098765 43210", "name": "Asha"}
    return stored(store, 0, **{
        "status": "rejected", "reason": "phone is missing.", "errors": {"phone": ["is missing."]}, "fields": {"name": "Asha"},
        "body": json.dumps(body).encode(), "headers": [["Content-Type", "application/json"]], "source": "zapier",
    } | changes)  # fmt: skip


def test_today_shows_what_a_mended_hook_makes_and_the_replay_makes_it_once(
    owner: Owner, store: Store, folder: Path
) -> None:
    write(owner)
    identity = rejected(store)
    assert "Replay and send" not in owner.get(f"/events/{identity}/today")
    assert "made no message" in words(owner.post(f"/events/{identity}/replay"))
    write(owner, HOOK.replace("from: phone", 'from: [phone, "Mobile No"]'))
    page = words(owner.get(f"/events/{identity}/today"))
    assert "Today it would make 1 message more." in page
    assert "+91 ••••• •3210" in page
    assert "Hi Asha, thank you!" in page
    assert "98765 43210" not in page
    assert states(store) == []
    page = words(owner.post(f"/events/{identity}/replay"))
    assert "Replayed: it made 1 message, which is queued." in page
    assert "Waiting its turn, to be sent to +91 ••••• •3210." in page
    owner.post(f"/events/{identity}/replay")
    assert [one for one, _ in states(store)] == ["queued"]


def test_today_marks_the_words_that_change_and_says_where_nothing_does(
    owner: Owner, store: Store, folder: Path
) -> None:
    write(owner, HOOK.replace("from: phone", 'from: "Mobile No"'))
    identity = rejected(store)
    owner.post(f"/events/{identity}/replay")
    assert "Nothing would change." in words(owner.get(f"/events/{identity}/today"))
    write(owner, HOOK.replace("from: phone", 'from: "Mobile No"').replace("thank you", "many thanks"))
    page = owner.get(f"/events/{identity}/today")
    assert "<del>thank you</del><ins>many thanks</ins>" in page or (
        "<del>thank</del>" in page and "<ins>many</ins>" in page
    )
    assert "Today it would look different." in words(page)
    assert "Replay and send" not in page


def test_a_push_and_a_missing_hook_cannot_be_compared_and_it_says_why(owner: Owner, store: Store) -> None:
    pushed_event = stored(store, source="push_api")
    assert "It cannot be compared." in words(owner.get(f"/events/{pushed_event}/today"))
    assert "No hook" in words(owner.get(f"/events/{stored(store)}/today"))


def test_the_command_stands_there_only_while_numbers_are_shown(owner: Owner, store: Store) -> None:
    identity = rejected(store, headers=[["X-Hook-Token", "***"], ["Authorization", "Bearer hush"], ["Host", "x"]])
    assert "curl -sS" not in owner.get(f"/events/{identity}/curl")
    owner.post("/numbers", show="1", back="/")
    page = words(owner.get(f"/events/{identity}/curl"))
    assert "-H 'X-Hook-Token: '\"$TOKEN\"''" in page
    assert "-H 'Authorization: '\"$TOKEN\"" in page
    assert "hush" not in page
    assert "dry_run=1" in page
    assert "Host" not in page


def test_a_sample_is_kept_once_without_its_secrets(owner: Owner, store: Store, folder: Path) -> None:
    write(owner)
    body = json.dumps({"phone": "098765 43210", "token": "hush-hush-7"}).encode()
    identity = rejected(
        store, headers=[["X-Hook-Token", "hush-hush-7"], ["Content-Type", "application/json"]], body=body
    )
    page = owner.get(f"/events/{identity}/sample")
    assert "hush" not in page
    assert "98765 43210" not in page
    assert owner.client.get(f"/events/{identity}/sample.http").status_code == 403
    owner.post(f"/events/{identity}/sample", name="no-phone")
    kept = (folder / "h" / "samples" / "no-phone.http").read_bytes()
    assert b"X-Hook-Token: ${HOOK_TOKEN}" in kept
    assert b"hush" not in kept
    assert b"098765 43210" in kept
    assert "already" in words(owner.post(f"/events/{identity}/sample", 409, name="no-phone"))
    for name in ("../x", "", ".a", "A", "a/b", "a" * 64):
        owner.post(f"/events/{identity}/sample", 409, name=name)
    assert [one.name for one in folder.rglob("*.http")] == ["no-phone.http"]
    owner.post("/numbers", show="1", back="/")
    assert owner.client.get(f"/events/{identity}/sample.http").data == kept


def test_where_templates_cannot_be_written_a_sample_is_only_downloaded(store: Store, folder: Path) -> None:
    owner = Owner(store, TEMPLATES_DIR=str(folder), HOOK_TOKEN="a-long-hook-token", TEMPLATES_WRITABLE="0")
    write(owner)
    identity = rejected(store)
    assert "Save the sample" not in owner.get(f"/events/{identity}/sample")
    owner.post(f"/events/{identity}/sample", 403, name="x")
    assert list(folder.rglob("*.http")) == []


def test_a_long_fault_is_told_below_a_short_heading(owner: Owner, store: Store) -> None:
    fault = "has 9 digits; a number in India has 10. Nothing was sent. Mend it in the CRM."
    identity = stored(store, 0, status="rejected", reason="x", errors={"Mobile": [fault]})
    page = owner.get(f"/events/{identity}")
    heading = html.unescape(re.sub("<[^>]*>", "", re.findall("<h1.*?</h1>", page, re.S)[0]))
    assert heading == "Not sent: Mobile: has 9 digits; a number in India has 10."
    assert fault in words(page)
    assert "What to do: Correct the hook" in words(page)


def test_the_elements_of_an_event_are_told_by_their_index(owner: Owner, store: Store) -> None:
    identity = stored(
        store, 2, errors={"2": {"Mobile": ["is missing."]}}, fields={"0": {"name": "Asha"}, "1": {"name": "Tom"}}
    )
    page = words(owner.get(f"/events/{identity}"))
    assert "[2].Mobile" in page
    assert "[0].name" in page
    assert "Some of it made no message" in page


@pytest.mark.parametrize("state", MEANINGS)
def test_what_may_still_change_is_followed_and_nothing_else_is(owner: Owner, store: Store, state: str) -> None:
    identity = stored(store)
    change(store, status=state)
    is_final = state in {"delivered", "read", "failed", "refunded", "dead", "cancelled"}
    assert ("data-live=" in owner.get(f"/events/{identity}")) is not is_final


def test_what_is_polled_is_what_the_page_shows_without_its_tokens(owner: Owner, store: Store) -> None:
    identity = stored(store)
    change(store, status="unknown")
    page = owner.get(f"/events/{identity}?done=confirm&n=1")
    asked = html.unescape(page.partition('data-live="')[2].partition('"')[0])
    first = owner.client.get(asked)
    shown = re.sub('(csrf_token" value=")[^"]*', r"\1", page)
    assert first.text.strip() in shown
    assert 'name="csrf_token" value=""' in first.text
    assert owner.client.get(asked, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    change(store, status="delivered")
    assert "Delivered" in owner.client.get(asked).text
    assert owner.client.get("/events/01nobody/live").status_code == 404
