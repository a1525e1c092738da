"""The playground and the hooks, over HTTP with both databases: what they show, save, and refuse."""

from __future__ import annotations

import html
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from adapter.config import load_settings
from adapter.delivery.acceptance import accept
from adapter.mapping import budget
from adapter.services import Services, open_services
from adapter.store.engine import Store
from adapter.store.tables import AUDIT, PAUSES
from adapter.web.app import build_app
from adapter.web.console import session
from tests.delivery.messages import event
from tests.running import ROOT, SECRETS

PASSWORD = "the-owners-password"
REQUEST = 'POST /hooks/zapier_lead HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{"first_name": "Asha", "phone": "+91 98765 43210", "interest": "solar"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", made)
    return made


@pytest.fixture
def services(folder: Path, database_url: str, store: Store) -> Iterator[Services]:
    opened = open_services(load_settings({
        "ADAPTER_SANDBOX": "1", "SECRET_KEY": "a-long-random-text-for-signing", "ADMIN_PASSWORD": PASSWORD,
        "DATABASE_URL": database_url, "TEMPLATES_DIR": str(folder), "TEMPLATES_WRITABLE": "1", **SECRETS,
    }))  # fmt: skip
    yield opened
    opened.store.close()


@pytest.fixture
def client(services: Services) -> FlaskClient:
    made = build_app(services).test_client()
    token(made, "/sign-in", required=False)
    assert (
        made.post(
            "/sign-in", data={"password": PASSWORD, "csrf_token": token(made, "/sign-in", required=False)}
        ).status_code
        == 303
    )
    return made


def token(client: FlaskClient, path: str = "/playground", *, required: bool = True) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found or not required
    return found[1] if found else ""


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def box(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert found, name
    return html.unescape(found[1])


def post(client: FlaskClient, path: str, page: str, **changes: str):
    """Send the playground's form as a browser would, with some boxes changed."""
    form = {name: value(page, name) for name in ("csrf_token", "based_on", "picked", "hook")}
    form |= {
        "text": box(page, "text").replace("\n", "\r\n"),
        "request": box(page, "request") if 'id="request"' in page else "",
    }
    return client.post(path, data=form | changes)


def opened(client: FlaskClient, path: str = "/playground?hook=zapier_lead&sample=lead") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.text


def kept_event(store: Store, **other: object) -> str:
    body = {"first_name": "Asha", "phone": "+91 98765 43210", "interest": "solar", "lead_id": "1"}
    row = event(
        hook="zapier_lead", source="zapier", path="/hooks/zapier_lead", status="ignored", reason="98765 43210 was here",
        headers=[["Content-Type", "application/json"]], body=json.dumps(body).encode(), received_at=1_790_000_000.0,
    ) | other  # fmt: skip
    return accept(store, row, []).id


def test_without_a_hook_it_begins_with_an_example_that_makes_a_message(client: FlaskClient) -> None:
    page = opened(client, "/playground")
    assert "1 message would be sent." in page
    assert "Hi <" not in page
    assert 'name="hook" value="my_hook"' in page


def test_each_sample_that_ships_can_be_opened(client: FlaskClient) -> None:
    for path in sorted((ROOT / "templates").glob("*/samples/*.http")):
        page = opened(client, f"/playground?hook={path.parts[-3]}&sample={path.stem}")
        assert "must be mended" not in page
        assert "would be sent" in page


def test_a_changed_text_is_tried_and_nothing_is_saved(client: FlaskClient, folder: Path) -> None:
    before = (folder / "zapier_lead.yaml").read_text()
    page = opened(client)
    changed = box(page, "text").replace("Hi {{ name }}", "Good morning {{ name }}")
    answer = post(client, "/playground/try", page, text=changed)
    assert answer.status_code == 200
    assert "Good morning" in answer.text
    assert "<html" not in answer.text
    assert (folder / "zapier_lead.yaml").read_text() == before


def test_a_fault_is_told_with_its_line_and_the_boxes_are_kept(client: FlaskClient) -> None:
    page = opened(client)
    answer = post(client, "/playground", page, text="source: zapper\nmine: <b>&amp;\n", request=REQUEST)
    assert 'data-line="1"' in answer.text
    assert "unknown source" in answer.text
    assert box(answer.text, "text") == "source: zapper\nmine: <b>&amp;\n"
    assert "Line 1 must be mended first." in answer.text


def test_only_a_body_can_be_typed(client: FlaskClient) -> None:
    page = opened(client)
    typed = '{"first_name": "Ravi", "phone": "+91 98765 43211", "interest": "solar"}'
    answer = post(client, "/playground/try", page, request=typed, content_type="application/json")
    assert "1 message would be sent." in answer.text
    assert "Ravi" in answer.text


def test_another_request_is_picked_without_losing_what_was_typed(client: FlaskClient) -> None:
    page = opened(client)
    answer = post(client, "/playground", page, text=box(page, "text") + "# mine\n", do="pick", pick="sample:form")
    assert box(answer.text, "text").endswith("# mine\n")
    assert value(answer.text, "picked") == "sample:form"
    assert "application/x-www-form-urlencoded" in box(answer.text, "request")


def test_a_customers_number_is_hidden_until_it_is_asked_for(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = kept_event(store)
    page = opened(client, f"/playground?hook=zapier_lead&event={identity}")
    assert "1 message would be sent." in page
    for spelling in ("98765 43210", "919876543210", "9876543210"):
        assert spelling not in page
    assert "3210" in page
    monkeypatch.setattr(session, "shows_numbers", lambda: True)
    assert "98765 43210" in opened(client, f"/playground?hook=zapier_lead&event={identity}")


def test_a_request_that_is_gone_is_told(client: FlaskClient) -> None:
    assert client.get("/playground?hook=zapier_lead&event=nothing").status_code == 404
    assert client.get("/playground?hook=zapier_lead&sample=../../lead").status_code == 404
    assert client.get("/playground?hook=no_such").status_code == 404
    assert client.get("/playground?hook=../secrets").status_code == 404


def test_a_request_too_large_is_told_and_nothing_is_lost(client: FlaskClient) -> None:
    page = opened(client)
    answer = post(client, "/playground/try", page, request="x" * 1_048_577)
    assert "Too large to preview here; use the command" in answer.text
    assert post(client, "/playground/try", page, text="#" * 270_000).text.count("larger than 256 KiB") == 1


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + at)}: &{chr(98 + at)} [{','.join(['*' + chr(97 + at)] * 9)}]\n" for at in range(20)),
        "source: zapier\nschema: os.path\n",
        "\x01\x02", "&a *a", "? [a]: b", "!!python/object/apply:os.system ['true']",
    ],
    ids=["deep", "laughs", "class", "controls", "itself", "key", "tag"],
)  # fmt: skip
def test_a_hostile_text_is_a_fault_and_no_more(client: FlaskClient, text: str) -> None:
    answer = post(client, "/playground/try", opened(client), text=text)
    assert answer.status_code == 200
    assert "data-line=" in answer.text


def test_what_is_saved_is_what_the_next_request_meets(client: FlaskClient, folder: Path, store: Store) -> None:
    page = opened(client)
    changed = box(page, "text").replace("Hi {{ name }}", "Good morning {{ name }}")
    answer = post(client, "/playground/save", page, text=changed.replace("\n", "\r\n"))
    assert answer.status_code == 303
    saved = opened(client, answer.headers["Location"])
    assert "Saved to" in saved
    assert (folder / "zapier_lead.yaml").read_text() == changed
    told = client.post(
        "/hooks/zapier_lead?dry_run=1", json={"first_name": "Asha", "phone": "+91 98765 43210", "interest": "solar", "lead_id": "5"},
        headers={"X-Hook-Token": SECRETS["ZAPIER_TOKEN"]},
    ).json  # fmt: skip
    assert told["pushes"][0]["body"]["data"][0]["message"].startswith("Good morning Asha")
    with store.read() as connection:
        assert [(row.what, row.about) for row in connection.execute(sa.select(AUDIT)) if row.what == "hook saved"] == [
            ("hook saved", "zapier_lead")
        ]


def test_what_does_not_load_is_not_saved(client: FlaskClient, folder: Path) -> None:
    before = (folder / "zapier_lead.yaml").read_text()
    answer = post(client, "/playground/save", opened(client), text="source: zapper\n")
    assert answer.status_code == 422
    assert box(answer.text, "text") == "source: zapper\n"
    assert (folder / "zapier_lead.yaml").read_text() == before


def test_a_new_hook_is_saved_under_its_name_and_no_other(client: FlaskClient, folder: Path) -> None:
    page = opened(client, "/playground")
    assert post(client, "/playground/save", page, hook="../evil").status_code == 404
    assert post(client, "/playground/save", page, hook="accounts").status_code == 404
    answer = post(client, "/playground/save", page, hook="zapier_lead")  # which is there already
    assert answer.status_code == 409
    assert post(client, "/playground/save", page, hook="greeting").status_code == 303
    assert "It does not serve yet" in opened(client, "/playground?hook=greeting&saved=1")
    assert "MY_HOOK_TOKEN is not set" in opened(client, "/playground?hook=greeting&saved=1")
    assert (folder / "greeting.yaml").exists()
    assert not (folder.parent / "evil.yaml").exists()


def test_of_two_who_edit_the_second_sees_both_and_can_save_hers_over_it(client: FlaskClient, folder: Path) -> None:
    page = opened(client)
    text = box(page, "text")
    theirs, mine = text.replace("Hi {{ name }}", "Theirs {{ name }}"), text.replace("Hi {{ name }}", "Mine {{ name }}")
    assert post(client, "/playground/save", page, text=theirs).status_code == 303
    conflict = post(client, "/playground/save", page, text=mine)
    assert conflict.status_code == 409
    assert box(conflict.text, "text") == mine
    assert "<del>-     Theirs" in conflict.text
    assert "<ins>+     Mine" in conflict.text
    assert (folder / "zapier_lead.yaml").read_text() == theirs
    over = {name: value(conflict.text, name) for name in ("csrf_token", "based_on", "picked", "hook", "request")}
    assert client.post("/playground/save", data=over | {"text": mine}).status_code == 303
    assert (folder / "zapier_lead.yaml").read_text() == mine


def test_the_text_is_downloaded_as_it_is_in_the_box(client: FlaskClient) -> None:
    answer = post(client, "/playground/download", opened(client), text="a: 1\r\n")
    assert answer.data == b"a: 1\n"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="zapier_lead.yaml"'
    assert answer.mimetype == "text/plain"
    odd = post(client, "/playground/download", opened(client, "/playground"), hook='x"\r\ny')
    assert odd.headers["Content-Disposition"] == 'attachment; filename="hook.yaml"'


def test_check_tells_of_a_secret_that_is_not_set(client: FlaskClient) -> None:
    page = opened(client)
    assert "No faults: this hook loads." in post(client, "/playground/check", page).text
    changed = box(page, "text").replace("${ZAPIER_TOKEN}", "${NOT_SET_TOKEN}")
    assert "NOT_SET_TOKEN is not set" in post(client, "/playground/check", page, text=changed).text


def test_nothing_is_done_without_the_token_of_the_form(client: FlaskClient, folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.glob("*.yaml")}
    for path in (
        "/playground",
        "/playground/try",
        "/playground/save",
        "/setup/zapier_lead/pause",
        "/setup/zapier_lead/undo",
        "/setup/zapier_lead/samples",
    ):
        assert client.post(path, data={"hook": "zapier_lead", "text": "x"}).status_code == 400
    assert {path: path.read_bytes() for path in folder.glob("*.yaml")} == before


def test_where_it_cannot_be_written_it_says_what_to_do(
    services: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(services.settings.values, "TEMPLATES_WRITABLE", False)
    page = opened(client)
    assert "This server cannot write" in page
    assert "Save zapier_lead" not in page
    answer = post(client, "/playground/save", page)
    assert answer.status_code == 403
    assert "Download zapier_lead.yaml and commit it." in answer.text


def test_the_hooks_are_listed_with_what_came_and_why_it_was_rejected(client: FlaskClient, store: Store) -> None:
    for _ in range(3):
        kept_event(store, received_at=time.time(), status="rejected", reason="98765 43210 is wrong")
    kept_event(store, received_at=time.time())
    page = opened(client, "/setup")
    assert "Your 3 hooks work." in page
    assert "4 requests" in page
    assert "75 % rejected" in page
    assert "••••• •3210 is wrong" in page
    assert "98765 43210" not in page
    for secret in SECRETS.values():
        assert secret not in page


def test_a_hook_that_does_not_load_is_told_with_its_line(client: FlaskClient, services: Services, folder: Path) -> None:
    (folder / "broken.yaml").write_text("source: zapper\nauth: none\n")
    services.catalogue.look_again()
    assert "1 of 4 hooks does not work." in opened(client, "/setup")
    page = opened(client, "/setup/broken")
    assert "Line 1" in page
    assert "unknown source" in page
    assert 'href="/playground?hook=broken"' in page
    assert "Line 1" in opened(client, "/playground?hook=broken")


def test_a_hook_is_paused_and_resumed(client: FlaskClient, store: Store) -> None:
    form = {"csrf_token": token(client)}
    assert client.post("/setup/won_deal/pause", data=form).status_code == 303
    assert "Paused since" in opened(client, "/setup/won_deal")
    with store.read() as connection:
        assert connection.execute(sa.select(PAUSES.c.name)).scalars().all() == ["won_deal"]
    assert client.post("/setup/won_deal/resume", data=form).status_code == 303
    assert "Paused since" not in opened(client, "/setup/won_deal")
    assert client.post("/setup/no_such/pause", data=form).status_code == 404


def test_the_samples_run_and_a_failing_one_says_what_differs(
    client: FlaskClient, folder: Path, services: Services
) -> None:
    form = {"csrf_token": token(client)}
    page = client.post("/setup/zapier_lead/samples", data=form).text
    assert page.count("as expected") == 2
    path = folder / "zapier_lead.yaml"
    path.write_text(path.read_text().replace("Hi {{ name }}", "Ho {{ name }}"))
    services.catalogue.look_again()
    page = client.post("/setup/zapier_lead/samples", data=form).text
    assert "not as expected" in page
    assert "got      | Ho " in page


def test_the_history_shows_what_changed_and_undoes_it(client: FlaskClient, folder: Path) -> None:
    assert "was not changed from the console yet" in opened(client, "/setup/zapier_lead/history")
    before = (folder / "zapier_lead.yaml").read_text()
    page = opened(client)
    post(client, "/playground/save", page, text=box(page, "text").replace("Hi {{ name }}", "Ho {{ name }}"))
    page = opened(client, "/setup/zapier_lead/history")
    assert "<del>-     Hi" in page
    assert "<ins>+     Ho" in page
    form = {name: value(page, name) for name in ("csrf_token", "based_on")}
    assert client.post("/setup/zapier_lead/undo", data=form).status_code == 303
    assert (folder / "zapier_lead.yaml").read_text() == before
    assert client.post("/setup/zapier_lead/undo", data=form).status_code == 409
    assert (folder / "zapier_lead.yaml").read_text() == before


def test_a_hook_of_a_strange_name_is_nowhere(client: FlaskClient) -> None:
    for name in ("no_such", "..", "%3Cscript%3E", "accounts", "a" * 500):
        assert client.get(f"/setup/{name}").status_code == 404
        assert client.get(f"/setup/{name}/history").status_code == 404


def test_a_host_that_forgets_its_disk_is_named(
    services: Services, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "forgets files" not in opened(client, "/playground?hook=zapier_lead&saved=1")
    monkeypatch.setitem(services.settings.environ, "DYNO", "web.1")
    page = opened(client, "/playground?hook=zapier_lead&saved=1")
    assert "But this host forgets files at the next deploy: commit it too." in page


def test_many_messages_and_long_texts_stay_a_small_page(
    client: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budget, "MOST_SECONDS", 60.0)  # a busy machine takes longer; the budget has its own tests
    text = """source: zapier
auth: none
for_each: people
fields:
  phone: {type: phone, from: item.phone, required: true}
push:
  to: "{{ phone }}"
  message: "%s"
""" % ("long " * 800)
    people = [{"phone": f"+9198765{at:05d}", "note": "x" * 90} for at in range(200)]
    answer = post(client, "/playground/try", opened(client), text=text, request=json.dumps({"people": people}))
    assert "200 messages would be sent." in answer.text
    assert "and 195 more." in answer.text
    assert len(answer.data) < 60_000


def test_the_address_of_a_form_leads_back_to_its_page(client: FlaskClient) -> None:
    for path, leads_to in {
        "/playground/check": "/playground", "/playground/save": "/playground", "/setup/won_deal/samples": "/setup/won_deal",
        "/setup/won_deal/undo": "/setup/won_deal",
    }.items():  # fmt: skip
        assert client.get(path).headers["Location"] == leads_to
    assert client.get("/setup/no_such/samples").status_code == 404
