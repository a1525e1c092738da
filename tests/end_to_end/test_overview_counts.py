"""A real adapter, real requests: what the triggers counted is what counting finds, through all that happens to them."""

from __future__ import annotations

import time
from pathlib import Path

import requests

from adapter.delivery import tallies
from adapter.delivery.retention import Sweeper
from adapter.store.engine import Store
from tests.delivery.test_overview_tallies import counted, kept
from tests.running import SECRETS, Running, wait_for


def post(adapter: Running, deal: str, phone: str = "098765 43210") -> str:
    body = {"Mobile": phone, "Full_Name": "Asha", "Amount": "4999", "Deal Id": deal}
    headers = {"X-Hook-Token": SECRETS["ZOHO_TOKEN"]}
    answer = requests.post(f"{adapter.url}/hooks/won_deal", json=body, headers=headers, timeout=10)
    return str(answer.json().get("id", ""))


def test_a_real_run_is_counted_right(tmp_path: Path, database_url: str, sandbox_url: str) -> None:
    with Running(tmp_path, picky_url=sandbox_url, DATABASE_URL=database_url) as adapter:
        for deal in range(4):
            post(adapter, f"good-{deal}", f"098765 4321{deal}")
        post(adapter, "bad", "12")
        post(adapter, "good-1")  # a duplicate
        adapter.settled(4)
        adapter.command("pause", "won_deal")
        waits = post(adapter, "waits", "098765 43219")
        adapter.command("cancel", waits)
        adapter.command("resume", "won_deal")
        adapter.command("replay", "--hook", "won_deal", "--status", "rejected", check=False)
        store = Store(database_url)
        assert kept(store) == counted(store)
        wait_for(lambda: tallies.now_by_state(store, "sandbox") == {"accepted": 4, "rejected": 1, "cancelled": 1})
    sweeper = Sweeper(store, 1.0)
    while sweeper.sweep(now=time.time() + 86_400):
        pass
    while tallies.fold(store):
        pass
    assert kept(store) == counted(store)
    assert tallies.now_by_state(store, "sandbox") == {}
    store.close()
