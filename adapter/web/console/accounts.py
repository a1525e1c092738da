"""The accounts: whether they can send, how fast, and with what money."""

from __future__ import annotations

import dataclasses
import time
import zoneinfo
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, request

from adapter.callback_urls import callback_url
from adapter.delivery import checking, control
from adapter.delivery.account_view import MOST_COUNTED, AccountView, opted_out, views
from adapter.delivery.texts import CODES
from adapter.picky import hosts
from adapter.picky.account import MAIN, Account
from adapter.picky.channels import channel
from adapter.picky.client import Client
from adapter.web.console import session
from adapter.web.console.shell import NotHere, console_blueprint, go, page, within
from adapter.web.inbound import services

blueprint: Final = console_blueprint("accounts")
_SECONDS: Final = 10.0  # of a check, which somebody waits for


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """How a state of an account is said: its family of colours, a sign, and the words behind "Account main"."""

    family: str
    sign: str
    words: str


STATES: Final[Mapping[str, State]] = {
    "sends": State("quiet", "→", "can send"),
    "paused": State("person", "⏸", "is paused"),
    "parked": State("person", "⏸", "cannot send"),
    "refused": State("person", "✕", "was refused at its last check"),
    "idle": State("person", "!", "sends nothing: no relay is alive"),
    "doubt": State("moving", "?", "gave no answer lately"),
}
_DONE: Final[Mapping[str, str]] = {
    "paused": "It is paused. Messages keep coming in and wait here; calls under way are finished.",
    "resumed": "It is tried again now, and what waited for it is queued. If it still cannot send, this page says so.",
    "other_works": "The token works on the {name} address. Set {setting} to {url} and restart the adapter.",
    "other_refused": "The {name} address refuses the token, too. It is mistyped, or limited to other IP addresses.",
    "other_silent": "The {name} address gave no answer that could be read. Try again in a moment.",
}


@blueprint.get("/accounts")
def overview() -> Response:
    """Every account, a card each."""
    return page("console/accounts.html", at="accounts", **_around(list(services().accounts.values())))


@blueprint.get("/accounts/<name>")
def account(name: str) -> Response:
    """One account, with its reports and its opt-outs."""
    return _one(_account(name))


@blueprint.post("/accounts/<name>/address")
def address(name: str) -> Response:
    """The same, with the address that reports come to: its secret stands on this page only, and only when asked for."""
    one = _account(name)
    session.note("callback address shown", name)
    return _one(one, address=callback_url(services().settings, one))


@blueprint.post("/accounts/<name>/check")
def check(name: str) -> Response:
    """Ask for the balance, which costs no message and proves the token."""
    here, one = services(), _account(name)
    checking.check(here.store, Client(timeout=_SECONDS), one, here.destination, now=time.time())
    session.note("account checked", name)
    return _back(name)


@blueprint.post("/accounts/<name>/check-other")
def check_other(name: str) -> Response:
    """Whether the token works on the other platform's address."""
    one = _account(name)
    other = hosts.other_than(one.url)
    if other is None:
        raise NotHere("This account's address is neither Picky Assist's V4 nor its V3 address.")
    outcome = Client(timeout=_SECONDS).check_balance(dataclasses.replace(one, url=other.url))
    session.note("token checked on the other address", name)
    refused = outcome.meaning.code == "authentication_failed"
    done = "works" if outcome.status == 100 else "refused" if refused else "silent"
    return go(f"/accounts/{name}", done=f"other_{done}")


@blueprint.post("/accounts/<name>/pause")
def pause(name: str) -> Response:
    """Push nothing of the account from now on."""
    control.pause(services().store, "account", _account(name).name, now=time.time())
    session.note("account paused", name)
    return _back(name, done="paused")


@blueprint.post("/accounts/<name>/resume")
def resume(name: str) -> Response:
    """Push again; what was parked is queued."""
    here = services()
    control.resume(here.store, "account", _account(name).name, here.destination, now=time.time())
    session.note("account resumed", name)
    return _back(name, done="resumed")


def _account(name: str) -> Account:
    if (found := services().accounts.get(name)) is None:
        raise NotHere("No account has this name. The accounts stand in the environment and in accounts.yaml.")
    return found


def _back(name: str, **query: str) -> Response:
    """To where the form came from, or to the account's page, which says what was done."""
    back = request.form.get("back", "")
    return go(within(back)) if back else go(f"/accounts/{name}", **query)


def _one(one: Account, *, address: str | None = None) -> Response:
    around = _around([one])
    return page(
        "console/account.html", at="accounts", view=around["views"][0], address=address,
        has_address=bool(one.callback_secrets), out=opted_out(services().store, one.name), done=_done(one), **around,
    )  # fmt: skip


def _done(one: Account) -> str:
    text, other = _DONE.get(request.args.get("done", ""), ""), hosts.other_than(one.url)
    if "{" not in text:
        return text
    setting = "PICKY_URL" if one.name == MAIN else f"url of {one.name} in accounts.yaml"
    return text.format(name=other.name, url=other.url, setting=setting) if other else ""


def _around(accounts: list[Account]) -> dict[str, Any]:
    """What the templates need of these accounts."""
    here = services()
    zone = zoneinfo.ZoneInfo(here.settings.timezone)
    shown = views(here.store, accounts, here.destination, now=time.time(), zone=zone)
    return {"views": shown, "states": STATES, "most": MOST_COUNTED, "told": told, "channel": channel, "hint": hint,
            "host": lambda url: urlsplit(url).netloc, "money": money, "encodings": _ENCODINGS}  # fmt: skip


_ENCODINGS: Final[Mapping[str, str]] = {"json": "JSON", "form": "a form", "query": "part of the address"}


def money(text: str) -> str:
    """A balance as people write it: `1,250.50`."""
    return f"{Decimal(text):,f}"


def told(code: str | None) -> str:
    """What the last check said, in words."""
    return "" if code is None else "The token works." if code == "accepted" else CODES[code].cause


def hint(view: AccountView) -> hosts.Platform | None:
    """The other platform, where the token was refused and may belong there."""
    refused = "authentication_failed" in {view.row.get("parked"), view.row.get("checked")}
    return hosts.other_than(view.account.url) if refused else None
