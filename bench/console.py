"""(f) What the first page takes with a million messages behind it, and what counting them costs those who send."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from adapter.config import load_settings
from adapter.delivery import tallies
from adapter.services import open_services
from adapter.store.engine import Store
from adapter.store.tables import ACCOUNTS
from adapter.web.app import build_app
from adapter.web.console import overview
from bench.filled import filled
from bench.growth import Cost, one_round
from bench.place import Place
from bench.stock import ACCOUNT, DESTINATION
from bench.table import Row, Sample, interleaved

_SECRETS: Final = {
    "ADAPTER_SANDBOX": "1", "ADMIN_PASSWORD": "the-owners-password", "SECRET_KEY": "a-long-random-text-for-signing",
    "ZOHO_TOKEN": "t1-of-the-bench", "ZAPIER_TOKEN": "t2-of-the-bench", "FORM_TOKEN": "t3-of-the-bench",
}  # fmt: skip
_TEMPLATES: Final = Path(__file__).resolve().parents[1] / "templates"
_TRIGGERS: Final = [f"{table}_{part}" for table in ("messages", "events") for part in ("made", "gone", "moved")]
_PUSHED: Final = ("claim", "begin", "settle")


def measure(place: Place) -> list[Row]:
    """Both, on every kind of database at hand."""
    return [row for kind in place.kinds() for row in (*_pages(place, kind), *_counting(place, kind))]


def _pages(place: Place, kind: str) -> list[Row]:
    past, rounds = (20_000, 3) if place.quick else (1_000_000, 15)
    store = Store(url := place.database(kind))
    filled(store, past)
    while tallies.fold(store):
        pass
    store.close()
    services = open_services(load_settings({**_SECRETS, "DATABASE_URL": url, "TEMPLATES_DIR": str(_TEMPLATES)}))
    app = build_app(services)

    def load(path: str) -> float:
        with app.test_request_context(path):
            started = time.perf_counter()
            overview.overview()
            return (time.perf_counter() - started) * 1e3

    pages = {"/": "24 h", "/?span=7d": "7 days"}
    found = interleaved(rounds + 1, {path: partial(load, path) for path in pages})
    services.store.close()
    return [
        Row("console.overview", f"{kind}, {past:,} messages: overview, {words}, ms", Sample(found[path][1:]))
        for path, words in pages.items()
    ]


def _counting(place: Place, kind: str) -> list[Row]:
    """The engine's own steps on a store that counts, and on one whose triggers were taken away."""
    events, rounds = (50, 3) if place.quick else (100, 11)
    stores = {counts: _opened(place, kind, counts=counts) for counts in (True, False)}
    found = interleaved(rounds, {str(counts): partial(_round, one, events) for counts, one in stores.items()})
    for store in stores.values():
        store.close()
    mine, other = found["True"], found["False"]
    rows = {"accept, µs an event": ("accept",), "claim, begin and settle, µs a push of 10": _PUSHED}
    return [
        Row("console.counting", f"{kind}, with counting: {what}", Sample(_sums(mine, parts)),
            Sample(_sums(other, parts), "without"))
        for what, parts in rows.items()
    ]  # fmt: skip


def _sums(costs: list[Cost], parts: tuple[str, ...]) -> list[float]:
    return [sum(float(getattr(cost, part)) for part in parts) for cost in costs]


def _round(store: Store, events: int) -> Cost:
    tallies.fold(store)
    return one_round(store, events)


def _opened(place: Place, kind: str, *, counts: bool) -> Store:
    store = Store(place.database(kind))
    with store.write() as connection:
        connection.execute(sa.insert(ACCOUNTS).values(name=ACCOUNT, destination=DESTINATION))
        for trigger in () if counts else _TRIGGERS:
            of = "" if store.is_sqlite else f" ON {trigger.partition('_')[0]}"
            connection.execute(sa.text(f"DROP TRIGGER {trigger}{of}"))
    return store
